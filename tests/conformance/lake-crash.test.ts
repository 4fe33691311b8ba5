import { once } from 'node:events';
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { openDuckDb, type DuckDb } from '../../backend-node/engine/duckdb';
import { sql } from '../../backend-node/engine/sql';
import { Lake } from '../../backend-node/lake/lake';
import { LakeDataset } from '../../backend-node/lake/lake-dataset';
import {
  KILL_AFTER,
  KILL_BEFORE,
  buildChild,
  injected,
  parseAcks,
  removeChild,
  runChild,
  startChild,
  straceMissing,
  type ChildTask,
} from './support/child';

jest.setTimeout(600_000);

const ROWS = 10;
let engine: DuckDb;
let directory: string;

beforeAll(async () => {
  buildChild();
  engine = await openDuckDb({ threads: 2 });
});
afterAll(async () => {
  removeChild();
  await engine.close();
});
beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'apitrail-crash-'));
  await Lake.open(directory, { engine, create: true });
});
afterEach(() => rm(directory, { recursive: true, force: true }));

const task = (more: Partial<ChildTask> = {}): ChildTask => ({
  lake: directory,
  writer: 'w',
  rowsPerBatch: ROWS,
  until: 1_000_000,
  checkpointEvery: 0,
  ...more,
});

/** The batches of a writer that are in the lake. Fails when one is there in part, twice, or is not the writer's. */
async function batchesOf(writer: string): Promise<number[]> {
  const lake = await Lake.open(directory, { engine });
  const { sql: requests } = (await new LakeDataset(lake).snapshot()).relation({});
  const table = await engine.run(
    sql`SELECT service, status, count(*), count(DISTINCT request_id), count(DISTINCT date) FROM ${requests} GROUP BY ALL ORDER BY status`
  );
  const [services = [], batches = [], rows = [], distinct = [], dates = []] = table.values;
  const mine = batches.flatMap((batch, index) => (services[index] === writer ? [{ batch, index }] : []));
  for (const { batch, index } of mine) {
    expect({ batch, rows: rows[index], distinct: distinct[index], dates: dates[index] }).toEqual({
      batch,
      rows: ROWS,
      distinct: ROWS,
      dates: 2,
    });
  }
  return mine.map(({ batch }) => batch as number);
}

const upTo = (count: number) => Array.from({ length: count }, (_, index) => index + 1);

test('killed at many moments, a writer leaves every acknowledged batch once and nothing half', async () => {
  let acknowledged = 0;
  for (let kill = 0; kill < 12; kill++) {
    const child = startChild(task({ checkpointEvery: 5 }));
    let output = '';
    const acked = new Promise<void>((resolve) => {
      child.stdout?.on('data', (chunk: Buffer) => {
        output += chunk.toString();
        resolve();
      });
    });
    const closed = once(child, 'close');
    await Promise.race([acked, closed]);
    await new Promise((resolve) => setTimeout(resolve, kill * 12));
    child.kill('SIGKILL');
    const [code, signal] = await closed;
    expect([code, signal]).toEqual([null, 'SIGKILL']);
    const acks = parseAcks(output);
    expect(acks[0]).toBeGreaterThan(acknowledged);
    acknowledged = acks.at(-1) ?? acknowledged;
    const batches = await batchesOf('w');
    // One more may be in whose acknowledgement did not get out.
    expect([acknowledged, acknowledged + 1]).toContain(batches.length);
    expect(batches).toEqual(upTo(batches.length));
  }
  expect(acknowledged).toBeGreaterThan(12);
});

test('what several processes append at once is all in, once', async () => {
  const writers = ['a', 'b', 'c', 'd'];
  const children = writers.map((writer) => startChild(task({ writer, until: 15, checkpointEvery: 4 })));
  const results = await Promise.all(
    children.map(async (child) => {
      let output = '';
      let errors = '';
      child.stdout?.on('data', (chunk: Buffer) => (output += chunk.toString()));
      child.stderr?.on('data', (chunk: Buffer) => (errors += chunk.toString()));
      const [code] = await once(child, 'close');
      return { code, acks: parseAcks(output), errors };
    })
  );
  expect(results).toEqual(writers.map(() => ({ code: 0, acks: upTo(15), errors: '' })));
  for (const writer of writers) {
    expect(await batchesOf(writer)).toEqual(upTo(15));
  }
  const { version, files } = await (await Lake.open(directory, { engine })).snapshot();
  expect([version, files.size]).toEqual([60, 120]);
  const names = await readdir(join(directory, 'requests', '_delta_log'));
  expect(names.filter((name) => name.startsWith('.'))).toEqual([]);
});

test('two processes that append the same progress add it once', async () => {
  const children = [startChild(task({ until: 10 })), startChild(task({ until: 10 }))];
  await Promise.all(children.map((child) => once(child, 'close')));
  expect(await batchesOf('w')).toEqual(upTo(10));
  const { files } = await (await Lake.open(directory, { engine })).snapshot();
  expect(files.size).toBe(20);
});

const missing = straceMissing();
if (missing) {
  process.stderr.write(`SKIPPED: faults at system calls are not tested, strace cannot be used: ${missing}\n`);
}

