import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { RECORD_COLUMNS } from '@apitrail/contract';

import { openDuckDb, type DuckDb } from '../../backend-node/engine/duckdb';
import { identifier, raw, sql } from '../../backend-node/engine/sql';
import { Lake } from '../../backend-node/lake/lake';
import { LakeDataset } from '../../backend-node/lake/lake-dataset';
import { compactTable } from '../../backend-node/lake/maintenance/compact';
import { vacuumTable } from '../../backend-node/lake/maintenance/vacuum';
import { verifyLake } from '../../backend-node/lake/maintenance/verify';
import { REQUESTS_TABLE } from '../../backend-node/lake/table-definition';
import { pythonWith, runPython } from './support/python';

jest.setTimeout(600_000);

const environment = pythonWith(['deltalake==1.6.6', 'pyarrow==26.0.1']);
if ('missing' in environment) {
  process.stderr.write(
    `SKIPPED: the lake is not read with delta-rs, which cannot be installed: ${environment.missing}\n`
  );
}

interface Column {
  type: string;
  nulls: number;
  distinct?: number | unknown[];
  sum?: number;
  entries?: Array<[string, string | null]>;
}

interface DeltaSummary {
  version: number;
  files: number;
  rows: number;
  transaction: number | null;
  middle: number;
  columns: Record<string, Column>;
}

const NOV_1 = Date.UTC(2026, 10, 1) * 1000;
const BATCHES = 4;
const PER_BATCH = 500;

/** Requests over ten days: texts beyond ASCII, nulls, empty strings, maps, times to the microsecond, at midnight and before it. */
function generated(batch: number): Array<Record<string, unknown>> {
  return Array.from({ length: PER_BATCH }, (_, index) => {
    const n = batch * PER_BATCH + index;
    return {
      time: NOV_1 + (n % 10) * 86_400_000_000 + (n % 7 === 0 ? 0 : n % 11 === 0 ? 86_399_999_999 : n * 40_000_003),
      ingested_at: NOV_1 + n,
      duration_ms: n % 13 === 0 ? null : n / 8,
      service: ['shop', 'zahlung-ü', "o'brien", '支払い', '🛒'][n % 5],
      route: `/r${n % 20}/{id}`,
      status: n % 17 === 0 ? null : 200 + (n % 4) * 100,
      response_bytes: n % 3 === 0 ? 9_007_199_254_000 + n : n,
      customer: n % 4 === 0 ? '' : `c${n % 50}`,
      user_agent: 'x'.repeat(n % 100),
      attributes: n % 3 === 0 ? { 'k ü': String(n), '': 'empty key', e: '' } : n % 3 === 1 ? {} : null,
    };
  }).map((row) => Object.fromEntries(Object.entries(row).filter(([, value]) => value !== null)));
}

