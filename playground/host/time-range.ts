import { dateTime, type TimeRange } from '@grafana/data';

/** Times of the playground are told in it. */
export const TIMEZONE = 'UTC';

/** A fixed range, from epoch milliseconds. */
export function rangeOf(from: number, to: number): TimeRange {
  const [start, end] = [dateTime(from), dateTime(to)];
  return { from: start, to: end, raw: { from: start, to: end } };
}

/** A range of the same width that ends now, and goes on with it. */
export function liveRangeOf({ from, to }: TimeRange): TimeRange {
  const [now, width] = [Date.now(), to.valueOf() - from.valueOf()];
  const raw = { from: `now-${Math.ceil(width / 1000)}s`, to: 'now' };
  return { from: dateTime(now - width), to: dateTime(now), raw };
}

/** The range that an address names by `from` and `to`, in epoch milliseconds; undefined when it names none. */
export function rangeInAddress(search: URLSearchParams): TimeRange | undefined {
  const [from, to] = [Number(search.get('from')), Number(search.get('to'))];
  return from > 0 && to > from ? rangeOf(from, to) : undefined;
}
