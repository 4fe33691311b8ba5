import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { RECORD_COLUMNS, type ColumnType } from '@apitrail/contract';
import * as fc from 'fast-check';

import { openDuckDb, type DuckDb } from '../../engine/duckdb';
import { identifier, join as joinSql, literal, sql } from '../../engine/sql';
import type { WrittenFile } from '../data-files';
import { sha256OfFile } from '../file-tags';
import { ColumnarRows, type ColumnarRow } from '../hot/columnar-rows';
import { deltaStats } from '../stats';
import { REQUESTS_TABLE } from '../table-definition';
import { leaseOfName } from '../write-lease';
import { HotInput } from './hot-input';
import { Scratch } from './scratch';
import { sortHotFiles } from './sort-hot-files';

jest.setTimeout(120_000);

const LEASE = '668fd49a-f503-42d5-8835-98ed1441fc7e';
const DAY = 86_400_000_000;
const TODAY = Date.parse('2026-11-20T00:00:00Z') * 1000;

let engine: DuckDb;
let folder: string;
const scratch = new Scratch();

beforeAll(async () => {
  engine = await openDuckDb({ threads: 1 });
});
afterAll(() => engine.close());
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'apitrail-sorted-'));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

type Values = Record<string, unknown>;

/** Writes each list of rows to a hot file. */
async function hotFiles(lists: ReadonlyArray<readonly ColumnarRow[]>): Promise<Array<{ path: string; rows: number }>> {
  return Promise.all(
    lists.map(async (rows, index) => {
      const columns = new ColumnarRows();
      rows.forEach((row) => columns.push(row));
      const path = join(folder, `${index}.parquet`);
      await writeFile(path, Buffer.concat(columns.toParquet()));
      return { path, rows: rows.length };
    })
  );
}

async function sorted(lists: ReadonlyArray<readonly ColumnarRow[]>): Promise<WrittenFile[]> {
  const files = await hotFiles(lists);
  const written = await sortHotFiles({ definition: REQUESTS_TABLE, path: folder }, files, { lease: LEASE, scratch });
  return written!;
}

const pathOf = ({ add }: WrittenFile): string => join(folder, decodeURIComponent(add.path));
const parquet = (file: WrittenFile) => sql`read_parquet(${literal(pathOf(file))}, hive_partitioning = false)`;

/** The rows of a file in their order, as the engine reads them: times in microseconds. */
async function rowsOf(file: WrittenFile): Promise<Values[]> {
  const columns = RECORD_COLUMNS.map(({ name, type }) => {
    const column = identifier(name);
    return type === 'timestamp' ? sql`epoch_us(${column}) AS ${column}` : column;
  });
  const read = await engine.run(sql`SELECT ${joinSql(columns)} FROM ${parquet(file)}`);
  return Array.from({ length: read.rowCount }, (_, row) =>
    Object.fromEntries(
      read.columns.flatMap(({ name }, column) => {
        const value = read.values[column]![row];
        return value === null ? [] : [[name, value]];
      })
    )
  );
}

/** A row without what is null in the lake. */
function asStored(row: Values): Values {
  return Object.fromEntries(
    Object.entries(row).filter(
      ([, value]) =>
        value !== undefined && value !== '' && !(typeof value === 'object' && Object.keys(value as object).length === 0)
    )
  );
}

const canonical = (row: Values): string =>
  JSON.stringify(
    Object.entries(row)
      .map(([name, value]) => [name, typeof value === 'object' ? Object.entries(value as object).sort() : value])
      .sort()
  );

const bytes = (value: unknown): Buffer => Buffer.from((value ?? '') as string, 'utf8');

/** How two rows are to come in a file: by service, route and time, nulls last. */
function compareRows(a: Values, b: Values): number {
  for (const name of ['service', 'route']) {
    const nulls = Number(a[name] === undefined) - Number(b[name] === undefined);
    const order = nulls || bytes(a[name]).compare(bytes(b[name]));
    if (order !== 0) {
      return order;
    }
  }
  return (a.time as number) - (b.time as number);
}

