import type { TimeRange } from './dataset';
import type { FileBounds } from './stats';

/** Whether a file may hold a row of the range. One whose bounds are not known may. */
export function overlaps({ oldest, newest }: FileBounds, { from = -Infinity, to = Infinity }: TimeRange): boolean {
  // Bounds are whole milliseconds, possibly rounded down.
  return (newest ?? Infinity) >= Math.floor(from) && (oldest ?? -Infinity) < to;
}

/** Whether every row of a file is known to lie in the range. */
export function liesWithin({ oldest, newest }: FileBounds, { from = -Infinity, to = Infinity }: TimeRange): boolean {
  // Writers cut the lower bound to whole milliseconds, and some the upper one too.
  return oldest !== null && newest !== null && oldest >= from && newest + 1 <= to;
}
