import { DateTime, IANAZone } from 'luxon';

import { openDuckDb, type DuckDb } from '../../engine/duckdb';
import { join, raw, sql } from '../../engine/sql';
import { DAY_MS, dayOfWeek, hourOfDay, localDay, localWeekHourSeconds, offsetSpans, startOfLocalDay } from './timezone';

const HOUR = 3_600_000;
const utc = (text: string) => Date.parse(text);

/** Stretches in which clocks change, or are odd. */
const CASES: Array<[zone: string, from: string, to: string]> = [
  ['Europe/Berlin', '2026-03-27T00:00:00Z', '2026-04-01T00:00:00Z'],
  ['Europe/Berlin', '2026-10-23T00:00:00Z', '2026-10-28T00:00:00Z'],
  // The clock went from 00:00 to 01:00, so that midnight was not there.
  ['America/Sao_Paulo', '2018-11-02T00:00:00Z', '2018-11-06T00:00:00Z'],
  // And from 00:00 back to 23:00.
  ['America/Sao_Paulo', '2018-02-16T00:00:00Z', '2018-02-20T00:00:00Z'],
  ['Asia/Kathmandu', '2026-11-01T00:00:00Z', '2026-11-04T00:00:00Z'],
  ['Australia/Lord_Howe', '2026-04-03T00:00:00Z', '2026-04-07T00:00:00Z'],
  ['UTC', '1969-12-30T00:00:00Z', '1970-01-03T00:00:00Z'],
];

let engine: DuckDb;
beforeAll(async () => {
  engine = await openDuckDb({ threads: 1 });
});
afterAll(() => engine.close());
afterEach(() => jest.restoreAllMocks());

describe.each(CASES)('%s from %s', (zone, fromText, toText) => {
  const [from, to] = [utc(fromText), utc(toText)];
  const spans = offsetSpans(zone, from, to);
  const times = Array.from({ length: (to - from) / 300_000 }, (_, index) => from + index * 300_000);
  const local = (time: number) => DateTime.fromMillis(time, { zone });

  it('knows the local day of every time', () => {
    for (const time of times) {
      const { year, month, day } = local(time);
      expect(localDay(time, spans)).toBe(Date.UTC(year, month - 1, day) / DAY_MS);
    }
  });

  it('knows when each local day begins', () => {
    for (const time of times) {
      expect(startOfLocalDay(localDay(time, spans), spans)).toBe(local(time).startOf('day').toMillis());
    }
  });

  it('gives the hour and the weekday of the wall clock in SQL', async () => {
    const rows = join(times.map((time) => raw(`(${time}000)`)));
    const table = await engine.run(
      sql`SELECT ${hourOfDay(sql`us`, spans)}, ${dayOfWeek(sql`us`, spans)} FROM (VALUES ${rows}) AS t(us)`
    );
    expect(table.values[0]).toEqual(times.map((time) => local(time).hour));
    expect(table.values[1]).toEqual(times.map((time) => local(time).weekday));
  });

  it('counts the seconds of every hour of the week', () => {
    const expected = Array.from({ length: 7 }, () => new Array<number>(24).fill(0));
    for (const time of times) {
      expected[local(time).weekday - 1]![local(time).hour]! += 300;
    }
    expect(localWeekHourSeconds(spans, from, to)).toEqual(expected);
  });
});

it('finds each change of the clock to the millisecond', () => {
  const spans = offsetSpans('Europe/Berlin', utc('2026-01-01T00:00:00Z'), utc('2027-01-01T00:00:00Z'));
  expect(spans.map(({ offset }) => offset / HOUR)).toEqual([1, 2, 1]);
  expect(spans.slice(1).map(({ from }) => from)).toEqual([utc('2026-03-29T01:00:00Z'), utc('2026-10-25T01:00:00Z')]);
});

it('knows the same offsets of a short range as of the centuries around it', () => {
  const [from, to] = [utc('2018-01-01T00:00:00Z'), utc('2019-01-01T00:00:00Z')];
  const short = offsetSpans('America/Sao_Paulo', from, to);
  const long = offsetSpans('America/Sao_Paulo', utc('1700-01-01T00:00:00Z'), utc('2200-01-01T00:00:00Z'));
  const within = (spans: typeof long) => spans.filter((span) => span.from > from && span.from < to);
  expect(within(short)).toHaveLength(2);
  expect(within(long).map((span) => ({ ...span, until: 0 }))).toEqual(within(short).map((s) => ({ ...s, until: 0 })));
});

it('asks for no offset where the clock never changes', () => {
  const offset = jest.spyOn(IANAZone.prototype, 'offset');
  offsetSpans('UTC', utc('1700-01-01T00:00:00Z'), utc('2200-01-01T00:00:00Z'));
  offsetSpans('Etc/UTC', utc('1700-01-01T00:00:00Z'), utc('2200-01-01T00:00:00Z'));
  expect(offset).not.toHaveBeenCalled();
});

it('asks for the offsets of a year once, and for none of the far past and future', () => {
  const [from, to] = [utc('1700-01-01T00:00:00Z'), utc('2200-01-01T00:00:00Z')];
  const offset = jest.spyOn(IANAZone.prototype, 'offset');
  offsetSpans('Asia/Tokyo', from, to);
  expect(offset.mock.calls.length).toBeLessThan(202 * 366);
  offset.mockClear();
  offsetSpans('Asia/Tokyo', from, to);
  expect(offset.mock.calls.length).toBeLessThan(10);
});

it('counts the seconds of centuries week by week', () => {
  const [from, to] = [utc('1900-01-01T00:00:00Z'), utc('2100-01-01T00:00:00Z')];
  const spans = offsetSpans('Europe/Berlin', from, to);
  let looks = 0;
  const counted = spans.map((span) => ({
    ...span,
    get until() {
      return (looks++, span.until);
    },
  }));
  const seconds = localWeekHourSeconds(counted, from, to).flat();
  expect(seconds.reduce((sum, one) => sum + one, 0)).toBe((to - from) / 1000);
  // A look per hour and span would be hundreds of millions.
  expect(looks).toBeLessThan(20_000_000);
});
