import { ApitrailError, PARTITION_COLUMN } from '@apitrail/contract';

import type { Runner } from '../engine/duckdb';
import { identifier, join, raw, sql, type Sql } from '../engine/sql';
import { removeDataFiles, writeDataFiles, type WrittenFile } from './data-files';
import { dataFilePath } from './layout';
import { DATE_OF_TIME, fileColumns, parquetFiles, type TypedColumn } from './parquet-relation';
import { fieldDuckDbType } from './schema';
import { readBounds } from './stats';
import type { TableDefinition } from './table-definition';
import type { DataFile, TableState } from './table-state';

const DAY_MS = 86_400_000;

/** The largest file that rewriting makes of several, unless told otherwise, bytes. */
export const TARGET_FILE_BYTES = 512 * 2 ** 20;

/** Why files are rewritten, in Delta's words, and what may become of their rows. */
export type RewriteOperation =
  /** The same rows in other files: readers of changes see nothing. */
  | 'OPTIMIZE'
  /** As many rows, with other values. */
  | 'UPDATE'
  /** Fewer rows. */
  | 'DELETE';

export interface RewriteOptions {
  operation: RewriteOperation;
  /** What the log is to say of the operation, such as its predicate. */
  parameters?: Record<string, string>;
  /**
   * Gives the SELECT that rows go through, from a parenthesised relation with the table's columns and `date`. It must
   * give every column of the table but `date`, and leave `time` within its UTC day. None for OPTIMIZE.
   */
  transform?: (rows: Sql) => Sql;
  /** Noted in the same commit; when the table is already that far or further, nothing is rewritten. */
  txn?: { appId: string; version: number };
  signal?: AbortSignal;
  /** Told of each file that is written, before the commit. */
  onFile?: (file: { rows: number; bytes: number }) => void;
}

/** Files, their rows and their bytes. */
export interface FileTotals {
  files: number;
  rows: number;
  bytes: number;
}

export interface Rewritten {
  /** Version of the table in which the files are replaced. */
  version: number;
  removed: FileTotals;
  added: FileTotals;
  /** Paths of the added files, as the log has them. */
  paths: string[];
}

/**
 * Puts files of a table together into groups of one partition each that hold at most `targetBytes`, in the order of
 * their oldest rows, so that a group spans as little time as it can. A larger file is a group of its own.
 */
export function groupFiles(files: readonly DataFile[], targetBytes = TARGET_FILE_BYTES): DataFile[][] {
  const partitions = new Map<string, DataFile[]>();
  for (const file of files) {
    const key = partitionOf(file);
    const partition = partitions.get(key);
    if (partition) {
      partition.push(file);
    } else {
      partitions.set(key, [file]);
    }
  }
  const groups: DataFile[][] = [];
  for (const partition of partitions.values()) {
    let group: DataFile[] = [];
    let bytes = 0;
    for (const file of partition.sort(byAge)) {
      if (group.length > 0 && bytes + file.add.size > targetBytes) {
        groups.push(group);
        [group, bytes] = [[], 0];
      }
      group.push(file);
      bytes += file.add.size;
    }
    groups.push(group);
  }
  return groups;
}

function partitionOf({ add }: DataFile): string {
  return JSON.stringify(Object.entries(add.partitionValues).sort());
}

function byAge(a: DataFile, b: DataFile): number {
  return (a.oldest ?? 0) - (b.oldest ?? 0) || (a.add.path < b.add.path ? -1 : 1);
}

/** The sum of files. */
export function totalsOf(files: ReadonlyArray<{ add: { size: number }; rows: number | null }>): FileTotals {
  return {
    files: files.length,
    rows: files.reduce((sum, { rows }) => sum + (rows ?? 0), 0),
    bytes: files.reduce((sum, { add }) => sum + add.size, 0),
  };
}

/**
 * Writes the rows of each group to one file of its partition, through the transformation if there is one, and checks
 * that none got lost. Gives the files, which are in no commit yet, and how many rows were read. A group that has no rows
 * left becomes no file.
 */
