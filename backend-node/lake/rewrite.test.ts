import { appendFile, readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

import type { DuckDb } from '../engine/duckdb';
import { literal, raw, sql } from '../engine/sql';
import type { Action } from './actions';
import type { DeltaTable } from './delta-table';
import { Lake } from './lake';
import { LakeDataset } from './lake-dataset';
import { entryName } from './layout';
import { groupFiles } from './rewrite';
import { schemaString, tableFields } from './schema';
import { REQUESTS_TABLE } from './table-definition';
import { select, eachWithLake } from './testing/temporary-lake';

const DAY_US = 86_400_000_000;
const NOV_1 = Date.UTC(2026, 10, 1) * 1000;

let engine: DuckDb;
let lake: Lake;
let table: DeltaTable;

eachWithLake((made) => ({ engine, lake } = made), { within: 'lake' });
beforeEach(() => {
  table = lake.requests;
});

const row = (index: number, more: Record<string, unknown> = {}) => ({
  time: NOV_1 + index,
  service: `s${index % 3}`,
  route: '/r',
  status: 200,
  request_id: String(index),
  attributes: { index: String(index) },
  ...more,
});
const append = (...rows: Array<Record<string, unknown>>) => lake.append({ rows });
const live = async (of = table) => [...(await of.snapshot()).files.values()];
const rows = () => select(engine, new LakeDataset(lake), '*', 'ORDER BY time');
const entry = async (version: number) =>
  (await readFile(join(table.path, '_delta_log', entryName(version)), 'utf8'))
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as Action);

