import { stat } from 'node:fs/promises';
import { dirname, join as joinPath } from 'node:path';

import { PARTITION_COLUMN } from '@apitrail/contract';

import type { Runner } from '../engine/duckdb';
import { identifier, join, literal, raw, sql, type Sql } from '../engine/sql';
import type { AddAction } from './actions';
import { makeDirectory, removeIfThere, sealFile } from './durable';
import { sha256OfFile, tagsOf } from './file-tags';
import { dataFilePath, encodePath, partitionDirectory } from './layout';
import { duckDbType } from './schema';
import { escapeGlob } from './sql-literals';
import { deltaStats, type CopyStats } from './stats';
import type { TableDefinition } from './table-definition';
import { leasedName } from './write-lease';

const ROW_GROUP_ROWS = 122_880;
const NONE: ReadonlySet<string> = new Set();

/** A data file that is on the disk, whole, and in no commit yet. */
export interface WrittenFile {
  add: AddAction;
  rows: number;
}

export interface NewFile {
  /** What it is to hold, with the table's columns in any order of rows. */
  rows: Sql;
  /**
   * Columns that `rows` lacks, which are null throughout. They are put in behind the sorting, which would carry them along
   * as if they held something: of rows of which a third of the columns is empty, that is half of what sorting costs.
   */
  absent?: ReadonlySet<string>;
  /** The partition they belong to, `YYYY-MM-DD`; null where the table is not partitioned. */
  date: string | null;
  /** Whether readers of changes are to see its rows as new. */
  dataChange: boolean;
}

/** Writes files one after the other. When one fails, none of them is left. */
export async function writeDataFiles(
  run: Runner,
  table: { definition: TableDefinition; path: string },
  files: Iterable<NewFile>,
  options: {
    /** The lease they are written under, as `withWriteLease` gives it. */
    lease: string;
    signal?: AbortSignal | undefined;
    onFile?: ((file: WrittenFile) => void) | undefined;
  }
): Promise<WrittenFile[]> {
  const written: WrittenFile[] = [];
  try {
    for (const file of files) {
      const one = await writeDataFile(run, table, file, options.lease, options.signal);
      written.push(one);
      options.onFile?.(one);
    }
    return written;
  } catch (error) {
    await removeDataFiles(table.path, written);
    throw error;
  }
}

/** Removes files that did not get into a commit. */
export async function removeDataFiles(table: string, files: readonly WrittenFile[]): Promise<void> {
  await Promise.all(files.map(({ add }) => removeIfThere(dataFilePath(table, add.path)).catch(() => undefined)));
}

async function writeDataFile(
  run: Runner,
  { definition, path: table }: { definition: TableDefinition; path: string },
  { rows: content, absent = NONE, date, dataChange }: NewFile,
  lease: string,
  signal?: AbortSignal
): Promise<WrittenFile> {
  return placeDataFile({ definition, path: table }, { date, dataChange, name: leasedName(lease) }, async (path) => {
    const copied = await run(
      sql`COPY (${sortedRows(definition, content, absent)}) TO ${literal(path)} (FORMAT parquet, COMPRESSION zstd,
        COMPRESSION_LEVEL 1, PARQUET_VERSION V1, ROW_GROUP_SIZE ${literal(String(ROW_GROUP_ROWS))}, USE_TMP_FILE false,
        RETURN_STATS)`,
      { ...(signal ? { signal } : {}) }
    );
    const result = Object.fromEntries(copied.columns.map(({ name: key }, index) => [key, copied.values[index]?.[0]]));
    const rows = result.count as number;
    const stats = await withBounds(run, definition, path, rows, result.column_statistics as CopyStats);
    return { rows, stats, sha256: await sha256OfFile(path, signal) };
  });
}

/** What writing the content of a data file gives. */
export interface WrittenContent {
  rows: number;
  stats: CopyStats;
  /** Of the whole file, hexadecimal. */
  sha256: string;
}

/** Writes a data file to its place in a table, and gives what a commit says of it. When it fails, no file is left. */
export async function placeDataFile(
  { definition, path: table }: { definition: TableDefinition; path: string },
  { date, dataChange, name }: Pick<NewFile, 'date' | 'dataChange'> & { name: string },
  write: (path: string) => Promise<WrittenContent>
): Promise<WrittenFile> {
  const relative = date === null ? name : `${partitionDirectory(date)}/${name}`;
  const path = joinPath(table, relative);
  await makeDirectory(dirname(path));
  try {
    const { rows, stats, sha256 } = await write(path);
    await sealFile(path);
    const { size, mtimeMs } = await stat(path);
    return {
      rows,
      add: {
        path: encodePath(relative),
        partitionValues: date === null ? {} : { [PARTITION_COLUMN.name]: date },
        size,
        modificationTime: Math.trunc(mtimeMs),
        dataChange,
        stats: JSON.stringify(deltaStats(definition, rows, stats)),
        tags: tagsOf({ sha256, sortedBy: definition.sortBy }),
      },
    };
  } catch (error) {
    await removeIfThere(path);
    throw error;
  }
}

/** Rows in the order of the table, with all of its columns. */
function sortedRows({ columns, sortBy }: TableDefinition, content: Sql, absent: ReadonlySet<string>): Sql {
  const order = sortBy
    .filter((column) => !absent.has(column))
    .map((column) => sql`${identifier(column)} ASC NULLS LAST`);
  const sorted = sql`SELECT * FROM (${content})${order.length === 0 ? sql`` : sql` ORDER BY ${join(order)}`}`;
  if (absent.size === 0) {
    return sorted;
  }
  const all = columns.map(({ name, type }) =>
    absent.has(name) ? sql`CAST(NULL AS ${raw(duckDbType(type))}) AS ${identifier(name)}` : identifier(name)
  );
  return sql`SELECT ${join(all)} FROM (${sorted})`;
}

/**
 * COPY gives no bounds of a column that is null throughout one row group, though other groups have values: those are
 * looked up in the file.
 */
async function withBounds(
  run: Runner,
  { columns, statistics }: TableDefinition,
  path: string,
  rows: number,
  copied: CopyStats
): Promise<CopyStats> {
  const without = columns.filter(({ name }) => {
    const { min, null_count: nulls } = copied[`"${name}"`] ?? {};
    return statistics.includes(name) && min === undefined && nulls !== undefined && Number(nulls) < rows;
  });
  if (without.length === 0) {
    return copied;
  }
  const bounds = without.map(({ name }) => {
    const column = identifier(name);
    return sql`CAST(min(${column}) AS VARCHAR), CAST(max(${column}) AS VARCHAR)`;
  });
  const file = sql`read_parquet(${literal(escapeGlob(path))}, hive_partitioning = false)`;
  const { values } = await run(sql`SELECT ${join(bounds)} FROM ${file}`);
  const found = without.map(({ name }, index) => {
    const [min, max] = [values[2 * index]?.[0] as string, values[2 * index + 1]?.[0] as string];
    return [`"${name}"`, { ...copied[`"${name}"`], min, max }] as const;
  });
  return { ...copied, ...Object.fromEntries(found) };
}
