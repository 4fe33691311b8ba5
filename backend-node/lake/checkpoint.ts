import { existsSync } from 'node:fs';
import { open, readFile, rename } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';

import { ApitrailError } from '@apitrail/contract';

import type { Engine } from '../engine/engine';
import { literal, sql } from '../engine/sql';
import type { Action, RemoveAction } from './actions';
import { hasCode, removeIfThere, replaceFile, syncDirectory, syncFile, temporaryBeside } from './durable';
import { checkpointName, dataFilePath, LAST_CHECKPOINT } from './layout';
import { escapeGlob, structOfLiterals } from './sql-literals';
import type { TableState } from './table-state';

/** Columns of a classic checkpoint (PROTOCOL.md, "V1 Spec"): one action a row, the other columns null. */
const CHECKPOINT_COLUMNS = {
  txn: 'STRUCT(appId VARCHAR, version BIGINT, lastUpdated BIGINT)',
  add: 'STRUCT(path VARCHAR, partitionValues MAP(VARCHAR, VARCHAR), size BIGINT, modificationTime BIGINT, dataChange BOOLEAN, stats VARCHAR, tags MAP(VARCHAR, VARCHAR))',
  remove:
    'STRUCT(path VARCHAR, deletionTimestamp BIGINT, dataChange BOOLEAN, extendedFileMetadata BOOLEAN, partitionValues MAP(VARCHAR, VARCHAR), size BIGINT)',
  metaData:
    'STRUCT(id VARCHAR, name VARCHAR, description VARCHAR, format STRUCT(provider VARCHAR, options MAP(VARCHAR, VARCHAR)), schemaString VARCHAR, partitionColumns VARCHAR[], configuration MAP(VARCHAR, VARCHAR), createdTime BIGINT)',
  protocol: 'STRUCT(minReaderVersion INTEGER, minWriterVersion INTEGER)',
} as const;

type CheckpointAction = keyof typeof CHECKPOINT_COLUMNS;
const ACTION_NAMES = Object.keys(CHECKPOINT_COLUMNS) as CheckpointAction[];

/** Tables that do not say: a week, Delta's default. */
export const DEFAULT_TOMBSTONE_RETENTION_MS = 7 * 86_400_000;

/**
 * Writes a checkpoint of `state`, reads it back, and points `_last_checkpoint` at it. Each step is on the disk before
 * the next: Trino finds nothing in a log whose pointer is missing or torn and whose entries were cleaned up.
 */
export async function writeCheckpoint(
  engine: Engine,
  directory: string,
  state: TableState,
  workDirectory: string
): Promise<void> {
  const actions = checkpointActions(dirname(directory), state, Date.now());
  const path = join(directory, checkpointName(state.version));
  const temporary = temporaryBeside(path);
  const staged = join(workDirectory, `${basename(temporary)}.json`);
  try {
    await writeLines(staged, actions);
    const columns = structOfLiterals(CHECKPOINT_COLUMNS);
    await engine.run(
      sql`COPY (SELECT * FROM read_json(${literal(escapeGlob(staged))}, format = 'newline_delimited', columns = ${columns}))
        TO ${literal(temporary)} (FORMAT parquet, COMPRESSION zstd, PARQUET_VERSION V1, USE_TMP_FILE false)`
    );
    await syncFile(temporary);
    await verify(engine, temporary, actions);
    await rename(temporary, path);
    await syncDirectory(directory);
  } finally {
    await removeIfThere(staged);
    await removeIfThere(temporary);
  }
  await pointToCheckpoint(directory, state.version, actions.length);
}

/** Points `_last_checkpoint` at a checkpoint that holds so many actions. */
export async function pointToCheckpoint(directory: string, version: number, size: number): Promise<void> {
  await replaceFile(join(directory, LAST_CHECKPOINT), JSON.stringify({ version, size }));
}

/** The actions in the checkpoint of a version. */
export async function readCheckpoint(engine: Engine, directory: string, version: number): Promise<Action[]> {
  return readActions(engine, join(directory, checkpointName(version)));
}

