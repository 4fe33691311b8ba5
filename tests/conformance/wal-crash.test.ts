import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { mkdtemp, rm, statfs, unlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { Wal } from '../../backend-node/ingest/wal';
import { buildProgram, straceMissing, type ChildProgram } from './support/child';
import type { WalTask } from './support/wal-task';

jest.setTimeout(600_000);

let child: ChildProgram<WalTask>;
let folder: string;

beforeAll(() => {
  child = buildProgram('wal-child');
});
afterAll(() => child.remove());
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'apitrail-wal-'));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

const task = (more: Partial<WalTask> = {}): WalTask => ({
  directory: join(folder, 'wal'),
  run: 0,
  appenders: 4,
  each: 5,
  largest: 3_000,
  segmentBytes: 8_000,
  ...more,
});

/** What the processes were told, by the names of payloads. */
class History {
  readonly ok = new Set<string>();
  readonly refused = new Set<string>();
  fatal = 0;

  add(output: string): this {
    for (const line of output.split('\n').slice(0, -1)) {
      const [what, name = ''] = line.split(' ');
      if (what === 'ok') {
        this.ok.add(name);
      } else if (what === 'refused') {
        this.refused.add(name);
      } else if (what === 'fatal') {
        this.fatal++;
      }
    }
    return this;
  }

  /** The log holds what was acknowledged once, nothing that was refused, and nothing in part. */
  async check(directory: string): Promise<void> {
    const wal = await Wal.open(directory, {
      key: Buffer.alloc(32, 7),
      firstSeq: 0,
      reserveBytes: 0,
      onFatal: (error) => {
        throw error;
      },
    });
    const found: string[] = [];
    for await (const { payload } of wal.replay(0)) {
      const text = payload.toString();
      const at = text.lastIndexOf('|');
      expect(createHash('sha256').update(text.slice(0, at)).digest('hex')).toBe(text.slice(at + 1));
      found.push(text.slice(0, text.indexOf('|')));
    }
    expect(wal.problems).toEqual([]);
    await wal.close();
    expect(new Set(found).size).toBe(found.length);
    expect([...this.ok].filter((name) => !found.includes(name))).toEqual([]);
    expect(found.filter((name) => this.refused.has(name))).toEqual([]);
  }
}

it('keeps everything it acknowledged through kills at random moments', async () => {
  const history = new History();
  for (let run = 0; run < 12; run++) {
    const process = child.start(task({ run, each: 1_000_000, segmentBytes: 60_000 }));
    let output = '';
    process.stdout!.on('data', (data: Buffer) => (output += data.toString()));
    await once(process.stdout!, 'data');
    await new Promise((resolve) => setTimeout(resolve, Math.random() * 150));
    process.kill('SIGKILL');
    await once(process, 'close');
    history.add(output);
  }
  expect(history.ok.size).toBeGreaterThan(100);
  await history.check(task().directory);
});

const missing = straceMissing();
const faults: ReadonlyArray<readonly [call: string, fault: string]> = [
  ...['signal=KILL', 'error=EIO', 'error=ENOSPC'].map((fault) => ['fdatasync', fault] as const),
  ...['signal=KILL', 'error=EIO', 'error=ENOSPC'].map((fault) => ['pwrite64,pwritev', fault] as const),
  ...['signal=KILL', 'error=EIO', 'error=ENOSPC'].map((fault) => ['fsync', fault] as const),
  ['ftruncate', 'error=EIO'],
];

(missing ? describe.skip : describe)(`faults of the system${missing ? ` (left out: ${missing})` : ''}`, () => {
  it.each(faults)('%s: %s at any of its calls loses nothing and leaves nothing in part', async (call, fault) => {
    const history = new History();
    let happened = 0;
    for (let when = 1; when <= 5; when++) {
      // Where truncation fails, a write must have failed before.
      const before = call === 'ftruncate' ? 'pwrite64,pwritev' : undefined;
      const inject = [
        ...['-f', '-qq', '-o', '/dev/null', '-e', `trace=${call}${before ? `,${before}` : ''}`],
        ...['-e', `inject=${call}:${fault}:when=${before ? 1 : when}`],
        ...(before ? ['-e', `inject=${before}:error=ENOSPC:when=${when + 2}`] : []),
      ];
      const { stdout, status, signal } = child.run(task({ run: when, directory: join(folder, String(when)) }), inject);
      const mine = new History().add(stdout);
      happened += status !== 0 || signal !== null || mine.refused.size > 0 ? 1 : 0;
      if (fault === 'error=EIO' && stdout.includes('begun') && status !== 0) {
        expect(mine).toMatchObject({ fatal: 1, refused: new Set() });
      }
      await mine.check(join(folder, String(when)));
      history.add(stdout);
    }
    expect(happened).toBeGreaterThan(0);
  });
});

/** A small file system in memory; undefined with the reason where none can be had. */
function mountSmall(path: string, size: string): string | undefined {
  const { status, stderr } = spawnSync('mount', ['-t', 'tmpfs', '-o', `size=${size}`, 'tmpfs', path], {
    encoding: 'utf8',
  });
  return status === 0 ? undefined : stderr.trim() || 'no mount';
}

it('refuses while a disk is full, leaves nothing of what it refused, and goes on once there is room', async () => {
  const small = await mkdtemp(join(folder, 'small-'));
  const why = mountSmall(small, '512k');
  if (why !== undefined) {
    console.warn(`Left out: a small file system cannot be mounted (${why}).`);
    return;
  }
  try {
    const directory = join(small, 'wal');
    const ballast = join(small, 'ballast');
    await writeFile(ballast, Buffer.alloc(200_000));
    const history = new History();
    history.add(child.run(task({ run: 1, each: 60, segmentBytes: 50_000, directory })).stdout);
    expect(history.refused.size).toBeGreaterThan(0);
    expect(history.fatal).toBe(0);
    await unlink(ballast);
    const before = history.ok.size;
    history.add(child.run(task({ run: 2, each: 5, segmentBytes: 50_000, directory })).stdout);
    expect(history.ok.size).toBe(before + 20);
    expect((await statfs(small)).bfree).toBeGreaterThan(0);
    await history.check(directory);
  } finally {
    spawnSync('umount', ['-l', small]);
  }
});
