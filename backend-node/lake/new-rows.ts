import { randomUUID } from 'node:crypto';
import { writeFile } from 'node:fs/promises';
import { join as joinPath } from 'node:path';

import { ApitrailError } from '@apitrail/contract';

import type { DuckDb } from '../engine/duckdb';
import { identifier, join, param, sql, type Sql } from '../engine/sql';
import { removeDataFiles, writeDataFiles, type WrittenFile } from './data-files';
import { fileColumns, parquetFiles } from './parquet-relation';
import { totalsOf } from './rewrite';
import { countStaged, stagedPart, stageRows } from './staging';
import type { TableDefinition } from './table-definition';
import { withWorkDirectory } from './work-directory';

const DAY_MS = 86_400_000;

/**
 * Rows to be added. Keys are columns of the table, what is null is left out, times are integer microseconds since the
 * epoch, maps are objects; other keys are ignored. `ndjson` names files of JSON lines, which may be compressed (`.gz`,
 * `.zst`); `rows` are few, and held in memory. `parquet` names files that have the table's columns, or some of them, with
 * the table's types; `expect` is how many rows they hold.
 */
export type NewRows =
  | { ndjson: readonly string[] }
  | { rows: ReadonlyArray<Readonly<Record<string, unknown>>> }
  | { parquet: readonly string[]; expect: number };

/** The table that rows go into. */
interface Target {
  definition: TableDefinition;
  path: string;
  lake: string;
}

/** Writes rows to data files, one for each partition, that are in no commit yet. When it fails, none of them is left. */
export async function writeNewRows(
  engine: DuckDb,
  table: Target,
  rows: NewRows,
  lease: string,
  signal?: AbortSignal
): Promise<WrittenFile[]> {
  if ('parquet' in rows) {
    return rows.parquet.length === 0 ? [] : writeParquet(engine, table, rows.parquet, rows.expect, lease, signal);
  }
  if ('ndjson' in rows) {
    return rows.ndjson.length === 0 ? [] : writeStaged(engine, table, rows.ndjson, lease, signal);
  }
  if (rows.rows.length === 0) {
    return [];
  }
  return withWorkDirectory(table.lake, async (work) => {
    const path = joinPath(work, `rows-${randomUUID()}.ndjson`);
    await writeFile(path, rows.rows.map((row) => `${JSON.stringify(row)}\n`).join(''), { mode: 0o600 });
    return writeStaged(engine, table, [path], lease, signal);
  });
}

/** Days are told by the times alone; each day's rows are then read, sorted and written on their own. */
async function writeParquet(
  engine: DuckDb,
  table: Target,
  paths: readonly string[],
  expected: number,
  lease: string,
  signal: AbortSignal | undefined
): Promise<WrittenFile[]> {
  const { definition } = table;
  const columns = fileColumns(definition);
  const names = join(columns.map(({ name }) => identifier(name)));
  const source = parquetFiles(columns, paths, expected || undefined);
  const day = definition.partitioned ? DAY_OF_TIME : sql`CAST(NULL AS INTEGER)`;
  return engine.session(async (run) => {
    const { values } = await run(sql`SELECT ${day} AS day, count(*) FROM ${source} GROUP BY 1 ORDER BY 1`, { signal });
    const days = values[0] as Array<number | null>;
    const files = days.map((found) => {
      const rows = sql`SELECT ${names} FROM ${source}`;
      return found === null || days.length === 1
        ? { rows, date: dateOf(found), dataChange: true }
        : {
            rows: sql`${rows} WHERE "time" >= ${dayStart(found)} AND "time" < ${dayStart(found + 1)}`,
            date: dateOf(found),
            dataChange: true,
          };
    });
    const written = await writeDataFiles(run, table, files, { lease, signal });
    await assertWritten(table, written, expected);
    return written;
  });
}

const DAY_OF_TIME = sql`CAST(floor(epoch_us("time") / 86400000000) AS INTEGER)`;

/** The beginning of a day, as a bare bound of the column, so that the statistics of files are of use. */
const dayStart = (day: number): Sql => sql`make_timestamptz(${param('bigint', day * DAY_MS * 1000)})`;

const dateOf = (day: number | null): string | null =>
  day === null ? null : new Date(day * DAY_MS).toISOString().slice(0, 10);

async function assertWritten(table: Target, written: readonly WrittenFile[], expected: number): Promise<void> {
  const found = totalsOf(written).rows;
  if (found !== expected) {
    await removeDataFiles(table.path, written);
    throw new ApitrailError('APITRAIL_INTERNAL', `Of ${expected} rows ${found} were written; none was added.`);
  }
}

async function writeStaged(
  engine: DuckDb,
  table: Target,
  paths: readonly string[],
  lease: string,
  signal: AbortSignal | undefined
): Promise<WrittenFile[]> {
  return engine.session(async (run) => {
    const parts = await stageRows(run, table.definition, paths, signal);
    const files = parts.map((part) => ({
      rows: stagedPart(table.definition, part),
      date: dateOf(part.day),
      dataChange: true,
    }));
    const written = await writeDataFiles(run, table, files, { lease, signal });
    await assertWritten(table, written, await countStaged(run));
    return written;
  });
}
