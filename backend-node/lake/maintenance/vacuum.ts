import { basename, dirname } from 'node:path';

import { ApitrailError } from '@apitrail/contract';

import { DEFAULT_TOMBSTONE_RETENTION_MS, intervalMs } from '../checkpoint';
import type { DeltaTable } from '../delta-table';
import { removeIfThere, syncDirectory } from '../durable';
import { dataFilePath } from '../layout';
import { assertWritable, type TableState } from '../table-state';
import { leaseOfName, readWriteLeases } from '../write-lease';
import { importStateVersions, missingImports } from './import-progress';
import { listTableFiles, ORPHAN_GRACE_MS, sortFiles, type FoundFile } from './table-files';

/** Files removed later than this ago may still be read by a query that began before; a shorter retention must be forced. */
export const SAFE_RETENTION_MS = 86_400_000;

/** Files deleted between two looks at the log. */
const BATCH = 500;

export interface VacuumOptions {
  /**
   * How long files stay that newer ones took the place of, milliseconds. Default: what the table says
   * (`delta.deletedFileRetentionDuration`), a week.
   */
  retentionMs?: number;
  /** Takes a retention that readers of an older version may not outlive, and believes the clock although it was set. */
  force?: boolean;
  /** Deletes also the data files that no version knows and that no killed writer left: they may hold rows the log has lost. */
  orphans?: boolean;
  /** Only says what would be done. */
  dryRun?: boolean;
  signal?: AbortSignal;
  onProgress?: (progress: { table: string; deleted: number; files: number }) => void;
}

interface Count {
  files: number;
  bytes: number;
}

/** What vacuuming a table has deleted, or would delete. */
export interface VacuumSummary {
  table: string;
  retention_hours: number;
  /** Files that newer ones took the place of longer ago than the retention. */
  expired: Count;
  /** Files of writers that were killed before they committed. */
  orphans: Count;
  /** Data files that no version knows and no killed writer left, which are left unless that is asked for. */
  unexplained: Count;
  /** Removed files and possible orphans that are too young to be deleted. */
  kept: Count;
  /** Log entries and checkpoints past their retention. */
  log_files: number;
  /** Whether it was stopped before its end. */
  interrupted: boolean;
}

/**
 * Deletes the files that no version within retention needs, and those that killed writers left, not those that may hold
 * rows whose commit the log has lost, unless that is asked for. Whoever reads a version
 * younger than the retention is not disturbed. Throws APITRAIL_USAGE for a retention that would endanger readers.
 */
export async function vacuumTable(table: DeltaTable, options: VacuumOptions = {}): Promise<VacuumSummary> {
  const first = await table.snapshot();
  assertWritable(table.path, first);
  const retentionMs = checkedRetention(first, options);
  const states = await importStateVersions(table.lake);
  // In this order: what is committed or begun after the folder was listed is not in the list.
  const found = await listTableFiles(table.path);
  const leases = await readWriteLeases(table.lake);
  const now = Date.now();
  const state = await table.snapshot();
  const sorted = sortFiles(table.path, found, state, leases, now);
  // A writer that was killed after its commit left its lease, too.
  const doubtful = missingImports(table.definition.name, state, states)
    ? [...sorted.orphans, ...sorted.unexplained]
    : sorted.unexplained;
  const [unexplained, orphans] = options.orphans
    ? [[], [...sorted.orphans, ...sorted.unexplained.filter(({ modified }) => modified < now - ORPHAN_GRACE_MS)]]
    : [doubtful, sorted.orphans.filter((file) => !doubtful.includes(file))];
  const expired = sorted.removed.filter(({ removedAt }) => removedAt <= now - retentionMs);
  const waiting = sorted.removed.filter(({ removedAt }) => removedAt > now - retentionMs);
  const summary: VacuumSummary = {
    table: table.definition.name,
    retention_hours: retentionMs / 3_600_000,
    expired: count(expired),
    orphans: count(orphans),
    unexplained: count(unexplained),
    kept: count([...waiting, ...sorted.young]),
    log_files: 0,
    interrupted: false,
  };
  if (options.dryRun) {
    return summary;
  }
  const deleted = new Set(await deleteFiles(table, [...expired, ...orphans], options));
  summary.expired = count(expired.filter((file) => deleted.has(file)));
  summary.orphans = count(orphans.filter((file) => deleted.has(file)));
  summary.interrupted = options.signal?.aborted ?? false;
  if (!summary.interrupted) {
    const left = new Set(
      [...sorted.young, ...unexplained, ...orphans.filter((file) => !deleted.has(file))].map(leaseOf)
    );
    for (const { path, id, table: name } of leases.abandoned) {
      // While there are files of it, it says where they come from.
      if ((name ?? table.definition.name) === table.definition.name && !(id !== undefined && left.has(id))) {
        await removeIfThere(path);
      }
    }
    summary.log_files = (await table.tidyLog({ force: options.force ?? false })).removed;
  }
  return summary;
}

const leaseOf = ({ path }: FoundFile) => leaseOfName(basename(path));

const count = (files: readonly FoundFile[]): Count => ({
  files: files.length,
  bytes: files.reduce((sum, { bytes }) => sum + bytes, 0),
});

/** Gives those that are deleted, on the disk too. A file that became live meanwhile, as by a restore, is left. */
async function deleteFiles(
  table: DeltaTable,
  files: readonly FoundFile[],
  { signal, onProgress }: VacuumOptions
): Promise<FoundFile[]> {
  const deleted: FoundFile[] = [];
  for (let start = 0; start < files.length && !signal?.aborted; start += BATCH) {
    const live = livePaths(table.path, await table.snapshot());
    const batch = files.slice(start, start + BATCH).filter(({ path }) => !live.has(path));
    for (const file of batch) {
      await removeIfThere(file.path);
    }
    for (const folder of new Set(batch.map(({ path }) => dirname(path)))) {
      await syncDirectory(folder);
    }
    deleted.push(...batch);
    onProgress?.({ table: table.definition.name, deleted: deleted.length, files: files.length });
  }
  return deleted;
}

function livePaths(table: string, { files }: TableState): Set<string> {
  return new Set([...files.keys()].map((path) => dataFilePath(table, path)));
}

function checkedRetention({ metadata }: TableState, { retentionMs, force }: VacuumOptions): number {
  const configured =
    intervalMs(metadata.configuration['delta.deletedFileRetentionDuration']) ?? DEFAULT_TOMBSTONE_RETENTION_MS;
  if (retentionMs === undefined) {
    return configured;
  }
  if (retentionMs > configured) {
    throw new ApitrailError(
      'APITRAIL_USAGE',
      `The table remembers for ${hours(configured)} only when files were removed, so that they cannot be kept for ${hours(retentionMs)}. Raise its property delta.deletedFileRetentionDuration, or ask for less.`,
      { where: '--retention' }
    );
  }
  if (retentionMs < SAFE_RETENTION_MS && !force) {
    throw new ApitrailError(
      'APITRAIL_USAGE',
      `With a retention of ${hours(retentionMs)}, queries of Apitrail, Trino or Spark that run now may lose the files they read. Ask for at least ${hours(SAFE_RETENTION_MS)}, or add --force when nothing reads the lake.`,
      { where: '--retention' }
    );
  }
  return retentionMs;
}

const hours = (ms: number): string => `${Math.round(ms / 36_000) / 100} hours`;
