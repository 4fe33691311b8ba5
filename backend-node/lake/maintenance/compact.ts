import { ApitrailError, PARTITION_COLUMN } from '@apitrail/contract';

import type { DeltaTable } from '../delta-table';
import { stateDirectory } from '../layout';
import { acquireLock } from '../process-lock';
import { groupFiles, TARGET_FILE_BYTES, totalsOf, type FileTotals } from '../rewrite';
import type { DataFile, TableState } from '../table-state';
import { planTiers, type TierOptions } from './tiers';

const DAY_MS = 86_400_000;

/** How often a partition is begun anew when somebody else has rewritten files of it meanwhile. */
const ATTEMPTS = 3;

export interface CompactOptions {
  /** Size that files are put together up to, bytes; those of half of it are left as they are. */
  targetBytes?: number;
  /** Leaves alone days that ended less than this long ago, milliseconds; in tables without days, files written since. */
  olderThanMs?: number;
  /** Puts together only what is worth it while files keep coming; `targetBytes` and `olderThanMs` then mean nothing. */
  tiers?: TierOptions;
  /** Only says what would be done. */
  dryRun?: boolean;
  signal?: AbortSignal;
  onProgress?: (progress: CompactProgress) => void;
}

export interface CompactProgress {
  table: string;
  /** Partition, such as `date=2026-11-01`; empty where the table has none. */
  partition: string;
  /** Files written and to be written of it. */
  done: number;
  files: number;
  /** What became of it, when it is committed. */
  result?: { removed: FileTotals; added: FileTotals };
}

/** What compacting a table has done, or would do. */
export interface CompactSummary {
  table: string;
  /** Partitions with something to do, and those of them that are done. */
  partitions: number;
  compacted: number;
  /** Files that others took the place of; they stay on the disk until vacuum. */
  removed: FileTotals;
  /** Files written; in a dry run how many there would be, with the rows and at most the bytes of the old ones. */
  added: FileTotals;
  /** Partitions that others kept rewriting meanwhile. */
  conflicts: string[];
  /** Whether it was stopped before its end. */
  interrupted: boolean;
}

/**
 * Puts small files of each partition together: one partition, one commit. Readers notice nothing but the speed; a kill
 * leaves a partition as it was or done. Throws APITRAIL_LAKE_BUSY when another compaction runs in the lake.
 */
export async function compactTable(table: DeltaTable, options: CompactOptions = {}): Promise<CompactSummary> {
  const nothingToDo = options.tiers && plan(table, await table.snapshot(), options).size === 0;
  if (options.dryRun || nothingToDo) {
    return compact(table, options);
  }
  const lock = await acquireLock(stateDirectory(table.lake), {
    name: 'compact',
    holder: 'Another compaction runs in this lake',
    advice: 'Wait until it has ended (that of a companion takes moments), or stop it.',
  });
  try {
    return await compact(table, options);
  } finally {
    await lock.release();
  }
}

async function compact(table: DeltaTable, options: CompactOptions): Promise<CompactSummary> {
  const planned = plan(table, await table.snapshot(), options);
  const summary: CompactSummary = {
    table: table.definition.name,
    partitions: planned.size,
    compacted: 0,
    removed: totalsOf([]),
    added: totalsOf([]),
    conflicts: [],
    interrupted: false,
  };
  for (const [partition, groups] of planned) {
    if (options.dryRun) {
      const removed = totalsOf(groups.flat());
      add(summary, { removed, added: { ...removed, files: groups.length } });
      options.onProgress?.({ table: summary.table, partition, done: 0, files: groups.length });
      continue;
    }
    try {
      await compactPartition(table, partition, groups, options, summary);
    } catch (error) {
      if (options.signal?.aborted) {
        summary.interrupted = true;
        break;
      }
      throw error;
    }
  }
  return summary;
}

async function compactPartition(
  table: DeltaTable,
  partition: string,
  planned: DataFile[][],
  options: CompactOptions,
  summary: CompactSummary
): Promise<void> {
  let groups: DataFile[][] | undefined = planned;
  for (let attempt = 0; groups; attempt++) {
    const progress = { table: summary.table, partition, done: 0, files: groups.length };
    options.onProgress?.(progress);
    try {
      const result = await table.rewrite(groups, {
        operation: 'OPTIMIZE',
        parameters: { predicate: JSON.stringify(partition ? [partition] : []) },
        onFile: () => options.onProgress?.({ ...progress, done: ++progress.done }),
        ...(options.signal ? { signal: options.signal } : {}),
      });
      if (result) {
        add(summary, result);
        summary.compacted++;
        options.onProgress?.({ ...progress, result });
      }
      return;
    } catch (error) {
      if (!(error instanceof ApitrailError) || error.code !== 'APITRAIL_LAKE_CONFLICT') {
        throw error;
      }
      if (attempt + 1 === ATTEMPTS) {
        summary.conflicts.push(partition);
        return;
      }
      groups = plan(table, await table.snapshot(), options).get(partition);
    }
  }
}

function add(summary: CompactSummary, { removed, added }: { removed: FileTotals; added: FileTotals }): void {
  for (const key of ['files', 'rows', 'bytes'] as const) {
    summary.removed[key] += removed[key];
    summary.added[key] += added[key];
  }
}

function plan(table: DeltaTable, state: TableState, options: CompactOptions): Map<string, DataFile[][]> {
  return options.tiers ? planTiers(table, state, options.tiers) : planCompaction(table, state, options);
}

/** The groups of files to be put together, by their partition, oldest first. */
export function planCompaction(
  { definition }: DeltaTable,
  { files }: TableState,
  { targetBytes = TARGET_FILE_BYTES, olderThanMs }: CompactOptions,
  now = Date.now()
): Map<string, DataFile[][]> {
  const limit = olderThanMs === undefined ? Infinity : now - olderThanMs;
  const small = [...files.values()].filter(({ add: { size, partitionValues, modificationTime } }) => {
    const date = partitionValues[PARTITION_COLUMN.name] ?? null;
    const end = date === null ? modificationTime : Date.parse(`${date}T00:00:00Z`) + DAY_MS;
    // Files of others may lie in no partition; they stay where they are.
    return size < targetBytes / 2 && (date !== null) === definition.partitioned && end <= limit;
  });
  const plan = new Map<string, DataFile[][]>();
  for (const group of groupFiles(small, targetBytes)) {
    if (group.length > 1) {
      const date = group[0]?.add.partitionValues[PARTITION_COLUMN.name];
      const partition = date == null ? '' : `${PARTITION_COLUMN.name}=${date}`;
      plan.set(partition, [...(plan.get(partition) ?? []), group]);
    }
  }
  return new Map([...plan].sort(([a], [b]) => (a < b ? -1 : 1)));
}
