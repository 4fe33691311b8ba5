import { randomUUID } from 'node:crypto';
import { writeFile } from 'node:fs/promises';
import { join as joinPath } from 'node:path';

import { ApitrailError } from '@apitrail/contract';

import type { DuckDb, Runner } from '../engine/duckdb';
import { identifier, join, param, sql, type Sql } from '../engine/sql';
import { removeDataFiles, writeDataFiles, type NewFile, type WrittenFile } from './data-files';
import type { AppendOptions } from './delta-table';
import { fileColumns, parquetFiles } from './parquet-relation';
import { totalsOf } from './rewrite';
import { escapeGlob, listOfLiterals } from './sql-literals';
import { Scratch } from './sorted/scratch';
import { sortHotFiles } from './sorted/sort-hot-files';
import { countStaged, stagedPart, stageRows } from './staging';
import type { TableDefinition } from './table-definition';
import { withWorkDirectory } from './work-directory';

const DAY_MS = 86_400_000;

/**
 * Rows to be added. Keys are columns of the table, what is null is left out, times are integer microseconds since the
 * epoch, maps are objects; other keys are ignored. `ndjson` names files of JSON lines, which may be compressed (`.gz`,
 * `.zst`); `rows` are few, and held in memory. `parquet` names files that have the table's columns, or some of them, with
 * the table's types, and how many rows each has.
 */
export type NewRows =
  | { ndjson: readonly string[] }
  | { rows: ReadonlyArray<Readonly<Record<string, unknown>>> }
  | { parquet: readonly ParquetRows[] };

/** A file of rows to be added. `bytes` is its size. */
export interface ParquetRows {
  path: string;
  rows: number;
  bytes?: number | undefined;
}

/** The table that rows go into. */
interface Target {
  definition: TableDefinition;
  path: string;
  lake: string;
}

/** How rows are written. */
interface WriteOptions extends Pick<AppendOptions, 'signal' | 'pause'> {
  /** The lease they are written under. */
  lease: string;
}

/** Writes rows to data files, one for each partition, that are in no commit yet. When it fails, none of them is left. */
export async function writeNewRows(
  engine: DuckDb,
  table: Target,
  rows: NewRows,
  options: WriteOptions
): Promise<WrittenFile[]> {
  const { lease, signal } = options;
  if ('parquet' in rows) {
    return rows.parquet.length === 0 ? [] : writeParquet(engine, table, rows.parquet, options);
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

/** So much is sorted at once: what an engine with little memory can sort without spilling. */
const SORTED_ROWS = 60_000;
const SORTED_BYTES = 16 * 2 ** 20;

/** Files to be sorted together, in their order. A larger one is alone. */
function sortedTogether(files: readonly ParquetRows[]): ParquetRows[][] {
  const groups: ParquetRows[][] = [];
  let rows = Infinity;
  let bytes = 0;
  for (const file of files) {
    if (rows + file.rows > SORTED_ROWS || bytes + (file.bytes ?? 0) > SORTED_BYTES) {
      groups.push([]);
      [rows, bytes] = [0, 0];
    }
    groups.at(-1)!.push(file);
    rows += file.rows;
    bytes += file.bytes ?? 0;
  }
  return groups;
}

async function writeParquet(
  engine: DuckDb,
  table: Target,
  files: readonly ParquetRows[],
  options: WriteOptions
): Promise<WrittenFile[]> {
  return engine.session(async (run) => {
    const written: WrittenFile[] = [];
    const scratch = new Scratch();
    try {
      for (const group of sortedTogether(files)) {
        const more = await writeTogether(run, table, group, { ...options, scratch });
        written.push(...more);
        assertWritten(
          more,
          group.reduce((sum, { rows }) => sum + rows, 0)
        );
      }
      return written;
    } catch (error) {
      await removeDataFiles(table.path, written);
      throw error;
    }
  });
}

/**
 * Writes files that are sorted together; one by one where there is no memory for that, and one for which the engine has none
 * without it, so that nothing that was taken in waits for ever.
 */
async function writeTogether(
  run: Runner,
  table: Target,
  group: readonly ParquetRows[],
  options: WriteOptions & { scratch: Scratch }
): Promise<WrittenFile[]> {
  const { lease, signal } = options;
  try {
    return (
      (await sortHotFiles(table, group, options)) ??
      (await writeDataFiles(run, table, await partsOf(run, table.definition, group, signal), { lease, signal }))
    );
  } catch (error) {
    if (!(error instanceof ApitrailError && error.code === 'APITRAIL_OUT_OF_MEMORY')) {
      throw error;
    }
    if (group.length === 1) {
      const alone = await sortHotFiles(table, group, { ...options, manyTexts: true });
      if (alone) {
        return alone;
      }
      throw error;
    }
  }
  const written: WrittenFile[] = [];
  try {
    for (const file of group) {
      written.push(...(await writeTogether(run, table, [file], options)));
    }
    return written;
  } catch (error) {
    await removeDataFiles(table.path, written);
    throw error;
  }
}

/** The rows of files by the day of their times, each to be sorted and written on its own. */
async function partsOf(
  run: Runner,
  definition: TableDefinition,
  files: readonly ParquetRows[],
  signal: AbortSignal | undefined
): Promise<NewFile[]> {
  const paths = files.map(({ path }) => path);
  const absent = await absentColumns(run, definition, paths, signal);
  const columns = fileColumns(definition).filter(({ name }) => !absent.has(name));
  const source = parquetFiles(columns, paths, files.reduce((sum, { rows }) => sum + rows, 0) || undefined);
  const rows = sql`SELECT ${join(columns.map(({ name }) => identifier(name)))} FROM ${source}`;
  const day = definition.partitioned ? DAY_OF_TIME : sql`CAST(NULL AS INTEGER)`;
  const { values } = await run(sql`SELECT ${day} AS day FROM ${source} GROUP BY 1 ORDER BY 1`, { signal });
  const days = values[0] as Array<number | null>;
  return days.map((found) => ({
    rows:
      found === null || days.length === 1
        ? rows
        : sql`${rows} WHERE "time" >= ${dayStart(found)} AND "time" < ${dayStart(found + 1)}`,
    absent,
    date: dateOf(found),
    dataChange: true,
  }));
}

/** The columns of a table that none of some files has. */
async function absentColumns(
  run: Runner,
  { columns }: TableDefinition,
  paths: readonly string[],
  signal: AbortSignal | undefined
): Promise<Set<string>> {
  const schema = sql`SELECT DISTINCT name FROM parquet_schema(${listOfLiterals(paths.map(escapeGlob))})`;
  const { values } = await run(schema, { signal });
  const there = new Set(values[0] as string[]);
  return new Set(columns.map(({ name }) => name).filter((name) => !there.has(name)));
}

const DAY_OF_TIME = sql`CAST(floor(epoch_us("time") / 86400000000) AS INTEGER)`;

/** The beginning of a day, as a bare bound of the column, so that the statistics of files are of use. */
const dayStart = (day: number): Sql => sql`make_timestamptz(${param('bigint', day * DAY_MS * 1000)})`;

const dateOf = (day: number | null): string | null =>
  day === null ? null : new Date(day * DAY_MS).toISOString().slice(0, 10);

function assertWritten(written: readonly WrittenFile[], expected: number): void {
  const found = totalsOf(written).rows;
  if (found !== expected) {
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
    try {
      assertWritten(written, await countStaged(run));
    } catch (error) {
      await removeDataFiles(table.path, written);
      throw error;
    }
    return written;
  });
}