describe('rewriting', () => {
  test('puts the rows of several files into one, sorted, with statistics and checksum, as one commit', async () => {
    await append(row(5), row(1), row(DAY_US));
    await append(row(2), row(0));
    const before = await rows();
    const removed = await live();
    expect(await table.rewrite(groupFiles(removed), { operation: 'OPTIMIZE' })).toMatchObject({
      version: 3,
      removed: { files: 3, rows: 5 },
      added: { files: 2, rows: 5 },
    });
    expect(await rows()).toEqual(before);
    const files = await live();
    expect(files.map((file) => [file.rows, file.add.partitionValues.date])).toEqual([
      [4, '2026-11-01'],
      [1, '2026-11-02'],
    ]);
    const [{ add }] = files as [(typeof files)[number]];
    expect(add.tags).toEqual({
      'apitrail.sha256': expect.stringMatching(/^[0-9a-f]{64}$/),
      'apitrail.sortedBy': 'service,route,time',
    });
    expect(JSON.parse(add.stats!)).toMatchObject({ numRecords: 4, minValues: { service: 's0' } });
    const order = await engine.run(sql`SELECT service FROM read_parquet(${literal(join(table.path, add.path))})`);
    expect(order.values[0]).toEqual(['s0', 's1', 's2', 's2']);
    const [info, ...actions] = await entry(3);
    expect(info?.commitInfo).toMatchObject({ operation: 'OPTIMIZE', isBlindAppend: false });
    expect(actions.map((action) => (action.remove ?? action.add)?.dataChange)).toEqual(Array(5).fill(false));
  });

  test('leaves the old files on the disk for readers of the version before', async () => {
    await append(row(0));
    await append(row(1));
    const old = await new LakeDataset(lake).snapshot();
    await table.rewrite(groupFiles(await live()), { operation: 'OPTIMIZE' });
    const { sql: relation } = old.relation({});
    expect((await engine.run(sql`SELECT count(*) FROM ${relation}`)).values).toEqual([[2]]);
    expect(await readdir(join(table.path, 'date=2026-11-01'))).toHaveLength(3);
  });

  test('changes values by a SELECT', async () => {
    await append(row(0), row(1));
    await append(row(2));
    const result = await table.rewrite(groupFiles(await live()), {
      operation: 'UPDATE',
      parameters: { predicate: 'routes' },
      transform: (from) => sql`SELECT * REPLACE ('/new' AS route, ${literal('rule')} AS route_source) FROM ${from}`,
    });
    expect(result).toMatchObject({ removed: { rows: 3 }, added: { rows: 3 } });
    expect((await rows()).map(({ route, route_source: source }) => [route, source])).toEqual(
      Array(3).fill(['/new', 'rule'])
    );
    expect((await entry(3)).filter(({ add, remove }) => (add ?? remove)?.dataChange === true)).toHaveLength(3);
  });

  test('takes rows out, and a file whose rows are all gone', async () => {
    await append(row(0), row(1), row(DAY_US));
    const result = await table.rewrite(groupFiles(await live()), {
      operation: 'DELETE',
      transform: (from) => sql`SELECT * FROM ${from} WHERE ${raw(`request_id = '1'`)}`,
    });
    expect(result).toMatchObject({ removed: { files: 2, rows: 3 }, added: { files: 1, rows: 1 } });
    expect(await readdir(join(table.path, 'date=2026-11-02'))).toHaveLength(1);
  });

  test.each([
    ['drops a row', "SELECT * FROM rows WHERE request_id <> '0'"],
    ['doubles a row', 'SELECT * FROM rows UNION ALL SELECT * FROM rows'],
    ['moves a row to another day', 'SELECT * REPLACE (time + INTERVAL 1 DAY AS time) FROM rows'],
    ['lacks a column', 'SELECT * EXCLUDE (status) FROM rows'],
    ['has a value of another type', `SELECT * REPLACE ('x' AS status) FROM rows`],
  ])('a transformation that %s changes nothing', async (_, text) => {
    await append(row(0), row(1));
    const rewriting = table.rewrite(groupFiles(await live()), {
      operation: 'UPDATE',
      transform: (from) => sql`WITH rows AS (SELECT * FROM ${from}) ${raw(text)}`,
    });
    await expect(rewriting).rejects.toMatchObject({ code: 'APITRAIL_INTERNAL' });
    expect((await table.snapshot()).version).toBe(1);
    expect(await readdir(join(table.path, 'date=2026-11-01'))).toHaveLength(1);
  });

  test('appends meanwhile stay', async () => {
    await append(row(0));
    await append(row(1));
    const groups = groupFiles(await live());
    await Promise.all([table.rewrite(groups, { operation: 'OPTIMIZE' }), append(row(2)), append(row(3))]);
    expect((await rows()).map(({ request_id: id }) => id)).toEqual(['0', '1', '2', '3']);
    expect(await live()).toHaveLength(3);
  });

  test('of two that rewrite the same files one is refused, and leaves nothing', async () => {
    await append(row(0));
    await append(row(1));
    const groups = groupFiles(await live());
    const both = await Promise.allSettled([
      table.rewrite(groups, { operation: 'OPTIMIZE' }),
      table.rewrite(groups, { operation: 'OPTIMIZE' }),
    ]);
    const refused = both.flatMap((result) => (result.status === 'rejected' ? [result.reason as unknown] : []));
    expect(refused).toMatchObject([{ code: 'APITRAIL_LAKE_CONFLICT' }]);
    expect(await rows()).toHaveLength(2);
    expect(await readdir(join(table.path, 'date=2026-11-01'))).toHaveLength(3);
  });

  test('what the transaction says was done is not done again', async () => {
    await append(row(0));
    const options = { operation: 'OPTIMIZE', txn: { appId: 'routes', version: 1 } } as const;
    expect(await table.rewrite(groupFiles(await live()), options)).toMatchObject({ version: 2 });
    expect(await table.rewrite(groupFiles(await live()), options)).toBeUndefined();
    expect((await table.snapshot()).version).toBe(2);
  });

  test('a file with another number of rows than the log says is not rewritten', async () => {
    await append(row(0), row(1));
    const path = join(table.path, '_delta_log', entryName(1));
    await writeFile(path, (await readFile(path, 'utf8')).replace('\\"numRecords\\":2', '\\"numRecords\\":3'));
    lake = await Lake.open(lake.directory, { engine });
    await expect(
      lake.requests.rewrite(groupFiles(await live(lake.requests)), { operation: 'OPTIMIZE' })
    ).rejects.toMatchObject({
      code: 'APITRAIL_LAKE_UNREADABLE',
      message: expect.stringContaining('verify'),
    });
  });

  test('columns that another program added are kept; of a type that would be lost, nothing is rewritten', async () => {
    await append(row(0));
    const log = join(table.path, '_delta_log');
    const withField = async (type: unknown) => {
      const metaData = (await entry(0)).find((action) => action.metaData)?.metaData;
      const fields = [...tableFields(REQUESTS_TABLE), { name: 'theirs', type, nullable: true, metadata: {} }];
      return `${JSON.stringify({ metaData: { ...metaData, schemaString: schemaString(fields) } })}\n`;
    };
    const [file] = await live();
    const path = join(table.path, 'date=2026-11-01', 'theirs.parquet');
    await engine.run(
      sql`COPY (SELECT *, 7::INTEGER AS theirs FROM read_parquet(${literal(join(table.path, file!.add.path))}, hive_partitioning = false)) TO ${literal(path)} (FORMAT parquet)`
    );
    const add = { ...file!.add, path: 'date=2026-11-01/theirs.parquet', stats: undefined, tags: undefined };
    await writeFile(join(log, entryName(2)), `${await withField('integer')}${JSON.stringify({ add })}\n`);
    await table.rewrite(groupFiles(await live()), { operation: 'OPTIMIZE' });
    const [merged] = await live();
    const found = await engine.run(
      sql`SELECT theirs FROM read_parquet(${literal(join(table.path, merged!.add.path))}) ORDER BY 1`
    );
    expect(found.values[0]).toEqual([7, null]);
    await appendFile(
      join(log, entryName(4)),
      await withField({ type: 'array', elementType: 'string', containsNull: true })
    );
    await expect(table.rewrite(groupFiles(await live()), { operation: 'OPTIMIZE' })).rejects.toMatchObject({
      code: 'APITRAIL_LAKE_UNSUPPORTED',
    });
  });
});

test('groups hold files of one partition up to the target, by their oldest rows; a larger file stands alone', async () => {
  for (const index of [5, 3, 4, 1]) {
    await append(row(index * 1e6));
  }
  await append(row(DAY_US));
  const files = await live();
  const size = Math.max(...files.map(({ add }) => add.size));
  const times = (target: number) =>
    groupFiles(files, target)
      .map((group) => group.map(({ oldest }) => (oldest! - NOV_1 / 1000) / 1000))
      .sort((a, b) => a[0]! - b[0]!);
  expect(times(2 * size)).toEqual([[1, 3], [4, 5], [86_400]]);
  expect(times(Infinity)).toEqual([[1, 3, 4, 5], [86_400]]);
  expect(times(1)).toEqual([[1], [3], [4], [5], [86_400]]);
});
