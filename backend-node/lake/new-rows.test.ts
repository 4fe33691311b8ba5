import { truncate, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

import { openDuckDb, type DuckDb } from '../engine/duckdb';
import { literal, sql } from '../engine/sql';
import { ColumnarRows, type ColumnarRow } from './hot/columnar-rows';
import { Lake } from './lake';
import { LakeDataset } from './lake-dataset';
import type { DataFile } from './table-state';
import { writeHotFile } from './testing/hot-file';
import { select, temporaryFolder } from './testing/temporary-lake';

let folder: Awaited<ReturnType<typeof temporaryFolder>>;
let engine: DuckDb;
let lake: Lake;

beforeEach(async () => {
  folder = await temporaryFolder();
  engine = await openDuckDb({ threads: 1 });
  lake = await Lake.open(join(folder.path, 'lake'), { engine, create: true });
});
afterEach(async () => {
  await engine.close();
  await folder.remove();
});

const DAY = Date.parse('2026-11-20T00:00:00Z') * 1000;
/** Hot files are made beside the lake, so that queries of it do not see them. */
const hot = (from: number, times: readonly number[]) =>
  writeHotFile(
    engine,
    join(folder.path, 'elsewhere'),
    { from },
    times.map((time) => ({ time, method: 'GET', path: `/${from}` }))
  );

it('puts rows of Parquet files into files of their days, sorted, all in one commit', async () => {
  const files = [await hot(1, [DAY + 3, DAY - 1]), await hot(2, [DAY + 2, DAY + 86_400_000_000])];
  const added = await lake.append({ parquet: files }, { txn: { appId: 'a', version: 2 } });
  expect(added).toEqual({ version: 1, rows: 4, files: 3 });
  const { files: live, transactions } = await lake.snapshot();
  expect([...live.values()].map(({ add, rows }) => [add.partitionValues.date, rows])).toEqual([
    ['2026-11-19', 1],
    ['2026-11-20', 2],
    ['2026-11-21', 1],
  ]);
  expect(transactions.get('a')?.version).toBe(2);
  const rows = await select(engine, new LakeDataset(lake), 'epoch_us(time) AS us', 'ORDER BY 1');
  expect(rows.map(({ us }) => us)).toEqual([DAY - 1, DAY + 2, DAY + 3, DAY + 86_400_000_000]);
});

it('sorts no more at once than fits, and a larger file alone', async () => {
  const files = await Promise.all([1, 2, 3].map((from) => hot(from, [DAY, DAY + 1])));
  const [a, b, c] = files.map((file) => ({ ...file, bytes: 20 * 2 ** 20 }));
  expect(await lake.append({ parquet: [a!, b!, c!] })).toMatchObject({ rows: 6, files: 3 });
  expect(await lake.append({ parquet: files })).toMatchObject({ rows: 6, files: 1 });
});

/** A file as ingest writes it: rows of different services, each with so many attributes. */
async function hotFileOf(from: number, rows: number, attributes: number) {
  const columns = new ColumnarRows();
  const shared = Object.fromEntries(Array.from({ length: attributes }, (_, index) => [`name${index}`, 'y'.repeat(20)]));
  for (let row = 0; row < rows; row++) {
    columns.push({ time: DAY + row, service: `service ${(row * 7919) % rows}`, attributes: shared } as ColumnarRow);
  }
  const path = join(folder.path, `${from}.parquet`);
  const pieces = columns.toParquet();
  await writeFile(path, Buffer.concat(pieces));
  return { path, rows, bytes: pieces.reduce((sum, { length }) => sum + length, 0) };
}

it('writes what the engine has no memory to sort, and in order', async () => {
  const [small, large] = [await hotFileOf(1, 10, 1), await hotFileOf(2, 25_000, 60)];
  const little = await openDuckDb({ threads: 1, memoryLimit: '48MB' });
  try {
    const poor = await Lake.open(lake.directory, { engine: little, create: false });
    expect(await poor.append({ parquet: [small, large] })).toMatchObject({ rows: 25_010, files: 2 });
  } finally {
    await little.close();
  }
  const rows = await select(
    engine,
    new LakeDataset(lake),
    'service, cardinality(attributes) AS n',
    'ORDER BY service, time'
  );
  expect(rows).toHaveLength(25_010);
  expect(rows.at(-1)).toMatchObject({ service: 'service 9999', n: 60 });
});

it('sorts files with very many attributes one by one', async () => {
  const files = [await hotFileOf(1, 5000, 220), await hotFileOf(2, 5000, 220)];
  expect(await lake.append({ parquet: files })).toMatchObject({ rows: 10_000, files: 2 });
  expect(await lake.append({ parquet: [files[0]!] })).toMatchObject({ rows: 5000, files: 1 });
});

it('commits how far it is when there are no rows', async () => {
  expect(await lake.append({ parquet: [] }, { txn: { appId: 'a', version: 7 } })).toMatchObject({
    rows: 0,
    version: 1,
  });
  expect(await lake.transactionVersion('a')).toBe(7);
});

it('adds nothing when files hold other rows than was said, or are damaged', async () => {
  const file = await hot(1, [DAY, DAY + 1]);
  await expect(lake.append({ parquet: [{ ...file, rows: 3 }] })).rejects.toMatchObject({ code: 'APITRAIL_INTERNAL' });
  await truncate(file.path, 100);
  await expect(lake.append({ parquet: [file] })).rejects.toMatchObject({ code: 'APITRAIL_LAKE_UNREADABLE' });
  expect((await lake.snapshot()).version).toBe(0);
});

it('sorts rows of which no file has some columns, and gives those to the data file, null', async () => {
  const rows = ['b', 'a', 'c', 'a'].map((service, index) => ({ time: DAY + 4 - index, service, status: 200 }));
  const file = await writeHotFile(engine, join(folder.path, 'elsewhere'), { from: 1 }, rows);
  const { path, ...rest } = file;
  const narrow = `${path}-narrow`;
  await engine.run(
    sql`COPY (SELECT time, service, status FROM ${literal(path)}) TO ${literal(narrow)} (FORMAT parquet)`
  );
  await lake.append({ parquet: [{ ...rest, path: narrow }] });
  const [{ add }] = [...(await lake.snapshot()).files.values()] as [DataFile];
  const written = literal(join(lake.table, add.path));
  const inOrder = await engine.run(sql`SELECT service, epoch_us(time) FROM ${written} ORDER BY file_row_number`);
  expect(inOrder.values).toEqual([
    ['a', 'a', 'b', 'c'],
    [DAY + 1, DAY + 3, DAY + 4, DAY + 2],
  ]);
  const names = await engine.run(sql`SELECT column_name FROM (DESCRIBE SELECT * FROM ${written})`);
  expect(names.values[0]).toEqual(expect.arrayContaining(['route', 'trace_id', 'attributes']));
  expect(JSON.parse(add.stats!)).toMatchObject({ numRecords: 4, nullCount: { route: 4 } });
});