/** Checks that files have these rows, sorted, and statistics of them. */
async function check(files: readonly WrittenFile[], lists: ReadonlyArray<readonly ColumnarRow[]>): Promise<void> {
  const read = await Promise.all(files.map(rowsOf));
  expect(read.flat().map(canonical).sort()).toEqual(lists.flat().map(asStored).map(canonical).sort());
  for (const [index, file] of files.entries()) {
    const rows = read[index]!;
    expect(file.rows).toBe(rows.length);
    expect(rows.every((row, at) => at === 0 || compareRows(rows[at - 1]!, row) <= 0)).toBe(true);
    expect(new Set(rows.map(({ time }) => dayOf(time as number)))).toEqual(new Set([file.add.partitionValues.date]));
    expect(JSON.parse(file.add.stats!)).toEqual(await statisticsBySql(file));
    expect(file.add.tags).toMatchObject({ 'apitrail.sha256': await sha256OfFile(pathOf(file)) });
  }
}

const dayOf = (us: number): string => new Date(Math.floor(us / DAY) * 86_400_000).toISOString().slice(0, 10);

async function statisticsBySql(file: WrittenFile): Promise<unknown> {
  const { columns, statistics, counted = [] } = REQUESTS_TABLE;
  const names = columns.map(({ name }) => name).filter((name) => statistics.includes(name) || counted.includes(name));
  const of = names.map((name) => {
    const column = identifier(name);
    return sql`CAST(min(${column}) AS VARCHAR), CAST(max(${column}) AS VARCHAR), count(*) - count(${column})`;
  });
  const { values } = await engine.run(sql`SELECT ${joinSql(of)} FROM ${parquet(file)}`);
  const copied: Array<[string, Record<string, string>]> = names.map((name, index) => {
    const [min, max, nulls] = [0, 1, 2].map((which) => values[3 * index + which]![0] as string | null);
    return [`"${name}"`, { null_count: String(nulls), ...(min ? { min, max: max! } : {}) }];
  });
  return JSON.parse(
    JSON.stringify(
      deltaStats(REQUESTS_TABLE, file.rows, Object.fromEntries(copied) as Parameters<typeof deltaStats>[2])
    )
  );
}

const text = fc.oneof(fc.constantFrom('a', 'b', ''), fc.string({ unit: 'binary', maxLength: 12 }), fc.uuid());
const arbitraries: Record<ColumnType, fc.Arbitrary<unknown>> = {
  string: text,
  date: text,
  integer: fc.integer({ min: -9, max: 999 }),
  long: fc.integer({ min: 0, max: Number.MAX_SAFE_INTEGER }),
  double: fc.double({ noNaN: true, noDefaultInfinity: true }).map((value) => (Object.is(value, -0) ? 0 : value)),
  timestamp: fc.oneof(
    fc.integer({ min: TODAY - DAY, max: TODAY + DAY }),
    fc.integer({ min: TODAY, max: TODAY + 1000 })
  ),
  'map<string,string>': fc.dictionary(fc.constantFrom('plan', 'cache', 'é', 'x.y'), text, {
    maxKeys: 4,
    noNullPrototype: true,
  }),
};
const row = fc.record(Object.fromEntries(RECORD_COLUMNS.map(({ name, type }) => [name, arbitraries[type]])), {
  requiredKeys: ['time'],
  noNullPrototype: true,
}) as fc.Arbitrary<ColumnarRow>;

it('writes the rows of hot files sorted, a file for each day, whatever they are', async () => {
  const lists = fc.array(fc.array(row, { minLength: 1, maxLength: 20 }), { minLength: 1, maxLength: 4 });
  await fc.assert(
    fc.asyncProperty(lists, async (some) => {
      await check(await sorted(some), some);
    }),
    { numRuns: 40 }
  );
});

it.each([1, 3])('writes many rows as they were, of %d files', async (count) => {
  const lists = Array.from({ length: count }, (_, file) =>
    Array.from({ length: 9000 }, (_, i) => ({
      ...{ time: TODAY + ((i * 7919) % 9000) * 1000 + file, service: `s${i % 5}`, direction: 'server' },
      ...{ route: i % 11 === 0 ? undefined : `/r/${(i * 31) % 300}`, path: `/orders/${i}/${file}` },
      ...{ trace_id: `${(i * 2654435761) % 2 ** 32}`.padStart(32, '0'), customer: i % 3 ? `c${i % 2000}` : undefined },
      ...{ status: 200 + (i % 7), duration_ms: i / 7, response_bytes: i % 2 ? i * 1e6 : undefined },
      ...{ attributes: i % 4 ? { kind: `k${i % 3}`, id: `${i}` } : undefined },
    }))
  );
  await check(await sorted(lists), lists);
});

