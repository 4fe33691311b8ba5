import { parseDuration } from '@apitrail/contract';

import { sql, raw, type Sql } from '../../engine/sql';
import { DAY_MS, localDay, localUs, offsetSpans, startOfLocalDay, type OffsetSpan } from './timezone';

/** No query answers with more buckets than this, whatever it asks for. */
export const MOST_BUCKETS = 11_000;

const SECOND = 1000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;

/** Widths a bucket may have when it is chosen here, milliseconds. */
const NICE_STEPS = [
  ...[1, 2, 5, 10, 20, 50, 100, 200, 500],
  ...[1, 2, 5, 10, 15, 20, 30].map((n) => n * SECOND),
  ...[1, 2, 5, 10, 15, 20, 30].map((n) => n * MINUTE),
  ...[1, 2, 3, 6, 12].map((n) => n * HOUR),
  ...[1, 2, 7, 14, 28, 91, 182, 364, 728, 1820, 3640].map((n) => n * DAY_MS),
];

/** Ten years: the bucket that a range begins in must begin at a time that frames can hold. */
const WIDEST = NICE_STEPS.at(-1)!;

/** What a query says about its buckets. */
export interface IntervalRequest {
  /** A duration such as `1m`; asked for outright. */
  interval?: string | undefined;
  /** What Grafana thinks fits; milliseconds. */
  intervalMs?: number | undefined;
  maxDataPoints?: number | undefined;
  /** IANA zone whose midnights buckets of a day and more start at. */
  timezone: string;
}

export interface Range {
  /** Epoch milliseconds; `from <= time < to`. */
  from: number;
  to: number;
}

/** The buckets of a range. */
export interface Buckets {
  /** Width in milliseconds. A local day may be an hour longer or shorter. */
  interval: number;
  /** Start of every bucket, epoch milliseconds, in order. The first may lie before the range. */
  starts: number[];
  /** End of every bucket, exclusive. */
  ends: number[];
  /** The interval that was asked for, when it had to be widened to keep within the limits. */
  widenedFrom?: number;
  /** An integer that tells buckets apart, of a time in the range given as microseconds since the epoch. */
  cell(epochUs: Sql): Sql;
  /** Number of the bucket, from 0, of what `cell` gave. */
  locate(cell: unknown): number;
}

/**
 * Cuts a range into buckets: as wide as asked, else as `intervalMs` and `maxDataPoints` say, else about `points` of
 * them; never more than `maxDataPoints` or 11,000. Below one day buckets are aligned to the epoch; from one day on they
 * are whole local days (a width between is rounded up), weeks start on Monday, and other multiples count from
 * 1970-01-01.
 */
export function planInterval(request: IntervalRequest, range: Range, points = 500): Buckets {
  const asked = request.interval === undefined ? undefined : Math.min(parseDuration(request.interval), WIDEST);
  const most = Math.max(1, Math.min(MOST_BUCKETS, Math.floor(request.maxDataPoints ?? MOST_BUCKETS)));
  const span = range.to - range.from;
  const wanted =
    asked ??
    nice(Math.max(request.intervalMs ?? 0, span / (request.intervalMs || request.maxDataPoints ? most : points)));
  const spans = offsetSpans(request.timezone, range.from, range.to);
  let interval = wholeDays(wanted);
  while (bucketCount(interval, range, spans) > most && interval < WIDEST) {
    interval = nice(Math.max(interval + 1, span / most));
  }
  const buckets =
    interval < DAY_MS
      ? fixedBuckets(interval, range)
      : localBuckets(interval, range, offsetSpans(request.timezone, range.from - interval, range.to + interval));
  return asked !== undefined && interval > wholeDays(asked) ? { ...buckets, widenedFrom: asked } : buckets;
}

function nice(width: number): number {
  return NICE_STEPS.find((step) => step >= width) ?? WIDEST;
}

function wholeDays(width: number): number {
  return width <= DAY_MS ? width : Math.ceil(width / DAY_MS) * DAY_MS;
}

function bucketCount(interval: number, range: Range, spans: readonly OffsetSpan[]): number {
  if (interval < DAY_MS) {
    return Math.floor((range.to - 1) / interval) - Math.floor(range.from / interval) + 1;
  }
  const { first, last } = localBounds(interval / DAY_MS, range, spans);
  return last - first + 1;
}

function fixedBuckets(interval: number, range: Range): Buckets {
  const first = Math.floor(range.from / interval) * interval;
  const starts: number[] = [];
  for (let start = first; start < range.to; start += interval) {
    starts.push(start);
  }
  return {
    interval,
    starts,
    ends: starts.map((start) => start + interval),
    // Integer division rounds towards zero, so before 1970 it is told from the first bucket instead.
    cell: (epochUs) =>
      first >= 0
        ? sql`(${epochUs} // ${raw(String(interval * 1000))})`
        : sql`((${epochUs} - ${raw(String(first * 1000))}) // ${raw(String(interval * 1000))})`,
    locate: (cell) => Number(cell) - (first >= 0 ? first / interval : 0),
  };
}

/** Weeks start on Monday: 1970-01-05 is one. */
export function dayOrigin(days: number): number {
  return days % 7 === 0 ? 4 : 0;
}

function localBounds(days: number, range: Range, spans: readonly OffsetSpan[]) {
  const index = (time: number) => Math.floor((localDay(time, spans) - dayOrigin(days)) / days);
  return { first: index(range.from), last: index(range.to - 1) };
}

function localBuckets(interval: number, range: Range, spans: readonly OffsetSpan[]): Buckets {
  const days = interval / DAY_MS;
  const { first, last } = localBounds(days, range, spans);
  const edges = Array.from({ length: last - first + 2 }, (_, i) =>
    startOfLocalDay((first + i) * days + dayOrigin(days), spans)
  );
  const origin = (first * days + dayOrigin(days)) * DAY_MS;
  // A day that a zone left out (Apia went over the date line on 2011-12-30) begins when it ends.
  const there = edges.slice(1).flatMap((end, index) => (edges[index]! < end ? [index] : []));
  const positions = new Map(there.map((index, position) => [index, position]));
  const fromOrigin = spans.map((span) => ({ ...span, offset: span.offset - origin }));
  return {
    interval,
    starts: there.map((index) => edges[index]!),
    ends: there.map((index) => edges[index + 1]!),
    cell: (epochUs) => sql`(${localUs(epochUs, fromOrigin)} // ${raw(String(interval * 1000))})`,
    locate: (cell) => positions.get(Number(cell)) ?? there.length,
  };
}