(missing ? describe.skip : describe)('at system calls', () => {
  const settled = async (acks: readonly number[]) => {
    const batches = await batchesOf('w');
    expect(batches).toEqual(upTo(batches.length));
    expect(batches.length).toBeGreaterThanOrEqual(acks.length);
    expect(runChild(task({ until: 2, checkpointEvery: 1 }))).toMatchObject({ status: 0, stderr: '' });
    expect(await batchesOf('w')).toEqual([1, 2]);
  };

  const kills = [
    ...[1, 2, 3, 4, 5, 6, 7, 8, 10, 12].map((when) => ['fsync', when, KILL_AFTER] as const),
    ...[1, 2].flatMap((when) => [KILL_AFTER, KILL_BEFORE].map((moment) => ['link', when, moment] as const)),
    ...[1, 2].flatMap((when) => [KILL_AFTER, KILL_BEFORE].map((moment) => ['rename', when, moment] as const)),
    ...[1, 2].map((when) => ['unlink', when, KILL_AFTER] as const),
    ...[1].map((when) => ['chmod', when, KILL_AFTER] as const),
  ];
  test.each(kills)('a kill at %s number %i (%s) loses nothing and leaves nothing half', async (call, when, moment) => {
    const { acks, status, signal } = runChild(task({ until: 2, checkpointEvery: 1 }), injected(call, moment, when));
    expect(status === 137 || signal === 'SIGKILL').toBe(true);
    await settled(acks);
  });

  test.each([1, 3, 5, 7, 9, 11])('an error of fsync number %i is an error, and no harm', async (when) => {
    const { acks, status, stderr } = runChild(
      task({ until: 1, checkpointEvery: 1 }),
      injected('fsync', 'error=EIO', when)
    );
    expect([status, stderr.includes('EIO')]).toEqual([1, true]);
    await settled(acks);
  });

  test('what a killed writer left to be seen is flushed before the next one counts on it', async () => {
    // Killed at the flush that follows the link.
    for (let when = 1; (await batchesOf('w')).length === 0; when++) {
      expect(runChild(task({ until: 1 }), injected('fsync', KILL_AFTER, when)).acks).toEqual([]);
    }
    const trace = join(directory, 'trace');
    const seen = ['-f', '-qq', '-y', '-o', trace, '-e', 'trace=fsync'];
    expect(runChild(task({ until: 1 }), seen)).toMatchObject({ status: 0, acks: [] });
    expect(await readFile(trace, 'utf8')).toMatch(/fsync\(\d+<[^>]*\/requests\/_delta_log>\) = 0/);
  });

  test('everything is on the disk before a batch is acknowledged, in the order that a power cut needs', async () => {
    const trace = join(directory, 'trace');
    const seen = ['-f', '-qq', '-y', '-s', '300', '-o', trace, '-e', 'trace=fsync,?link,?linkat,write'];
    expect(runChild(task({ until: 1 }), seen)).toMatchObject({ status: 0, acks: [1] });
    const calls = (await readFile(trace, 'utf8')).split('\n').flatMap((line) => {
      const [, call, rest] = /^\d+\s+(fsync|link|linkat|write)\((.*)/.exec(line) ?? [];
      return call && rest ? [{ call, rest: rest.replaceAll(directory, '') }] : [];
    });
    const at = (call: string, pattern: RegExp) =>
      calls.findIndex((one) => one.call.startsWith(call) && pattern.test(one.rest));
    const linked = at('link', /_delta_log\/0{19}1\.json"/);
    const acknowledged = at('write', /^1<.*"ack 1/);
    expect(linked).toBeGreaterThan(0);
    for (const date of ['2026-11-01', '2026-11-02']) {
      const file = at('fsync', new RegExp(`<\/requests\/date=${date}\/part-[^/]*>`));
      expect([file >= 0, file < linked]).toEqual([true, true]);
      const folder = at('fsync', new RegExp(`<\/requests\/date=${date}>`));
      expect([folder > file, folder < linked]).toEqual([true, true]);
    }
    const [table, entry] = [at('fsync', /<\/requests>/), at('fsync', /<\/requests\/_delta_log\/\.tmp-[^/]*>/)];
    expect([table >= 0, table < linked, entry >= 0, entry < linked]).toEqual([true, true, true, true]);
    const log = calls.findIndex(
      ({ call, rest }, index) => index > linked && call === 'fsync' && rest.includes('/_delta_log>')
    );
    expect([log > linked, log < acknowledged]).toEqual([true, true]);
  });

  test('a full disk at the log entry is an error, and no harm', async () => {
    const { acks, status } = runChild(task({ until: 1 }), injected('link', 'error=ENOSPC', 1));
    expect([status, acks]).toEqual([1, []]);
    await settled(acks);
  });

  test('a file system without hard links is refused', () => {
    const fresh = task({ lake: join(directory, 'fresh'), until: 1, create: true });
    const { status, stderr } = runChild(fresh, injected('link', 'error=EPERM', 1));
    expect(status).toBe(1);
    expect(stderr).toContain('APITRAIL_LAKE_UNSUPPORTED');
    expect(stderr).toContain('hard links');
  });

  test('a file system whose links replace what is there is refused', () => {
    const fresh = task({ lake: join(directory, 'fresh'), until: 1, create: true });
    const { status, stderr } = runChild(fresh, injected('link', 'retval=0', 2));
    expect(status).toBe(1);
    expect(stderr).toContain('does not refuse a name that exists');
  });
});