export async function writeGroups(
  run: Runner,
  table: { definition: TableDefinition; path: string },
  state: TableState,
  groups: ReadonlyArray<readonly DataFile[]>,
  lease: string,
  options: RewriteOptions
): Promise<{ written: WrittenFile[]; read: number }> {
  const columns = columnsOf(table.definition, state, table.path);
  const written: WrittenFile[] = [];
  let read = 0;
  try {
    for (const group of groups) {
      const date = partitionDate(table, group);
      const relation = groupRelation(columns, table.path, group);
      const before = (await run(sql`SELECT count(*) FROM ${relation}`, runOptions(options))).values[0]?.[0] as number;
      assertCounted(group, before);
      const [file] = await writeDataFiles(
        run,
        table,
        [{ rows: transformed(columns, relation, options), date, dataChange: options.operation !== 'OPTIMIZE' }],
        { lease, signal: options.signal }
      );
      read += before;
      if (!file) {
        continue;
      }
      written.push(file);
      assertKept(options.operation, before, file.rows);
      assertWithinDay(date, file);
      if (file.rows === 0) {
        await removeDataFiles(table.path, [file]);
        written.pop();
      } else {
        options.onFile?.({ rows: file.rows, bytes: file.add.size });
      }
    }
    return { written, read };
  } catch (error) {
    await removeDataFiles(table.path, written);
    throw error;
  }
}

const runOptions = ({ signal }: RewriteOptions) => (signal ? { signal } : {});

/** The definition's columns and those that only the table has, which other writers added: rewriting must not lose them. */
function columnsOf(definition: TableDefinition, state: TableState, path: string): TypedColumn[] {
  const own = fileColumns(definition);
  const known = new Set([...own.map(({ name }) => name), ...state.metadata.partitionColumns]);
  const others = state.fields.filter(({ name }) => !known.has(name));
  return [
    ...own,
    ...others.map((field) => {
      const type = fieldDuckDbType(field);
      if (type === undefined) {
        throw new ApitrailError(
          'APITRAIL_LAKE_UNSUPPORTED',
          `Files of ${path} cannot be rewritten: the column ${field.name}, which another program added, has a type that would be lost.`,
          { where: path }
        );
      }
      return { name: field.name, type };
    }),
  ];
}

/** The date of a group's partition; null where the table is not partitioned. */
function partitionDate(
  { definition, path }: { definition: TableDefinition; path: string },
  group: readonly DataFile[]
) {
  const dates = new Set(group.map(({ add }) => add.partitionValues[PARTITION_COLUMN.name] ?? null));
  const [date = null] = dates;
  if (dates.size !== 1 || (date === null) === definition.partitioned) {
    throw new ApitrailError(
      'APITRAIL_INTERNAL',
      `Files of ${path} to be rewritten together lie in several partitions.`,
      {
        where: path,
      }
    );
  }
  return date;
}

function groupRelation(columns: readonly TypedColumn[], table: string, group: readonly DataFile[]): Sql {
  const paths = group.map(({ add }) => dataFilePath(table, add.path));
  return parquetFiles(columns, paths, totalsOf(group).rows || undefined);
}

function transformed(columns: readonly TypedColumn[], files: Sql, { operation, transform }: RewriteOptions): Sql {
  const names = join(columns.map(({ name }) => identifier(name)));
  if (operation === 'OPTIMIZE' || !transform) {
    return sql`SELECT ${names} FROM ${files}`;
  }
  const typed = join(
    columns.map(({ name, type }) => sql`CAST(${identifier(name)} AS ${raw(type)}) AS ${identifier(name)}`)
  );
  return sql`SELECT ${typed} FROM (${transform(sql`(SELECT ${names}, ${DATE_OF_TIME} FROM ${files})`)})`;
}

/** A file that holds another number of rows than the log says is damaged: rewriting it would hide that. */
function assertCounted(group: readonly DataFile[], found: number): void {
  if (group.every(({ rows }) => rows !== null) && totalsOf(group).rows !== found) {
    const names = group.map(({ add }) => add.path).join(', ');
    throw new ApitrailError(
      'APITRAIL_LAKE_UNREADABLE',
      `Data files hold ${found} rows where the log says ${totalsOf(group).rows}: ${names}. Nothing was changed; run apitrail verify.`,
      { where: group[0]?.add.path }
    );
  }
}

function assertKept(operation: RewriteOperation, before: number, after: number): void {
  if (operation === 'DELETE' ? after > before : after !== before) {
    throw new ApitrailError(
      'APITRAIL_INTERNAL',
      `Rewriting (${operation}) made ${after} rows of ${before}; nothing was changed.`
    );
  }
}

function assertWithinDay(date: string | null, { add, rows }: WrittenFile): void {
  const { oldest, newest } = readBounds(add.stats);
  if (date === null || rows === 0 || oldest === null || newest === null) {
    return;
  }
  const day = Date.parse(`${date}T00:00:00Z`);
  if (oldest < day || newest > day + DAY_MS) {
    throw new ApitrailError('APITRAIL_INTERNAL', `Rewriting moved rows out of their day ${date}; nothing was changed.`);
  }
}
