import { cp, writeFile } from 'node:fs/promises';
import { PassThrough } from 'node:stream';
import { join } from 'node:path';

import type { Filter } from '@apitrail/contract';

import { configSchema } from '../../config/schema';
import { openDuckDb, type DuckDb } from '../../engine/duckdb';
import { sql } from '../../engine/sql';
import { Lake } from '../../lake/lake';
import { LakeDataset } from '../../lake/lake-dataset';
import { INGEST_APP_ID } from '../../lake/layout';
import { EARLIEST, LATEST } from '../../queries/range-bounds';
import { runQueries } from '../../queries/run';
import { importLogs } from '../import';
import { IntakeBench, until } from '../intake/testing/intake-bench';
import { send, testRows } from '../intake/testing/test-batches';
import { LeftOutReader } from './left-out-reader';
import { LeftOutStore } from './left-out-store';
import { writeUncommittedCounts } from './uncommitted-counts';

const { noise } = configSchema.parse({
  noise: {
    rules: [{ name: 'even ids', match: { key: 'request_id', operator: '=~', value: '[02468]$' }, action: 'drop' }],
  },
});

let bench: IntakeBench;
let engine: DuckDb;
beforeAll(async () => {
  engine = await openDuckDb({ threads: 1 });
});
afterAll(() => engine.close());
beforeEach(async () => {
  bench = await IntakeBench.open();
});
afterEach(() => bench.close());

const open = (of: IntakeBench) => of.intake({ settings: { ...of.settings, noise } });
const totals = (of: IntakeBench) => new LeftOutReader(of.lake, engine).totals({ from: EARLIEST, to: LATEST });
const evenOf = (rows: ReadonlyArray<{ id: string }>) => rows.filter(({ id }) => /[02468]$/.test(id)).length;
const rows = testRows(20);
const left = evenOf(rows);

test('rows that rules leave out are in no answer, and are counted with the commit', async () => {
  const intake = await open(bench);
  await send(intake, { rows });
  await until(async () => (await bench.ids()).length > 0);
  expect(await bench.ids()).toHaveLength(rows.length - left);
  expect(intake.status().leftOut).toEqual([{ rule: 'even ids', rows: left }]);
  await intake.close();
  expect(await totals(bench)).toEqual([{ rule: 'even ids', action: 'drop', requests: left }]);
  expect(await bench.ids()).toHaveLength(rows.length - left);
});

test('killed before its commit, what was left out is counted once', async () => {
  const intake = await open(bench);
  await send(intake, { rows });
  const after = await bench.killed();
  const again = await open(after);
  expect(again.status().leftOut).toEqual([{ rule: 'even ids', rows: 0 }]);
  await again.close();
  expect(await totals(after)).toMatchObject([{ requests: left }]);
  await after.close();
  await intake.close();
});

test('killed between the count and the commit of the requests, it is counted once, with what came later', async () => {
  const intake = await open(bench);
  await send(intake, { rows });
  const after = await bench.killed();
  await intake.close();
  await cp(join(bench.lake, 'left_out'), join(after.lake, 'left_out'), { recursive: true });
  expect(await totals(after)).toMatchObject([{ requests: left }]);
  const again = await open(after);
  const more = testRows(30).slice(20);
  await send(again, { rows: more });
  await again.close();
  expect(await totals(after)).toMatchObject([{ requests: left + evenOf(more) }]);
  expect(await after.ids()).toHaveLength(30 - left - evenOf(more));
  await after.close();
});

test('what was left out is told before it is in a commit, and at no moment twice', async () => {
  const intake = await open(bench);
  await send(intake, { rows });
  await until(async () => (await totals(bench)).length > 0);
  const told: number[] = [];
  let closed = false;
  const closing = intake.close().then(() => (closed = true));
  while (!closed) {
    told.push((await totals(bench))[0]!.requests);
  }
  await closing;
  told.push((await totals(bench))[0]!.requests);
  expect(told.every((requests) => requests === left)).toBe(true);
});

test('told before a kill, it is told after it, and once when it is taken up again', async () => {
  const intake = await open(bench);
  await send(intake, { rows });
  await until(async () => (await totals(bench)).length > 0);
  const after = await bench.killed();
  await intake.close();
  expect(await totals(after)).toMatchObject([{ requests: left }]);
  const again = await open(after);
  expect(await totals(after)).toMatchObject([{ requests: left }]);
  await again.close();
  expect(await totals(after)).toMatchObject([{ requests: left }]);
  await after.close();
});

test('where there are no rules any more nothing is told of what is not in a commit', async () => {
  const intake = await open(bench);
  await send(intake, { rows });
  await until(async () => (await totals(bench)).length > 0);
  const after = await bench.killed();
  await intake.close();
  const again = await after.intake();
  expect(await totals(after)).toEqual([]);
  await again.close();
  await after.close();
});

test.each([
  ['a service in a group of all', { all: [{ key: 'service', operator: '=', value: 'b' }] }, false],
  ['its own service in one of any', { any: [{ key: 'service', operator: '=', value: 'a' }] }, true],
  [
    'another one or a path that is not known',
    {
      any: [
        { key: 'service', operator: '=', value: 'b' },
        { key: 'path', operator: '=', value: '/x' },
      ],
    },
    true,
  ],
  [
    'another one and a path',
    {
      all: [
        { key: 'service', operator: '=', value: 'b' },
        { key: 'path', operator: '=', value: '/x' },
      ],
    },
    false,
  ],
  ['a path alone', { all: [{ any: [{ key: 'path', operator: '=', value: '/x' }] }] }, true],
] as Array<[string, Filter, boolean]>)('by %s, in a commit or not', async (_, filter, counts) => {
  const count = {
    time: 1_000_000,
    rule: 'r',
    action: 'drop',
    service: 'a',
    environment: undefined,
    status: undefined,
    requests: 3,
  } as const;
  const range = { from: 0, to: 2_000 };
  const expected = counts ? [{ rule: 'r', action: 'drop', requests: 3 }] : [];
  await writeUncommittedCounts(bench.lake, [{ after: 0, counts: [count] }]);
  expect(await new LeftOutReader(bench.lake, engine).totals(range, [filter])).toEqual(expected);
  await (await LeftOutStore.open(bench.lake, engine, INGEST_APP_ID)).commit([count], 1);
  expect(await new LeftOutReader(bench.lake, engine).totals(range, [filter])).toEqual(expected);
  expect(await new LeftOutReader(bench.lake, engine).totals({ from: 1_001, to: 2_000 }, [filter])).toEqual([]);
});

