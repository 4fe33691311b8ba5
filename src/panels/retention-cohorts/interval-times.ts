import { dateTimeFormat, dateTimeForTimeZone, type DurationUnit } from '@grafana/data';
import { type TimeZone } from '@grafana/schema';
import { type RetentionInterval, type RetentionMarker } from '@apitrail/contract';

import { formatTimeRange } from '../../components/format';

/** `from <= time < to`, epoch milliseconds. */
export interface Times {
  from: number;
  to: number;
}

const HOUR = 3_600_000;
/** Rolling intervals are of one length, whatever the clock and the calendar do. */
const ROLLING_MS: Record<RetentionInterval, number> = {
  hour: HOUR,
  day: 24 * HOUR,
  week: 168 * HOUR,
  month: 720 * HOUR,
};
const CALENDAR: Record<Exclude<RetentionInterval, 'hour'>, DurationUnit> = { day: 'd', week: 'w', month: 'M' };

/** The start of the interval so many after the one that begins at `start`, by the calendar of the query's time zone. */
export function intervalAfter(start: number, count: number, { interval, timezone }: Calendar): number {
  return interval === 'hour'
    ? start + count * HOUR
    : dateTimeForTimeZone(timezone, start).add(count, CALENDAR[interval]).valueOf();
}

type Calendar = Pick<RetentionMarker, 'interval' | 'timezone'>;

/** When the units of a cohort started: its interval, as far as the range reaches. */
export function cohortTimes(start: number, marker: RetentionMarker): Times {
  return { from: Math.max(start, marker.from), to: Math.min(intervalAfter(start, 1, marker), marker.to) };
}

/** The time of a column for a cohort: from when the first of it may return, to when the last may. */
export function cellTimes(start: number, column: { from: number; to: number }, marker: RetentionMarker): Times {
  if (marker.alignment === 'rolling') {
    const { from, to } = cohortTimes(start, marker);
    const each = ROLLING_MS[marker.interval];
    return { from: from + column.from * each, to: to + column.to * each };
  }
  return { from: intervalAfter(start, column.from, marker), to: intervalAfter(start, column.to, marker) };
}

const NAMES: Record<RetentionInterval, readonly [wide: string, narrow: string]> = {
  hour: ['ddd D MMM HH:mm', 'D MMM HH:mm'],
  day: ['ddd D MMM', 'D MMM'],
  week: ['D MMM YYYY', 'D MMM'],
  month: ['MMMM YYYY', 'MMM YYYY'],
};

/** A cohort in a column of labels: when its interval begins. */
export function cohortName(start: number, interval: RetentionInterval, timeZone: TimeZone, narrow: boolean): string {
  return dateTimeFormat(start, { timeZone, format: NAMES[interval][narrow ? 1 : 0] });
}

/** A range in words; whole days are named by their dates alone. */
export function timesText({ from, to }: Times, timeZone: TimeZone): string {
  const clock = (time: number) => dateTimeFormat(time, { timeZone, format: 'HH:mm:ss' });
  if (clock(from) !== '00:00:00' || clock(to) !== '00:00:00') {
    return formatTimeRange(from, to, timeZone);
  }
  const day = (time: number) => dateTimeFormat(time, { timeZone, format: 'ddd YYYY-MM-DD' });
  return day(from) === day(to - 1) ? day(from) : `${day(from)} – ${day(to - 1)}`;
}
