import { dateTime, type TimeRange } from '@grafana/data';

/** A fixed range, from epoch milliseconds. */
export function rangeOf(from: number, to: number): TimeRange {
  const [start, end] = [dateTime(from), dateTime(to)];
  return { from: start, to: end, raw: { from: start, to: end } };
}

/** The range that an address names by `from` and `to`, in epoch milliseconds; undefined when it names none. */
export function rangeInAddress(search: URLSearchParams): TimeRange | undefined {
  const [from, to] = [Number(search.get('from')), Number(search.get('to'))];
  return from > 0 && to > from ? rangeOf(from, to) : undefined;
}
