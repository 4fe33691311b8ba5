import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, readdir, readFile, rename, utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

import { buildSync } from 'esbuild';

import { acquireLock } from './process-lock';
import { temporaryFolder } from './testing/temporary-lake';

const purpose = { name: 'test', holder: 'Another test runs', advice: 'Wait for it.' };
let folder: Awaited<ReturnType<typeof temporaryFolder>>;

beforeEach(async () => {
  folder = await temporaryFolder();
});
afterEach(() => folder.remove());

it('lets one in at a time, and says who has it', async () => {
  const lock = await acquireLock(folder.path, purpose);
  await expect(acquireLock(folder.path, purpose)).rejects.toMatchObject({
    code: 'APITRAIL_LAKE_BUSY',
    message: expect.stringContaining(`process ${process.pid}`),
  });
  await lock.release();
  await (await acquireLock(folder.path, purpose)).release();
  expect(await readdir(folder.path)).toEqual([]);
});

it.each(['', '\0\0\0\0', '{"pid":1'])('takes over what a power cut left of a lock: %j', async (left) => {
  await writeFile(join(folder.path, 'test.lock'), left);
  const lock = await acquireLock(folder.path, purpose);
  expect(JSON.parse(await readFile(join(folder.path, 'test.lock'), 'utf8'))).toMatchObject({ pid: process.pid });
  await lock.release();
  expect(await readdir(folder.path)).toEqual([]);
});

it('lets one in of many that come at once upon what a power cut left', async () => {
  await writeFile(join(folder.path, 'test.lock'), '');
  const results = await Promise.allSettled(Array.from({ length: 20 }, () => acquireLock(folder.path, purpose)));
  const got = results.filter((result) => result.status === 'fulfilled');
  expect(got).toHaveLength(1);
  await got[0]!.value.release();
});

describe('one that another container of this machine has', () => {
  let child: ChildProcess;

  /** Has a process of its own take the lock, and says of it that its numbers are those of another namespace. */
  const lockElsewhere = async (directory: string): Promise<void> => {
    const program = join(folder.path, 'hold-lock.mjs');
    buildSync({
      stdin: {
        contents: `import { acquireLock } from './process-lock';
          await acquireLock(process.argv[2], ${JSON.stringify(purpose)});
          process.stdout.write('held');
          setInterval(() => undefined, 60_000);`,
        resolveDir: __dirname,
      },
      ...{ outfile: program, bundle: true, platform: 'node', format: 'esm', logLevel: 'error' },
    });
    child = spawn(process.execPath, [program, directory], { stdio: ['ignore', 'pipe', 'inherit'] });
    await once(child.stdout!, 'data');
    const path = join(directory, 'test.lock');
    const holder = JSON.parse(await readFile(path, 'utf8')) as { machine: string };
    const machine = ['another-container', holder.machine.split(' ')[1], 'pid:[1]'].join(' ');
    await writeFile(path, JSON.stringify({ ...holder, machine }));
  };
  const kill = async (): Promise<void> => {
    const ended = once(child, 'exit');
    child.kill('SIGKILL');
    await ended;
  };

  afterEach(async () => {
    if (child.exitCode === null && child.signalCode === null) {
      await kill();
    }
  });

  it.each(['lock', `a folder ${'whose name is long '.repeat(8)}`])(
    'is taken over at once when it was killed: %s',
    async (name) => {
      const directory = join(folder.path, name);
      await mkdir(directory);
      await lockElsewhere(directory);
      await expect(acquireLock(directory, purpose)).rejects.toMatchObject({ code: 'APITRAIL_LAKE_BUSY' });
      await kill();
      await (await acquireLock(directory, purpose)).release();
      expect(await readdir(directory)).toEqual([]);
    }
  );

  it('is left to it while it is stopped, however long it says nothing', async () => {
    const directory = join(folder.path, 'lock');
    await mkdir(directory);
    await lockElsewhere(directory);
    child.kill('SIGSTOP');
    await utimes(join(directory, 'test.lock'), 0, 0);
    await expect(acquireLock(directory, purpose)).rejects.toMatchObject({ code: 'APITRAIL_LAKE_BUSY' });
  });

  it('is believed to live for a while where its socket cannot be asked', async () => {
    const directory = join(folder.path, 'lock');
    await mkdir(directory);
    await lockElsewhere(directory);
    await kill();
    const { socket } = JSON.parse(await readFile(join(directory, 'test.lock'), 'utf8')) as { socket: { name: string } };
    await rename(join(directory, socket.name), join(directory, 'elsewhere'));
    await expect(acquireLock(directory, purpose)).rejects.toMatchObject({ code: 'APITRAIL_LAKE_BUSY' });
    await utimes(join(directory, 'test.lock'), 0, 0);
    await (await acquireLock(directory, purpose)).release();
  });
});
