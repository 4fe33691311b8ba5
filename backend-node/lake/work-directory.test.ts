import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdir, stat, utimes } from 'node:fs/promises';
import { basename, join } from 'node:path';

import { ownIdentity, type ProcessIdentity } from './process-identity';
import { temporaryFolder } from './testing/temporary-lake';
import { openWorkDirectory, workDirectoryName } from './work-directory';

let folder: Awaited<ReturnType<typeof temporaryFolder>>;
beforeEach(async () => {
  folder = await temporaryFolder();
});
afterEach(() => folder.remove());

test('is private, lies outside the table, and is gone when closed', async () => {
  const work = await openWorkDirectory(folder.path);
  expect(work.path.startsWith(join(folder.path, '.apitrail', 'tmp'))).toBe(true);
  expect((await stat(work.path)).mode & 0o777).toBe(0o700);
  await work.close();
  expect(existsSync(work.path)).toBe(false);
});

/** A work directory of a process that is not this one, as a kill leaves it. */
async function leftBy(owner: Partial<ProcessIdentity>): Promise<string> {
  const path = join(folder.path, '.apitrail', 'tmp', workDirectoryName({ ...(await ownIdentity()), ...owner }));
  await mkdir(path, { recursive: true });
  return path;
}

test('that of a living process stays, that of a dead one goes', async () => {
  const living = await openWorkDirectory(folder.path);
  const { pid } = spawnSync(process.execPath, ['-e', '']);
  const dead = await leftBy({ pid });
  await openWorkDirectory(folder.path);
  expect([existsSync(living.path), existsSync(dead)]).toEqual([true, false]);
});

test('that of an earlier process with the same number goes', async () => {
  const earlier = await leftBy({ started: '1' });
  await openWorkDirectory(folder.path);
  expect(existsSync(earlier)).toBe(false);
});

test('that of an earlier boot of this machine goes', async () => {
  const { machine } = await ownIdentity();
  const earlier = await leftBy({ machine: machine.replace(/ .* /, ' another-boot ') });
  await openWorkDirectory(folder.path);
  expect(existsSync(earlier)).toBe(false);
});

test('its name says nothing of the machine but hashes', async () => {
  const [host, boot] = (await ownIdentity()).machine.split(' ');
  const { path } = await openWorkDirectory(folder.path);
  expect(basename(path)).not.toContain(host);
  expect(basename(path)).not.toContain(boot);
});

test('one of another machine, or of nobody, goes after a day', async () => {
  const past = new Date(Date.now() - 2 * 86_400_000);
  const paths: string[] = [];
  for (const age of ['fresh', 'old']) {
    const path = await leftBy({ machine: 'other boot namespace' });
    const nobodys = join(folder.path, '.apitrail', 'tmp', age);
    await mkdir(nobodys);
    for (const one of [path, nobodys]) {
      paths.push(one);
      await utimes(one, ...(age === 'old' ? ([past, past] as const) : ([new Date(), new Date()] as const)));
    }
  }
  await openWorkDirectory(folder.path);
  expect(paths.map((path) => existsSync(path))).toEqual([true, true, false, false]);
});
