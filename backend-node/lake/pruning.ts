import type { TimeRange } from './dataset';
import type { DataFile } from './table-state';

const DAY_MS = 86_400_000;

/** The files that may hold a row of the range, by their statistics, or by their partition where they have none. */
export function filesInRange(files: Iterable<DataFile>, { from = -Infinity, to = Infinity }: TimeRange): DataFile[] {
  // Bounds are whole milliseconds, possibly rounded down.
  const first = Math.floor(from);
  return [...files].filter((file) => {
    const { oldest, newest } = timeBounds(file);
    return newest >= first && oldest < to;
  });
}

/** Bounds of a file's times in epoch milliseconds, both inclusive. */
function timeBounds({ add, oldest, newest }: DataFile): { oldest: number; newest: number } {
  if (oldest !== null && newest !== null) {
    return { oldest, newest };
  }
  const day = Date.parse(`${add.partitionValues.date ?? ''}T00:00:00Z`);
  return Number.isNaN(day) ? { oldest: -Infinity, newest: Infinity } : { oldest: day, newest: day + DAY_MS - 1 };
}
