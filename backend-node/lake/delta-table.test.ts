import { readdir } from 'node:fs/promises';
import { join } from 'node:path';

import type { RecordColumn } from '@apitrail/contract';

import { openDuckDb, type DuckDb } from '../engine/duckdb';
import { sql } from '../engine/sql';
import { DeltaTable } from './delta-table';
import { Lake } from './lake';
import { dataFilePath } from './layout';
import { parquetRelation } from './parquet-relation';
import { groupFiles } from './rewrite';
import type { TableDefinition } from './table-definition';
import { temporaryFolder } from './testing/temporary-lake';

const column = (name: string, type: RecordColumn['type']): RecordColumn => ({ name, type, description: name });

/** A small table, of a kind that is not partitioned. */
const MARKS: TableDefinition = {
  name: 'marks',
  columns: [column('time', 'timestamp'), column('title', 'string'), column('tags', 'map<string,string>')],
  partitioned: false,
  sortBy: ['time'],
  statistics: ['time', 'title'],
};

let engine: DuckDb;
let folder: Awaited<ReturnType<typeof temporaryFolder>>;

beforeAll(async () => {
  engine = await openDuckDb({ threads: 2 });
});
afterAll(() => engine.close());
beforeEach(async () => {
  folder = await temporaryFolder();
});
afterEach(() => folder.remove());

const open = (create = true) => DeltaTable.open(MARKS, folder.path, { engine, create });

async function titles(table: DeltaTable): Promise<unknown[]> {
  const paths = [...(await table.snapshot()).files.values()].map(({ add }) => dataFilePath(table.path, add.path));
  const relation = parquetRelation(paths, undefined, MARKS);
  return (await engine.run(sql`SELECT title, date FROM ${relation} ORDER BY time`)).values[0] ?? [];
}

test('a table without partitions keeps its files in its own folder', async () => {
  const table = await open();
  const rows = [
    { time: 86_400_000_000, title: 'b', tags: { a: '1' } },
    { time: 1, title: 'a' },
  ];
  expect(await table.append({ rows })).toEqual({ version: 1, rows: 2, files: 1 });
  const [file] = (await table.snapshot()).files.values();
  expect(file).toMatchObject({ rows: 2, oldest: 0, newest: 86_400_000, add: { partitionValues: {} } });
  expect((await readdir(table.path)).sort()).toEqual(['_delta_log', file!.add.path].sort());
  expect((await table.snapshot()).metadata).toMatchObject({ name: 'marks', partitionColumns: [] });
  expect(await titles(table)).toEqual(['a', 'b']);
});

test('its files are rewritten like those of every table', async () => {
  const table = await open();
  await table.append({ rows: [{ time: 2, title: 'b' }] });
  await table.append({ rows: [{ time: 1, title: 'a' }] });
  const files = [...(await table.snapshot()).files.values()];
  expect(await table.rewrite(groupFiles(files), { operation: 'OPTIMIZE' })).toMatchObject({
    added: { files: 1, rows: 2 },
  });
  expect(await titles(table)).toEqual(['a', 'b']);
});

test('no rows are no commit, and a row without a time is refused', async () => {
  const table = await open();
  expect(await table.append({ rows: [] })).toEqual({ version: 0, rows: 0, files: 0 });
  await expect(table.append({ rows: [{ title: 'a' }] })).rejects.toMatchObject({ code: 'APITRAIL_INTERNAL' });
});

test('tables of a lake stand beside one another', async () => {
  const lake = await Lake.open(folder.path, { engine, create: true });
  const table = await open();
  await lake.append({ rows: [{ time: 1 }] });
  await table.append({ rows: [{ time: 1 }, { time: 2 }] });
  expect([(await lake.snapshot()).files.size, (await titles(table)).length]).toEqual([1, 2]);
  expect((await readdir(join(folder.path))).sort()).toEqual(['.apitrail', 'marks', 'requests']);
});

test('one that is not there is not made by looking for it', async () => {
  await expect(open(false)).rejects.toMatchObject({ code: 'APITRAIL_NOT_FOUND' });
  expect(await readdir(folder.path)).toEqual([]);
});
