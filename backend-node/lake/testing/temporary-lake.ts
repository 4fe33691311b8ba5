import { randomUUID } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import type { Engine } from '../../engine/engine';
import { raw, sql } from '../../engine/sql';
import type { Dataset, TimeRange } from '../dataset';

/** A folder for one test file; `remove` takes it away. */
export async function temporaryFolder(): Promise<{ path: string; remove: () => Promise<void> }> {
  const path = await mkdtemp(join(tmpdir(), 'apitrail-'));
  return { path, remove: () => rm(path, { recursive: true, force: true }) };
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
