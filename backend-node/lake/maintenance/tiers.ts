import { PARTITION_COLUMN } from '@apitrail/contract';

import type { DeltaTable } from '../delta-table';
import { groupFiles, TARGET_FILE_BYTES, totalsOf } from '../rewrite';
import type { DataFile, TableState } from '../table-state';

const DAY_MS = 86_400_000;

/** Bytes of a row, for files of other writers that do not say how many rows they have. */
const ROW_BYTES = 40;

/** How files of days that are still being written are put together. */
export interface TierOptions {
  /** Files of half of it are left as they are, and none is made larger, bytes. */
  targetBytes?: number;
  /** So many files of a tier become one of a higher. */
  fanIn?: number;
  /** A day is settled when it ended, and got its last file, longer ago than this, milliseconds. */
  settledMs?: number;
}

export const DEFAULT_FAN_IN = 8;
export const DEFAULT_SETTLED_MS = 3_600_000;

/**
 * The groups of files to be put together while files keep coming, by their partition, oldest first.
 *
 * The tier of a file is the logarithm of its rows to the base of the fan-in. Once a tier has as many files as the fan-in
 * they become one, of a higher tier, since rows add up exactly. So a row is rewritten at most once per tier, and a tier
 * has less files than the fan-in: of n flushes a day at most `fanIn - 1` times log(n) files are there and no row is
 * written more than log(n) times again. With a flush a minute and a fan-in of 8 that is 28 files instead of 1,440, and at
 * most 4 times.
 *
 * A settled day is tidied once more, from its smallest file up, as far as the files before are at least one part in
 * `fanIn` of the next: what comes late by a few rows does not have a large file rewritten.
 */
export function planTiers(
  { definition }: Pick<DeltaTable, 'definition'>,
  { files }: Pick<TableState, 'files'>,
  options: TierOptions = {},
  now = Date.now()
): Map<string, DataFile[][]> {
  const { targetBytes = TARGET_FILE_BYTES, fanIn = DEFAULT_FAN_IN, settledMs = DEFAULT_SETTLED_MS } = options;
  const days = new Map<string, DataFile[]>();
  const touched = new Map<string, number>();
  for (const file of files.values()) {
    const date = file.add.partitionValues[PARTITION_COLUMN.name] ?? null;
    if ((date !== null) !== definition.partitioned) {
      continue;
    }
    const partition = date === null ? '' : `${PARTITION_COLUMN.name}=${date}`;
    touched.set(partition, Math.max(touched.get(partition) ?? 0, file.add.modificationTime));
    if (file.add.size < targetBytes / 2) {
      const day = days.get(partition);
      if (day) {
        day.push(file);
      } else {
        days.set(partition, [file]);
      }
    }
  }
  const plan = new Map<string, DataFile[][]>();
  for (const [partition, small] of [...days].sort(([a], [b]) => (a < b ? -1 : 1))) {
    const end = Date.parse(`${partition.slice(PARTITION_COLUMN.name.length + 1)}T00:00:00Z`) + DAY_MS;
    const settled = Math.max(end, touched.get(partition)!) + settledMs <= now;
    const together = settled ? [settledFiles(small, fanIn)] : fullTiers(small, fanIn);
    const groups = together.flatMap((some) => groupFiles(some, targetBytes)).filter((group) => group.length > 1);
    const worthwhile = groups.filter((group) => settled || rises(group, fanIn) || isLarge(group, targetBytes));
    if (worthwhile.length > 0) {
      plan.set(partition, worthwhile);
    }
  }
  return plan;
}

const rowsOf = ({ rows, add }: DataFile): number => Math.max(1, rows ?? Math.ceil(add.size / ROW_BYTES));
const sumOf = (files: readonly DataFile[]): number => files.reduce((sum, file) => sum + rowsOf(file), 0);

/** The tier of so many rows. */
function tierOf(rows: number, fanIn: number): number {
  let tier = 0;
  for (let bound = fanIn; bound <= rows; bound *= fanIn) {
    tier++;
  }
  return tier;
}

/** Files of tiers that are full; when what they become fills a higher tier, the files of that one go with them. */
function fullTiers(files: readonly DataFile[], fanIn: number): DataFile[][] {
  const tiers = new Map<number, DataFile[]>();
  for (const file of files) {
    const tier = tierOf(rowsOf(file), fanIn);
    tiers.set(tier, [...(tiers.get(tier) ?? []), file]);
  }
  const full: DataFile[][] = [];
  let carried: DataFile[] = [];
  for (const tier of [...tiers.keys()].sort((a, b) => a - b)) {
    const here = tiers.get(tier)!;
    const arrives = carried.length > 0 && tierOf(sumOf(carried), fanIn) === tier;
    if (carried.length > 0 && tierOf(sumOf(carried), fanIn) < tier) {
      full.push(carried);
      carried = [];
    }
    if (here.length + (arrives ? 1 : 0) >= fanIn) {
      carried = [...carried, ...here];
    }
  }
  return carried.length > 0 ? [...full, carried] : full;
}

function settledFiles(files: readonly DataFile[], fanIn: number): DataFile[] {
  const chosen: DataFile[] = [];
  let rows = 0;
  for (const file of [...files].sort((a, b) => rowsOf(a) - rowsOf(b))) {
    if (chosen.length > 0 && rows * fanIn < rowsOf(file)) {
      // What is smaller is put together among itself; what is larger stays.
      return chosen;
    }
    chosen.push(file);
    rows += rowsOf(file);
  }
  return chosen;
}

function rises(group: readonly DataFile[], fanIn: number): boolean {
  const highest = Math.max(...group.map((file) => tierOf(rowsOf(file), fanIn)));
  return tierOf(sumOf(group), fanIn) > highest;
}

const isLarge = (group: readonly DataFile[], targetBytes: number): boolean => totalsOf(group).bytes >= targetBytes / 2;
