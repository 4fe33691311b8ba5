import type { RetentionInterval } from '@apitrail/contract';

import { raw, sql, type Sql } from '../../engine/sql';
import { dayOrigin, type Range } from '../shared/interval';
import { DAY_MS, localDay, localUs, offsetSpans, startOfLocalDay, type OffsetSpan } from '../shared/timezone';

const HOUR_MS = 3_600_000;

/** How long intervals are that begin at a start and not by the calendar, milliseconds. A month is 30 days. */
export const ROLLING_MS: Readonly<Record<RetentionInterval, number>> = {
  hour: HOUR_MS,
  day: DAY_MS,
  week: 7 * DAY_MS,
  month: 30 * DAY_MS,
};

/** Longest that an interval may be, with what a change of the clock adds, milliseconds. */
const LONGEST_MS: Readonly<Record<RetentionInterval, number>> = {
  hour: HOUR_MS,
  day: 2 * DAY_MS,
  week: 8 * DAY_MS,
  month: 32 * DAY_MS,
};

/** Intervals of the calendar, counted from 0, which is the one that a range begins in. */
export interface CalendarIntervals {
  /** How many of them the range touches. */
  count: number;
  /** Start of each, and of as many more as were asked for, epoch milliseconds; `starts[n + 1]` is where interval n ends. */
  starts: number[];
  /** Number of the interval that a time is in, of microseconds since the epoch that are not before the range. */
  cell(epochUs: Sql): Sql;
}

/**
 * Hours are those of the epoch; days, Monday weeks and months begin at midnight in the zone, and are as long as the clock
 * makes them. A day that a zone left out begins when it ends.
 */
export function calendarIntervals(
  interval: RetentionInterval,
  range: Range,
  timezone: string,
  more: number
): CalendarIntervals {
  if (interval === 'hour') {
    const first = Math.floor(range.from / HOUR_MS) * HOUR_MS;
    const count = Math.floor((range.to - 1 - first) / HOUR_MS) + 1;
    return {
      count,
      starts: Array.from({ length: count + more + 1 }, (_, index) => first + index * HOUR_MS),
      cell: (epochUs) => sql`((${epochUs} - ${us(first)}) // ${us(HOUR_MS)})`,
    };
  }
  const until = range.to + (more + 1) * LONGEST_MS[interval];
  const spans = offsetSpans(timezone, range.from - LONGEST_MS[interval], until);
  const [first, last] = [localDay(range.from, spans), localDay(range.to - 1, spans)];
  return interval === 'month' ? months(first, last, spans, more) : days(interval, first, last, spans, more);
}

function days(
  interval: 'day' | 'week',
  first: number,
  last: number,
  spans: readonly OffsetSpan[],
  more: number
): CalendarIntervals {
  const width = interval === 'day' ? 1 : 7;
  const numberOf = (day: number) => Math.floor((day - dayOrigin(width)) / width);
  const origin = numberOf(first) * width + dayOrigin(width);
  const count = numberOf(last) - numberOf(first) + 1;
  const fromOrigin = spans.map((span) => ({ ...span, offset: span.offset - origin * DAY_MS }));
  return {
    count,
    starts: Array.from({ length: count + more + 1 }, (_, index) => startOfLocalDay(origin + index * width, spans)),
    cell: (epochUs) => sql`(${localUs(epochUs, fromOrigin)} // ${us(width * DAY_MS)})`,
  };
}

function months(first: number, last: number, spans: readonly OffsetSpan[], more: number): CalendarIntervals {
  const monthOf = (day: number) => {
    const date = new Date(day * DAY_MS);
    return date.getUTCFullYear() * 12 + date.getUTCMonth();
  };
  const firstDayOf = (month: number) => Date.UTC(Math.floor(month / 12), month % 12) / DAY_MS;
  const origin = monthOf(first);
  const count = monthOf(last) - origin + 1;
  return {
    count,
    starts: Array.from({ length: count + more + 1 }, (_, index) => startOfLocalDay(firstDayOf(origin + index), spans)),
    cell: (epochUs) => {
      const local = sql`make_timestamp(CAST(${localUs(epochUs, spans)} AS BIGINT))`;
      return sql`(extract('year' FROM ${local}) * 12 + extract('month' FROM ${local}) - 1 - ${raw(String(origin))})`;
    },
  };
}

function us(ms: number): Sql {
  return raw(String(ms * 1000));
}
