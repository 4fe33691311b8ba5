import type { RetentionInterval, RetentionMode } from '@apitrail/contract';
import { DateTime } from 'luxon';

/**
 * The meaning of retention, as plain as it can be written: what the SQL is held against, and where to look when in doubt.
 * Times are epoch milliseconds.
 */

/** A request that a unit may start or return with. */
export interface RetentionEvent {
  unit: string;
  time: number;
  starts: boolean;
  returns: boolean;
  /** How many requests it stands for. */
  weight?: number;
}

export interface RetentionRule {
  /** A unit starts at a time in `from <= time < to`. */
  from: number;
  to: number;
  timezone: string;
  interval: RetentionInterval;
  mode: RetentionMode;
  alignment: 'calendar' | 'rolling';
  starts: 'every' | 'first';
  /** Intervals after the start's own, `from` to before `to`. */
  columns: ReadonlyArray<{ from: number; to: number }>;
}

/** What a cohort did: its size, and per column how many units returned. */
export interface RetentionCohort {
  start: number;
  size: number;
  returned: number[];
}

/** Every cohort that has a unit, in order. */
export function retentionOf(events: readonly RetentionEvent[], rule: RetentionRule): RetentionCohort[] {
  const cohorts = new Map<number, RetentionCohort>();
  for (const unit of new Set(events.map((event) => event.unit))) {
    const own = events.filter((event) => event.unit === unit);
    for (const entry of entriesOf(own, rule)) {
      const start = startOf(entry, rule).toMillis();
      const cohort = cohorts.get(start) ?? { start, size: 0, returned: rule.columns.map(() => 0) };
      cohorts.set(start, cohort);
      const weight = Math.max(
        ...own.filter(({ time, starts }) => starts && time === entry).map((event) => event.weight ?? 1)
      );
      cohort.size += weight;
      const intervals = own
        .filter(({ returns, time }) => returns && time > entry)
        .map(({ time }) => intervalsAfter(entry, time, rule));
      rule.columns.forEach((_, column) => {
        cohort.returned[column]! += isKept(column, intervals, rule) ? weight : 0;
      });
    }
  }
  return [...cohorts.values()].sort((a, b) => a.start - b.start);
}

/** When a unit starts: first of all, or first in each interval. */
function entriesOf(events: readonly RetentionEvent[], rule: RetentionRule): number[] {
  const times = events
    .filter(({ starts }) => starts)
    .map(({ time }) => time)
    .toSorted((a, b) => a - b);
  const inRange = (time: number) => time >= rule.from && time < rule.to;
  if (rule.starts === 'first') {
    return times.slice(0, 1).filter(inRange);
  }
  const firsts = new Map<number, number>();
  times.filter(inRange).forEach((time) => {
    const interval = startOf(time, rule).toMillis();
    firsts.set(interval, firsts.get(interval) ?? time);
  });
  return [...firsts.values()];
}

/** Start of the interval that a time is in. */
function startOf(time: number, { interval, timezone }: RetentionRule): DateTime {
  return DateTime.fromMillis(time, { zone: interval === 'hour' ? 'utc' : timezone }).startOf(interval);
}

/** How many intervals after the start's own a time is in. */
function intervalsAfter(entry: number, time: number, rule: RetentionRule): number {
  const { interval, alignment } = rule;
  if (alignment === 'rolling') {
    const hours = { hour: 1, day: 24, week: 7 * 24, month: 30 * 24 }[interval];
    return Math.floor((time - entry) / (hours * 3_600_000));
  }
  let count = 0;
  for (let next = startOf(entry, rule).plus({ [interval]: 1 }); next.toMillis() <= time;) {
    count++;
    next = next.plus({ [interval]: 1 });
  }
  return count;
}

/** Whether a unit that returned in these intervals after its start counts in a column. */
function isKept(column: number, intervals: readonly number[], { mode, columns }: RetentionRule): boolean {
  const on = (index: number) =>
    intervals.some((interval) => interval >= columns[index]!.from && interval < columns[index]!.to);
  switch (mode) {
    case 'on':
      return on(column);
    case 'on_or_after':
      return intervals.some((interval) => interval >= columns[column]!.from);
    case 'streak':
      // The start's own interval is none that a unit has to return in.
      return on(column) && columns.every(({ from }, index) => index >= column || from === 0 || on(index));
  }
}