/** The version `_last_checkpoint` points at; undefined when it is missing or cannot be read. */
export async function lastCheckpoint(directory: string): Promise<number | undefined> {
  try {
    const { version } = JSON.parse(await readFile(join(directory, LAST_CHECKPOINT), 'utf8')) as { version?: unknown };
    return typeof version === 'number' ? version : undefined;
  } catch (error) {
    if (hasCode(error, 'ENOENT') || (error as Error).name === 'SyntaxError') {
      return undefined;
    }
    throw error;
  }
}

/**
 * What was removed is remembered for the table's retention, and beyond for as long as the file lies there, so that it is
 * not taken for one whose commit was lost.
 */
function checkpointActions(table: string, state: TableState, now: number): Action[] {
  const retention = intervalMs(state.metadata.configuration['delta.deletedFileRetentionDuration']);
  const oldest = now - (retention ?? DEFAULT_TOMBSTONE_RETENTION_MS);
  const remembered = [...state.tombstones.values()].filter(
    (remove) => (remove.deletionTimestamp ?? 0) >= oldest || isThere(table, remove)
  );
  return [
    { protocol: state.protocol },
    { metaData: state.metadata },
    ...[...state.transactions.values()].map((txn) => ({ txn })),
    ...remembered.map((remove) => ({ remove: { ...remove, dataChange: false } })),
    ...[...state.files.values()].map(({ add }) => ({ add: { ...add, dataChange: false } })),
  ];
}

function isThere(table: string, { path }: RemoveAction): boolean {
  try {
    return existsSync(dataFilePath(table, path));
  } catch {
    return false;
  }
}

async function writeLines(path: string, actions: readonly Action[]): Promise<void> {
  const handle = await open(path, 'wx');
  try {
    for (let start = 0; start < actions.length; start += 1000) {
      await handle.write(
        actions
          .slice(start, start + 1000)
          .map((action) => `${JSON.stringify(action)}\n`)
          .join('')
      );
    }
  } finally {
    await handle.close();
  }
}

async function readActions(engine: Engine, path: string): Promise<Action[]> {
  const table = await engine.run(
    sql`SELECT * FROM read_parquet(${literal(escapeGlob(path))}, hive_partitioning = false)`
  );
  const columns = table.columns.flatMap(({ name }, index) =>
    ACTION_NAMES.includes(name as CheckpointAction) ? [{ name, values: table.values[index] ?? [] }] : []
  );
  return Array.from({ length: table.rowCount }, (_, row) =>
    Object.fromEntries(
      columns.flatMap(({ name, values }) => (values[row] == null ? [] : [[name, withoutNulls(values[row])]]))
    )
  );
}

/** Optional members of an action are null in a checkpoint and absent in an entry. */
function withoutNulls(action: unknown): unknown {
  return Object.fromEntries(Object.entries(action as object).filter(([, value]) => value !== null));
}

async function verify(engine: Engine, path: string, expected: readonly Action[]): Promise<void> {
  const found = await readActions(engine, path);
  const same =
    found.length === expected.length &&
    found.every((action, row) => fingerprint(action) === fingerprint(expected[row]));
  if (!same) {
    throw new ApitrailError(
      'APITRAIL_INTERNAL',
      `A checkpoint read back from ${path} is not what was written; it was thrown away and the log is untouched.`,
      { where: path }
    );
  }
}

/** JSON that does not depend on the order of keys, nor on members that are undefined. */
function fingerprint(value: unknown): string {
  return JSON.stringify(value, (_, item: unknown) =>
    typeof item === 'object' && item !== null && !Array.isArray(item)
      ? Object.fromEntries(Object.entries(item).sort(([a], [b]) => (a < b ? -1 : 1)))
      : item
  );
}

const UNIT_MS: Record<string, number> = {
  millisecond: 1,
  second: 1000,
  minute: 60_000,
  hour: 3_600_000,
  day: 86_400_000,
  week: 604_800_000,
};

/** Reads an interval as a table's configuration has it, such as `interval 2 days`; undefined when it is none. */
export function intervalMs(text: string | undefined): number | undefined {
  const match = /^(?:interval\s+)?(\d+)\s+([a-z]+?)s?$/i.exec(text?.trim() ?? '');
  const unit = UNIT_MS[match?.[2]?.toLowerCase() ?? ''];
  return match && unit !== undefined ? Number(match[1]) * unit : undefined;
}