test('a flush of which nothing is left is counted too', async () => {
  const intake = await open(bench);
  const even = rows.filter((row) => evenOf([row]) === 1);
  await send(intake, { rows: even });
  await intake.close();
  expect(await totals(bench)).toMatchObject([{ requests: even.length }]);
});

describe('an import', () => {
  const { noise: health } = configSchema.parse({
    noise: { rules: [{ name: 'health', match: 'health_checks', action: 'count' }] },
  });
  const importFile = async (paths: string[]) => {
    const file = join(bench.folder, 'log.ndjson');
    const lines = paths.map((path, index) => ({
      time: `2026-11-02T10:0${index}:00Z`,
      method: 'GET',
      path,
      status: 200,
      service: 'a',
    }));
    await writeFile(file, lines.map((line) => `${JSON.stringify(line)}\n`).join(''));
    return importLogs({
      ...{ inputs: [file], lake: bench.lake, noise: health, quiet: true, final: true },
      ...{ privacy: bench.settings.privacy, sessions: bench.settings.sessions },
      ...{ output: process.stderr, stdin: new PassThrough() },
    });
  };

  test('leaves out the same, counts it, and the same file once more counts nothing', async () => {
    expect(await importFile(['/a', '/health', '/healthz'])).toMatchObject({ rows: 1, left_out: 2, rejected: 0 });
    expect(await importFile(['/a', '/health', '/healthz'])).toMatchObject({ rows: 0, left_out: 0 });
    expect(await totals(bench)).toMatchObject([{ rule: 'health', action: 'count', requests: 2 }]);
  });

  test('of which nothing is left is counted and known', async () => {
    expect(await importFile(['/health'])).toMatchObject({ rows: 0, left_out: 1 });
    expect(await importFile(['/health'])).toMatchObject({ rows: 0, left_out: 0, skipped_files: 1 });
    expect(await totals(bench)).toMatchObject([{ requests: 1 }]);
  });

  test('what it counted can be asked for by status, in SQL; before anything was left out there is nothing', async () => {
    const reader = new LeftOutReader(bench.lake, engine);
    const byStatus = async () => {
      const { rows } = await reader.sqlTable();
      const statement = sql`SELECT rule, service, status, sum(requests) FROM (${rows}) AS t GROUP BY ALL`;
      return (await engine.run(statement)).values.map((column) => [...column]);
    };
    expect((await byStatus()).flat()).toEqual([]);
    await importFile(['/a', '/health', '/healthz']);
    expect(await byStatus()).toEqual([['health'], ['a'], [200], [2]]);
    const asked: string[] = [];
    const query = (text: string) => ({
      ...{ from: '0', to: '1' },
      queries: [{ refId: 'A', queryType: 'sql', sql: text }],
    });
    const context = {
      datasets: new Map([['requests', new LakeDataset(await Lake.open(bench.lake, { engine }))]]),
      engine,
      leftOutTable: () => reader.sqlTable(),
      userSql: ({ tables }: { tables: ReadonlyArray<{ name: string }> }) => {
        asked.push(tables.map(({ name }) => name).join());
        return Promise.reject(new Error('not run'));
      },
    };
    await runQueries(query('SELECT * FROM left_out') as never, context);
    await runQueries(query('SELECT * FROM requests') as never, context);
    expect(asked.map((names) => names.split(',').includes('left_out'))).toEqual([true, false]);
  });

  test('answers over its range say what was left out, as far as the filters go', async () => {
    await importFile(['/a', '/health', '/healthz']);
    const lake = new LakeDataset(await Lake.open(bench.lake, { engine }));
    const reader = new LeftOutReader(bench.lake, engine);
    const ask = async (from: string, to: string, filters: object[] = []) => {
      const request = {
        ...{ from: String(Date.parse(from)), to: String(Date.parse(to)) },
        queries: [{ refId: 'A', queryType: 'endpoints', filters }],
      };
      const { results } = await runQueries(request as never, {
        datasets: new Map([['requests', lake]]),
        engine,
        leftOut: (range, of) => reader.totals(range, of),
      });
      return (results.A!.frames![0]!.schema.meta?.notices ?? []).map(({ text }) => text);
    };
    const text = '2 requests were left out by rule health.';
    expect(await ask('2026-11-02T00:00:00Z', '2026-11-03T00:00:00Z')).toContain(text);
    const service = (value: string) => [{ key: 'service', operator: '=', value }];
    expect(await ask('2026-11-02T00:00:00Z', '2026-11-03T00:00:00Z', service('a'))).toContain(text);
    expect(await ask('2026-11-02T00:00:00Z', '2026-11-03T00:00:00Z', service('b'))).not.toContain(text);
    expect(await ask('2026-11-02T10:00:00Z', '2026-11-02T10:01:00Z')).not.toContain(text);
    expect(await ask('2026-11-02T10:02:00Z', '2026-11-02T10:03:00Z')).toContain(
      '1 request was left out by rule health.'
    );
  });
});
