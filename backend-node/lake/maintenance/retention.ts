import { ApitrailError, PARTITION_COLUMN } from '@apitrail/contract';

import { pauseBeforeRetry } from '../commit';
import type { DeltaTable } from '../delta-table';
import { totalsOf, type FileTotals } from '../rewrite';
import type { DataFile, TableState } from '../table-state';

const DAY_MS = 86_400_000;

/** How often it is begun anew when somebody else rewrites files of the same days meanwhile. */
const ATTEMPTS = 5;

/** How much is kept. What is undefined sets no bound. */
export interface RetentionPolicy {
  /** Days that ended longer ago than this go, milliseconds. */
  ageMs?: number | undefined;
  /** The oldest days go until the files of the rest are no larger than this, bytes. */
  bytes?: number | undefined;
}

/** A day that goes, and why. */
export interface ExpiredDay extends FileTotals {
  /** Such as `2026-11-01`, UTC. */
  date: string;
  why: 'age' | 'size';
}

/** What retention does to a table, or would do. */
export interface RetentionPlan {
  /** Oldest first. */
  days: ExpiredDay[];
  removed: FileTotals;
  kept: FileTotals;
  /** Oldest day that stays; null when none does. */
  oldest: string | null;
}

export interface RetentionSummary extends RetentionPlan {
  table: string;
  /** Version of the table without the days; undefined when nothing was removed. */
  version?: number;
}

/**
 * Which days of a table go. Always whole days, oldest first, and no more of them than the policy asks. By size the newest
 * day never goes, nor the newest that is not in the future: a row with a wrong time must not push out all the others.
 * Files that lie in no day stay.
 */
export function planRetention({ files }: Pick<TableState, 'files'>, policy: RetentionPolicy, now: number) {
  const days = new Map<string, DataFile[]>();
  for (const file of files.values()) {
    const date = file.add.partitionValues[PARTITION_COLUMN.name];
    if (date != null && !Number.isNaN(dayOf(date))) {
      days.set(date, [...(days.get(date) ?? []), file]);
    }
  }
  const dates = [...days.keys()].sort();
  const today = new Date(now).toISOString().slice(0, 10);
  const protectedBySize = new Set([dates.at(-1), dates.filter((date) => date <= today).at(-1)]);
  const expired: ExpiredDay[] = [];
  let bytes = totalsOf([...files.values()]).bytes;
  for (const date of dates) {
    const totals = totalsOf(days.get(date)!);
    const tooOld = policy.ageMs !== undefined && dayOf(date) + DAY_MS <= now - policy.ageMs;
    const tooMuch = policy.bytes !== undefined && bytes > policy.bytes && !protectedBySize.has(date);
    if (!tooOld && !tooMuch) {
      continue;
    }
    expired.push({ date, why: tooOld ? 'age' : 'size', ...totals });
    bytes -= totals.bytes;
  }
  const goes = new Set(expired.map(({ date }) => date));
  const removed = expired.flatMap(({ date }) => days.get(date)!);
  const gone = new Set(removed);
  const kept = [...files.values()].filter((file) => !gone.has(file));
  return {
    files: removed,
    plan: {
      days: expired,
      removed: totalsOf(removed),
      kept: totalsOf(kept),
      oldest: dates.find((date) => !goes.has(date)) ?? null,
    } satisfies RetentionPlan,
  };
}

/**
 * Takes the days that the policy no longer keeps out of a table: one commit, all or nothing. Queries that run go on over
 * the version they began with; the files stay on the disk until vacuum.
 */
export async function applyRetention(
  table: DeltaTable,
  policy: RetentionPolicy,
  { now = Date.now(), dryRun = false }: { now?: number; dryRun?: boolean } = {}
): Promise<RetentionSummary> {
  for (let attempt = 0; ; attempt++) {
    const { files, plan } = planRetention(await table.snapshot(), policy, now);
    const summary: RetentionSummary = { table: table.definition.name, ...plan };
    if (dryRun || files.length === 0) {
      return summary;
    }
    try {
      const dates = plan.days.map(({ date }) => `'${date}'`).join(', ');
      const version = await table.replaceFiles({
        removed: files,
        added: [],
        operation: {
          name: 'DELETE',
          parameters: { predicate: JSON.stringify([`(${PARTITION_COLUMN.name} IN (${dates}))`]) },
          isBlindAppend: false,
        },
        dataChange: true,
      });
      return { ...summary, ...(version === undefined ? {} : { version }) };
    } catch (error) {
      const conflict = error instanceof ApitrailError && error.code === 'APITRAIL_LAKE_CONFLICT';
      if (!conflict || attempt + 1 === ATTEMPTS) {
        throw error;
      }
      await pauseBeforeRetry(attempt);
    }
  }
}

const dayOf = (date: string): number => Date.parse(`${date}T00:00:00Z`);
