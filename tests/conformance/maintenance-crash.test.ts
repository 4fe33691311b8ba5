import { once } from 'node:events';
import { cp, mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { LAKE_TABLES } from '../../backend-node/cli/lake-tables';
import { openDuckDb, type DuckDb } from '../../backend-node/engine/duckdb';
import { isRetryable } from '../../backend-node/engine/duckdb-errors';
import { sql } from '../../backend-node/engine/sql';
import { Lake } from '../../backend-node/lake/lake';
import { LakeDataset } from '../../backend-node/lake/lake-dataset';
import { verifyLake } from '../../backend-node/lake/maintenance/verify';
import { buildProgram, injected, KILL_AFTER, KILL_BEFORE, straceMissing, type ChildProgram } from './support/child';
import type { MaintainTask } from './support/maintain-child';

jest.setTimeout(600_000);

const ROWS = 10;
const BATCHES = 4;

let engine: DuckDb;
let program: ChildProgram<MaintainTask>;
/** Lakes that every test gets a copy of: many small files, and those compacted. */
let templates: { root: string; appended: string; compacted: string };
let directory: string;

beforeAll(async () => {
  program = buildProgram('maintain-child');
  engine = await openDuckDb({ threads: 2 });
  const root = await mkdtemp(join(tmpdir(), 'apitrail-maintenance-'));
  templates = { root, appended: join(root, 'appended'), compacted: join(root, 'compacted') };
  await Lake.open(templates.appended, { engine, create: true });
  run(templates.appended, ['append'], BATCHES);
  await cp(templates.appended, templates.compacted, { recursive: true });
  run(templates.compacted, ['compact']);
});
afterAll(async () => {
  program.remove();
  await engine.close();
  await rm(templates.root, { recursive: true, force: true });
});
beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'apitrail-maintained-'));
});
afterEach(() => rm(directory, { recursive: true, force: true }));

function run(lake: string, steps: MaintainTask['steps'], rounds = 1): void {
  expect(program.run({ lake, steps, rounds, rowsPerBatch: ROWS })).toMatchObject({ status: 0, stderr: '' });
}

/** The batches in the lake, each whole and once; fails otherwise. A file that vacuum took is looked for in a newer version. */
async function batches(dataset: LakeDataset): Promise<number> {
  for (;;) {
    const { sql: requests } = (await dataset.snapshot()).relation({});
    try {
      const { values } = await engine.run(
        sql`SELECT status, count(*), count(DISTINCT request_id) FROM ${requests} GROUP BY ALL ORDER BY status`
      );
      const [found = [], rows = [], distinct = []] = values;
      expect([found, rows, distinct]).toEqual([
        found.map((_, index) => index + 1),
        found.map(() => ROWS),
        found.map(() => ROWS),
      ]);
      return found.length;
    } catch (error) {
      if (!isRetryable(error)) {
        throw error;
      }
    }
  }
}

async function expectWhole(): Promise<void> {
  expect(await batches(new LakeDataset(await Lake.open(directory, { engine })))).toBe(BATCHES);
  const { findings } = await verifyLake(engine, directory, LAKE_TABLES);
  expect(findings.filter(({ severity }) => severity === 'error')).toEqual([]);
}

const dataFiles = async () =>
  (await readdir(join(directory, 'requests'), { recursive: true })).filter((name) => name.endsWith('.zstd.parquet'));

test('whoever reads while others append, compact and vacuum sees every row once', async () => {
  await cp(templates.appended, directory, { recursive: true });
  const child = program.start({
    lake: directory,
    steps: ['append', 'compact', 'vacuum'],
    rounds: 12,
    rowsPerBatch: ROWS,
  });
  let errors = '';
  child.stderr?.on('data', (chunk: Buffer) => (errors += chunk.toString()));
  let running = true;
  const closed = once(child, 'close').finally(() => (running = false));
  const dataset = new LakeDataset(await Lake.open(directory, { engine }));
  const seen = new Set<number>();
  for (let last = 0; running;) {
    const count = await batches(dataset);
    expect(count).toBeGreaterThanOrEqual(last);
    last = count;
    seen.add(count);
  }
  expect([await closed, errors]).toEqual([[0, null], '']);
  expect(await batches(dataset)).toBe(BATCHES + 12);
  expect(seen.size).toBeGreaterThan(2);
  expect(await dataFiles()).toHaveLength(2);
});

test('whoever verifies meanwhile finds nothing wrong', async () => {
  await cp(templates.appended, directory, { recursive: true });
  const child = program.start({ lake: directory, steps: ['append', 'compact', 'vacuum'], rounds: 12 });
  let running = true;
  const closed = once(child, 'close').finally(() => (running = false));
  const versions = new Set<number | null>();
  while (running) {
    const { findings, tables } = await verifyLake(engine, directory, LAKE_TABLES);
    expect(findings.filter(({ severity }) => severity === 'error')).toEqual([]);
    versions.add(tables[0]!.version);
  }
  expect(await closed).toEqual([0, null]);
  expect(versions.size).toBeGreaterThan(1);
});

