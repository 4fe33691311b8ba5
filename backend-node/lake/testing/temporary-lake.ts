import { randomUUID } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { openDuckDb, type DuckDb } from '../../engine/duckdb';
import type { Engine } from '../../engine/engine';
import { raw, sql } from '../../engine/sql';
import type { Dataset, TimeRange } from '../dataset';
import { Lake } from '../lake';

/** A folder for tests. */
export interface TemporaryFolder {
  path: string;
  /** Takes it away. */
  remove(): Promise<void>;
}

/** Makes a folder for one test file. */
export async function temporaryFolder(): Promise<TemporaryFolder> {
  const path = await mkdtemp(join(tmpdir(), 'apitrail-'));
  return { path, remove: () => rm(path, { recursive: true, force: true }) };
}

/** What a test of `eachWithLake` has. */
export interface TestLake {
  engine: DuckDb;
  folder: TemporaryFolder;
  lake: Lake;
}

/**
 * Gives each test of a file an empty lake in a folder of its own, and all of them one engine. The lake is the folder, or lies
 * in it under the name of `within`.
 */
export function eachWithLake(take: (made: TestLake) => void, { threads = 2, within = '' } = {}): void {
  let engine: DuckDb;
  let folder: TemporaryFolder;
  beforeAll(async () => {
    engine = await openDuckDb({ threads });
  });
  afterAll(() => engine.close());
  beforeEach(async () => {
    folder = await temporaryFolder();
    take({ engine, folder, lake: await Lake.open(join(folder.path, within), { engine, create: true }) });
  });
  afterEach(() => folder.remove());
}

/** Writes rows as staged JSON lines and gives the path. */
export async function stage(folder: string, rows: ReadonlyArray<Record<string, unknown>>): Promise<string> {
  const path = join(folder, `${randomUUID()}.ndjson`);
  await writeFile(path, rows.map((row) => `${JSON.stringify(row)}\n`).join(''));
  return path;
}

/** Runs `SELECT <columns> FROM <dataset>` over the dataset's newest snapshot and gives rows as objects. */
export async function select(
  engine: Engine,
  dataset: Dataset,
  columns: string,
  tail = '',
  range: TimeRange = {}
): Promise<Array<Record<string, unknown>>> {
  const relation = (await dataset.snapshot()).relation(range);
  const table = await engine.run(sql`SELECT ${raw(columns)} FROM ${relation.sql} ${raw(tail)}`);
  return Array.from({ length: table.rowCount }, (_, row) =>
    Object.fromEntries(table.columns.map(({ name }, index) => [name, table.values[index]?.[row]]))
  );
}