it('reads columns once for however many days, and writes the rows of each as they were', async () => {
  const presence = jest.spyOn(HotInput.prototype, 'presence');
  const lists = [0, 1].map((file) =>
    Array.from({ length: 1500 }, (_, i) => ({
      ...{ time: TODAY - ((i * 7919) % 40) * DAY + ((i * 31) % 977) * 1000 + file, service: `s${i % 5}` },
      ...{
        route: i % 11 === 0 ? undefined : `/r/${(i * 31) % 300}`,
        path: `/orders/${i}/${file}`,
        status: 200 + (i % 7),
      },
      ...{ trace_id: `${(i * 2654435761) % 2 ** 32}`.padStart(32, '0'), customer: i % 3 ? `c${i % 200}` : undefined },
      ...{ attributes: i % 4 ? { kind: `k${i % 3}`, id: `${i}` } : undefined },
    }))
  );
  const files = await sorted(lists);
  expect(files).toHaveLength(40);
  expect(presence.mock.calls.length).toBeLessThan(100);
  presence.mockRestore();
  await check(files, lists);
});

it('has the schema of the table, and statistics of row groups, for readers of single files', async () => {
  const [file] = await sorted([[{ time: TODAY, service: 'b', status: 200 }], [{ time: TODAY + 1, service: 'a' }]]);
  const { values } = await engine.run(
    sql`SELECT column_name, column_type FROM (DESCRIBE SELECT * FROM ${parquet(file!)})`
  );
  expect(values[0]).toEqual(RECORD_COLUMNS.map(({ name }) => name));
  expect(values[1]).toContain('MAP(VARCHAR, VARCHAR)');
  const { values: statistics } =
    await engine.run(sql`SELECT path_in_schema, stats_min_value, stats_max_value, stats_null_count
    FROM parquet_metadata(${literal(pathOf(file!))}) WHERE path_in_schema IN ('service', 'status', 'weight') ORDER BY 1`);
  expect(statistics).toEqual([
    ['service', 'status', 'weight'],
    ['a', '200', null],
    ['b', '200', null],
    [0, 1, 2],
  ]);
});

it('names files after their lease, so that vacuum knows them', async () => {
  const [file] = await sorted([[{ time: TODAY }]]);
  expect(leaseOfName(file!.add.path.split('/').at(-1)!)).toBe(LEASE);
});

it('notices a byte that is not what was written, and leaves no file', async () => {
  const files = await hotFiles([[{ time: TODAY, service: 'shop' }]]);
  const content = await readFile(files[0]!.path);
  content[content.indexOf('shop')]! ^= 1;
  await writeFile(files[0]!.path, content);
  const target = { definition: REQUESTS_TABLE, path: join(folder, 'table') };
  await expect(sortHotFiles(target, files, { lease: LEASE, scratch })).rejects.toMatchObject({
    code: 'APITRAIL_LAKE_UNREADABLE',
  });
  await expect(readdir(target.path)).rejects.toThrow('ENOENT');
});

it('leaves Parquet of others, and times that lie years apart, to the engine', async () => {
  const target = { definition: REQUESTS_TABLE, path: folder };
  const path = join(folder, 'other.parquet');
  await engine.run(
    sql`COPY (SELECT TIMESTAMPTZ '2026-11-20 00:00:00+00' AS time) TO ${literal(path)} (FORMAT parquet)`
  );
  expect(await sortHotFiles(target, [{ path, rows: 1 }], { lease: LEASE, scratch })).toBeUndefined();
  const unpartitioned = { ...target, definition: { ...REQUESTS_TABLE, partitioned: false } };
  const apart = await hotFiles([[{ time: 0 }, { time: TODAY }]]);
  expect(await sortHotFiles(unpartitioned, apart, { lease: LEASE, scratch })).toBeUndefined();
});