test('who holds a version from before compaction goes on reading it', async () => {
  await cp(templates.appended, directory, { recursive: true });
  const { sql: before } = (await new LakeDataset(await Lake.open(directory, { engine })).snapshot()).relation({});
  run(directory, ['compact', 'checkpoint']);
  expect((await engine.run(sql`SELECT count(*) FROM ${before}`)).values).toEqual([[BATCHES * ROWS]]);
});

test('two compactions at once are one, and the other says why it is none', async () => {
  await cp(templates.appended, directory, { recursive: true });
  const children = [1, 2, 3].map(() => program.start({ lake: directory, steps: ['compact'] }));
  const results = await Promise.all(
    children.map(async (child) => {
      let errors = '';
      child.stderr?.on('data', (chunk: Buffer) => (errors += chunk.toString()));
      const [code] = (await once(child, 'close')) as [number];
      return { code, errors };
    })
  );
  expect(results.some(({ code }) => code === 0)).toBe(true);
  for (const { code, errors } of results) {
    expect(code === 0 ? '' : errors).toMatch(code === 0 ? /^$/ : /APITRAIL_LAKE_BUSY/);
  }
  await expectWhole();
});

const missing = straceMissing();
if (missing) {
  process.stderr.write(`SKIPPED: faults at system calls are not tested, strace cannot be used: ${missing}\n`);
}

(missing ? describe.skip : describe)('at system calls', () => {
  const each = (call: 'fsync' | 'link' | 'rename' | 'unlink' | 'chmod', numbers: number[], moments: string[]) =>
    numbers.flatMap((when) => moments.map((moment) => [call, when, moment] as const));

  test.each([
    ...each('fsync', [1, 2, 3, 4, 5, 6, 7, 8, 9, 10], [KILL_AFTER]),
    // The first link is that of the lock.
    ...each('link', [1, 2, 3], [KILL_AFTER, KILL_BEFORE]),
    ...each('rename', [1, 2], [KILL_AFTER, KILL_BEFORE]),
    ...each('unlink', [1, 2, 3, 4], [KILL_AFTER]),
    ...each('chmod', [1, 2], [KILL_AFTER]),
  ])(
    'a compaction killed at %s number %i (%s) loses and doubles nothing, and the next one finishes it',
    async (call, when, moment) => {
      await cp(templates.appended, directory, { recursive: true });
      const { status, signal } = program.run(
        { lake: directory, steps: ['compact', 'checkpoint'] },
        injected(call, moment, when)
      );
      expect(status === 137 || signal === 'SIGKILL').toBe(true);
      await expectWhole();
      run(directory, ['compact', 'vacuum']);
      await expectWhole();
      expect((await (await Lake.open(directory, { engine })).snapshot()).files.size).toBe(2);
    }
  );

  test('what a compaction commits is on the disk before the log names it', async () => {
    await cp(templates.appended, directory, { recursive: true });
    const trace = join(directory, 'trace');
    const seen = ['-f', '-qq', '-y', '-s', '300', '-o', trace, '-e', 'trace=fsync,?link,?linkat'];
    expect(program.run({ lake: directory, steps: ['compact'] }, seen)).toMatchObject({ status: 0 });
    const calls = (await readFile(trace, 'utf8')).replaceAll(directory, '').split('\n');
    for (const version of [BATCHES + 1, BATCHES + 2]) {
      const name = `${String(version).padStart(20, '0')}.json`;
      const entry = await readFile(join(directory, 'requests', '_delta_log', name), 'utf8');
      const [, path = ''] = /"add":\{"path":"([^"]+)"/.exec(entry) ?? [];
      const linked = calls.findIndex((call) => /link/.test(call) && call.includes(name));
      const at = (flushed: string) => calls.findIndex((call) => /fsync/.test(call) && call.includes(`<${flushed}>`));
      const [file, folder] = [at(`/requests/${path}`), at(`/requests/${path.split('/')[0]}`)];
      expect([file > 0, folder > 0, file < linked, folder < linked]).toEqual([true, true, true, true]);
    }
  });

  test.each([1, 3, 5, 7])('an error of fsync number %i fails a compaction, and does no harm', async (when) => {
    await cp(templates.appended, directory, { recursive: true });
    const { status, stderr } = program.run(
      { lake: directory, steps: ['compact'] },
      injected('fsync', 'error=EIO', when)
    );
    expect([status, stderr.includes('EIO')]).toEqual([1, true]);
    await expectWhole();
    run(directory, ['compact']);
    await expectWhole();
  });

  test.each([
    ...each('unlink', [1, 3, 5, 8, 9, 10], [KILL_AFTER, KILL_BEFORE]),
    ...each('fsync', [1, 2, 3, 4, 5], [KILL_AFTER]),
    ...each('rename', [1, 2], [KILL_AFTER, KILL_BEFORE]),
  ])('a vacuum killed at %s number %i (%s) takes no row, and the next one finishes it', async (call, when, moment) => {
    await cp(templates.compacted, directory, { recursive: true });
    const { status, signal } = program.run({ lake: directory, steps: ['vacuum'] }, injected(call, moment, when));
    expect(status === 137 || signal === 'SIGKILL').toBe(true);
    await expectWhole();
    run(directory, ['vacuum']);
    await expectWhole();
    expect(await dataFiles()).toHaveLength(2);
  });
});