('missing' in environment ? describe.skip : describe)('delta-rs', () => {
  const python = 'python' in environment ? environment.python : '';
  let engine: DuckDb;
  let directory: string;
  let lake: Lake;

  beforeAll(async () => {
    engine = await openDuckDb({ threads: 2 });
    directory = await mkdtemp(join(tmpdir(), 'apitrail-delta-'));
    lake = await Lake.open(directory, { engine, create: true });
    for (let batch = 0; batch < BATCHES; batch++) {
      const staged = join(directory, `${batch}.ndjson`);
      await writeFile(
        staged,
        generated(batch)
          .map((row) => `${JSON.stringify(row)}\n`)
          .join('')
      );
      await lake.append({ ndjson: [staged] }, { txn: { appId: 'generated', version: batch + 1 } });
      if (batch === 1) {
        await lake.checkpoint();
      }
    }
  });
  afterAll(async () => {
    await engine.close();
    await rm(directory, { recursive: true, force: true });
  });

  const read = (...steps: string[]) =>
    runPython<DeltaSummary>(python, 'read_delta.py', [lake.table, 'generated', ...steps]);

  /** The same summary with DuckDB over the same files. */
  async function ours(): Promise<Pick<DeltaSummary, 'rows' | 'middle' | 'columns'>> {
    const { sql: requests } = (await new LakeDataset(lake).snapshot()).relation({});
    const one = async (text: string) =>
      (await engine.run(sql`SELECT ${raw(text)} FROM ${requests}`)).values.map(([value]) => value);
    const columns: Record<string, Column> = {};
    for (const { name, type } of [...RECORD_COLUMNS, { name: 'date', type: 'date' as const }]) {
      const value = identifier(name).describe();
      const [nulls] = (await one(`count(*) FILTER (${value} IS NULL)`)) as [number];
      const column: Column = { type, nulls };
      if (type === 'map<string,string>') {
        const [entries] = (await one(`flatten(list(map_entries(${value})) FILTER (${value} IS NOT NULL))`)) as [
          Array<{ key: string; value: string }>,
        ];
        column.entries = entries.map(({ key, value: text }): [string, string] => [key, text]);
      } else {
        const shown =
          type === 'timestamp' ? `epoch_us(${value})` : type === 'date' ? `CAST(${value} AS VARCHAR)` : value;
        const [distinct] = (await one(
          type === 'double'
            ? `count(DISTINCT ${value})`
            : `coalesce(list(DISTINCT ${shown}) FILTER (${value} IS NOT NULL), [])`
        )) as [unknown];
        column.distinct = distinct as number | unknown[];
        if (type !== 'string' && type !== 'date') {
          const [sum] = (await one(`sum(CAST(${shown} AS ${type === 'double' ? 'DOUBLE' : 'HUGEINT'}))`)) as [
            number | string | null,
          ];
          if (sum !== null) {
            column.sum = Number(sum);
          }
        }
      }
      columns[name] = column;
    }
    const [rows] = (await one('count(*)')) as [number];
    const bounds = '(SELECT min(time), max(time) FROM';
    const middle = await engine.run(
      sql`SELECT count(*) FROM ${requests} r, ${raw(bounds)} ${requests}) b(lower, upper) WHERE r.time > b.lower AND r.time < b.upper`
    );
    return { rows, middle: middle.values[0]?.[0] as number, columns };
  }

  const TYPES: Record<string, RegExp> = {
    string: /string/,
    integer: /^int32$/,
    long: /^int64$/,
    double: /^double$/,
    timestamp: /^timestamp\[us, tz=UTC\]$/,
    date: /^date32/,
    'map<string,string>': /^map</,
  };

  function expectSame(theirs: DeltaSummary, expected: Awaited<ReturnType<typeof ours>>): void {
    expect([theirs.rows, theirs.middle]).toEqual([expected.rows, expected.middle]);
    expect(Object.keys(theirs.columns).sort()).toEqual(Object.keys(expected.columns).sort());
    for (const [name, column] of Object.entries(expected.columns)) {
      const other = theirs.columns[name];
      expect({ name, type: other?.type }).toEqual({ name, type: expect.stringMatching(TYPES[column.type] ?? /^$/) });
      expect({ name, ...comparable(other) }).toEqual({ name, ...comparable(column) });
    }
  }

  function comparable(column: Column | undefined) {
    // A list of nothing has no type, so Python counts no doubles as an empty list's length.
    const distinct = Array.isArray(column?.distinct) ? column.distinct.map(String).sort() : column?.distinct;
    const empty = distinct === 0 || (Array.isArray(distinct) && distinct.length === 0);
    return {
      nulls: column?.nulls,
      distinct: empty ? [] : distinct,
      sum: column?.sum === undefined || column.sum === 0 ? 0 : Number(column.sum.toPrecision(12)),
      entries: column?.entries?.map((entry) => JSON.stringify(entry)).sort(),
    };
  }

  test('reads the same rows and values, through a checkpoint', async () => {
    const theirs = read();
    expect(theirs).toMatchObject({
      version: BATCHES,
      rows: BATCHES * PER_BATCH,
      transaction: BATCHES,
      files: BATCHES * 10,
    });
    expectSame(theirs, await ours());
  });

  test('reads the same after the log was cleaned up', async () => {
    await lake.checkpoint();
    for (const name of [0, 1, 2, 3].map((version) => `${String(version).padStart(20, '0')}.json`)) {
      await rm(join(lake.table, '_delta_log', name));
    }
    expectSame(read(), await ours());
  });

  test('reads the same after we compact and vacuum, and what it writes then is sound', async () => {
    const folder = join(directory, 'maintained');
    const maintained = await Lake.open(folder, { engine, create: true });
    for (let batch = 0; batch < BATCHES; batch++) {
      await maintained.append({ rows: generated(batch) }, { txn: { appId: 'generated', version: batch + 1 } });
    }
    const theirs = () => runPython<DeltaSummary>(python, 'read_delta.py', [maintained.table, 'generated']);
    const before = theirs();
    expect(await compactTable(maintained.requests)).toMatchObject({ removed: { files: 40 }, added: { files: 10 } });
    expect(theirs()).toEqual({ ...before, version: BATCHES + 10, files: 10 });
    const { expired } = await vacuumTable(maintained.requests, { retentionMs: 0, force: true });
    expect(expired.files).toBe(40);
    expect(theirs()).toEqual({ ...before, version: BATCHES + 10, files: 10 });
    await maintained.append({ rows: generated(0) });
    runPython(python, 'read_delta.py', [maintained.table, 'generated', 'compact', 'checkpoint']);
    const { findings, tables } = await verifyLake(engine, folder, [REQUESTS_TABLE]);
    expect(findings).toEqual([]);
    expect(tables).toMatchObject([{ files: 10, rows: (BATCHES + 1) * PER_BATCH, without_checksum: 10 }]);
  });

  test('compacts and writes a checkpoint, and we read that', async () => {
    const before = await ours();
    const theirs = read('compact', 'checkpoint');
    expect(theirs.files).toBe(10);
    expectSame(theirs, before);
    const reader = new LakeDataset(await Lake.open(directory, { engine }));
    expect(await reader.snapshot()).toMatchObject({ version: theirs.version, files: 10, rows: BATCHES * PER_BATCH });
    expect(await ours()).toEqual({ ...before, columns: expect.anything() });
    expectSame(theirs, await ours());
    const staged = join(directory, 'more.ndjson');
    await writeFile(staged, `${JSON.stringify({ time: NOV_1 })}\n`);
    expect(await lake.append({ ndjson: [staged] })).toMatchObject({ rows: 1 });
    expect(read().rows).toBe(BATCHES * PER_BATCH + 1);
  });
});
