import { randomUUID } from 'node:crypto';
import { chmod, stat } from 'node:fs/promises';
import { dirname, join as joinPath } from 'node:path';

import type { Runner } from '../engine/duckdb';
import { literal, sql } from '../engine/sql';
import type { AddAction } from './actions';
import { makeDirectory, removeIfThere, syncDirectory, syncFile } from './durable';
import { dataFilePath, encodePath, partitionDirectory } from './layout';
import { stagedDay } from './staging';
import { deltaStats, type CopyStats } from './stats';

const DAY_MS = 86_400_000;
const ROW_GROUP_ROWS = 122_880;

/** A data file that is on the disk, whole, and in no commit yet. */
export interface WrittenFile {
  add: AddAction;
  rows: number;
}

/** Writes the staged rows of each day to a file of its partition. When it fails, none of its files is left. */
export async function writeDataFiles(
  run: Runner,
  table: string,
  days: readonly number[],
  signal?: AbortSignal
): Promise<WrittenFile[]> {
  const written: WrittenFile[] = [];
  try {
    for (const day of days) {
      written.push(await writeDay(run, table, new Date(day * DAY_MS).toISOString().slice(0, 10), day, signal));
    }
    return written;
  } catch (error) {
    await removeDataFiles(table, written);
    throw error;
  }
}

/** Removes files that did not get into a commit. */
export async function removeDataFiles(table: string, files: readonly WrittenFile[]): Promise<void> {
  await Promise.all(files.map(({ add }) => removeIfThere(dataFilePath(table, add.path)).catch(() => undefined)));
}

async function writeDay(
  run: Runner,
  table: string,
  date: string,
  day: number,
  signal?: AbortSignal
): Promise<WrittenFile> {
  const relative = `${partitionDirectory(date)}/part-${randomUUID()}.zstd.parquet`;
  const path = joinPath(table, relative);
  await makeDirectory(dirname(path));
  try {
    const copied = await run(
      sql`COPY (${stagedDay(day)}) TO ${literal(path)} (FORMAT parquet, COMPRESSION zstd, COMPRESSION_LEVEL 1,
        PARQUET_VERSION V1, ROW_GROUP_SIZE ${literal(String(ROW_GROUP_ROWS))}, USE_TMP_FILE false, RETURN_STATS)`,
      { signal }
    );
    const result = Object.fromEntries(copied.columns.map(({ name }, index) => [name, copied.values[index]?.[0]]));
    const rows = result.count as number;
    // Files never change once written: nobody, DuckDB's COPY included, shall overwrite one by mistake.
    await chmod(path, 0o444);
    await syncFile(path);
    await syncDirectory(dirname(path));
    const { size, mtimeMs } = await stat(path);
    return {
      rows,
      add: {
        path: encodePath(relative),
        partitionValues: { date },
        size,
        modificationTime: Math.trunc(mtimeMs),
        dataChange: true,
        stats: JSON.stringify(deltaStats(rows, result.column_statistics as CopyStats)),
      },
    };
  } catch (error) {
    await removeIfThere(path);
    throw error;
  }
}
