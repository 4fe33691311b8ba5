import type { RetentionMode } from '@apitrail/contract';

import type { RetentionColumn } from './columns';

/** What one cohort did. */
export interface Cohort {
  /** Start of its interval, epoch milliseconds. */
  start: number;
  size: number;
  /** Per column how many units returned; null where nothing can be known yet. */
  returned: Array<number | null>;
  /** Per column whether its time is over for the whole cohort. */
  complete: boolean[];
}

/** How many units are in a column, of cohorts by their number: what the SQL gives. Column -1 is the size. */
export interface CohortCount {
  cohort: number;
  column: number;
  units: number;
}

/** When intervals are. */
export interface CohortTimes {
  /** Start of every calendar interval, epoch milliseconds, as many as the last column needs. */
  starts: readonly number[];
  /** How many of them are cohorts. */
  count: number;
  /** Where the range begins and ends, epoch milliseconds. */
  from: number;
  to: number;
  /** Length of intervals that begin at the start itself, milliseconds; undefined for those of the calendar. */
  rolling: number | undefined;
  /** Up to when what happened is known, epoch milliseconds. */
  horizon: number;
}

/** Cohorts that have begun, in order. */
export function cohortsOf(
  counts: readonly CohortCount[],
  columns: readonly RetentionColumn[],
  times: CohortTimes,
  mode: RetentionMode
): Cohort[] {
  const units = new Map(counts.map((count) => [`${count.cohort} ${count.column}`, count.units]));
  const at = (cohort: number, column: number) => units.get(`${cohort} ${column}`) ?? 0;
  return Array.from({ length: times.count }, (_, cohort) => cohort)
    .filter((cohort) => times.starts[cohort]! < times.starts[cohort + 1]!)
    .filter((cohort) => times.starts[cohort]! <= times.horizon)
    .map((cohort): Cohort => {
      const own = columns.map((_, column) => at(cohort, column));
      // Who returned in a later column is counted there.
      const returned =
        mode === 'on_or_after' ? own.map((_, column) => own.slice(column).reduce((sum, one) => sum + one, 0)) : own;
      const spans = columns.map((column) => spanOf(cohort, column, times));
      return {
        start: times.starts[cohort]!,
        size: at(cohort, -1),
        returned: returned.map((count, column) => (spans[column]!.from > times.horizon ? null : count)),
        complete: spans.map(({ from, to }) => from < to && to <= times.horizon),
      };
    });
}

/** When a column can first be returned in, and when it is over for all of a cohort; of no length where there is no such time. */
function spanOf(cohort: number, { from, to }: RetentionColumn, times: CohortTimes): { from: number; to: number } {
  const { starts, rolling } = times;
  if (rolling === undefined) {
    return { from: starts[cohort + from]!, to: starts[cohort + to]! };
  }
  return {
    from: Math.max(starts[cohort]!, times.from) + from * rolling,
    to: Math.min(starts[cohort + 1]!, times.to) + to * rolling,
  };
}

/** A column over all cohorts for which it is complete. */
export interface Mean {
  /** Units of these cohorts, and how many of them returned. */
  size: number;
  returned: number;
  /** How many cohorts. */
  cohorts: number;
  /** Share that returned; null when there is nobody. */
  rate: number | null;
}

/** The mean of a column, weighted by the sizes of cohorts. */
export function meanOf(cohorts: readonly Cohort[], column: number): Mean {
  const whole = cohorts.filter(({ complete, size }) => complete[column]! && size > 0);
  const size = whole.reduce((sum, cohort) => sum + cohort.size, 0);
  const returned = whole.reduce((sum, cohort) => sum + (cohort.returned[column] ?? 0), 0);
  return { size, returned, cohorts: whole.length, rate: size > 0 ? returned / size : null };
}
