import { openDuckDb, type DuckDb } from '../../engine/duckdb';
import { raw, sql } from '../../engine/sql';
import { planTimeShift, type TimeShift } from './time-shift';

const EARLIEST = Date.UTC(1700);
const LATER = Date.UTC(2100);
const iso = (time: number) => new Date(time).toISOString();
const at = (time: string) => Date.parse(time);

function shift(by: string, timezone: string, from: string, to: string, now = LATER): TimeShift {
  return planTimeShift(by, { timezone, range: { from: at(from), to: at(to) }, now, earliest: EARLIEST });
}

const earlier = ({ range }: TimeShift) => [iso(range.from), iso(range.to)];

describe('the earlier range', () => {
  it.each([
    ['90m', '2026-11-02T08:30:00.000Z'],
    ['1h', '2026-11-02T09:00:00.000Z'],
    ['1d', '2026-11-01T10:00:00.000Z'],
    ['4w', '2026-10-05T10:00:00.000Z'],
  ])('%s before 10:00 UTC begins at %s', (by, from) => {
    expect(earlier(shift(by, 'UTC', '2026-11-02T10:00:00Z', '2026-11-02T11:00:00Z'))[0]).toBe(from);
  });

  it('of a day is a day by the wall clock, an hour longer when the clock is set back', () => {
    // Berlin sets its clock back on 2026-10-25.
    expect(earlier(shift('1d', 'Europe/Berlin', '2026-10-25T23:00:00Z', '2026-10-26T23:00:00Z'))).toEqual([
      '2026-10-24T22:00:00.000Z',
      '2026-10-25T23:00:00.000Z',
    ]);
    expect(earlier(shift('1w', 'Europe/Berlin', '2026-10-24T22:00:00Z', '2026-10-25T23:00:00Z'))).toEqual([
      '2026-10-17T22:00:00.000Z',
      '2026-10-18T22:00:00.000Z',
    ]);
  });

  it('of hours is exact, whatever the clock does', () => {
    expect(earlier(shift('24h', 'Europe/Berlin', '2026-10-25T23:00:00Z', '2026-10-26T23:00:00Z'))).toEqual([
      '2026-10-24T23:00:00.000Z',
      '2026-10-25T23:00:00.000Z',
    ]);
  });

  it('begins when the clock jumps where it leaves midnight out', () => {
    // Beirut sets its clock forward at midnight of 2026-03-29.
    expect(earlier(shift('1d', 'Asia/Beirut', '2026-03-29T21:00:00Z', '2026-03-30T21:00:00Z'))[0]).toBe(
      '2026-03-28T22:00:00.000Z'
    );
  });

  it('is cut where the asked one has not come to yet', () => {
    const { range, now, end, until } = shift(
      '1d',
      'UTC',
      '2026-11-02T00:00:00Z',
      '2026-11-03T00:00:00Z',
      at('2026-11-02T10:30:00Z')
    );
    expect([range.to, now, end, until].map(iso)).toEqual([
      '2026-11-02T00:00:00.000Z',
      '2026-11-01T10:30:00.000Z',
      '2026-11-01T10:30:00.000Z',
      '2026-11-02T10:30:00.000Z',
    ]);
  });

  it('is nothing when the asked one has not begun', () => {
    const now = at('2026-11-01T20:00:00Z');
    const plan = shift('1d', 'UTC', '2026-11-02T00:00:00Z', '2026-11-03T00:00:00Z', now);
    expect(plan.end).toBe(plan.range.from);
    expect(plan.now).toBeLessThanOrEqual(plan.range.from);
    expect(plan.laid).toEqual([]);
  });

  it('is refused before the years that can be asked for', () => {
    expect(() => shift('100d', 'UTC', '1700-02-01T00:00:00Z', '1700-02-02T00:00:00Z')).toThrow(
      'timeShift: 100d before this range lies before the year 1700. Use less, such as 1w.'
    );
  });
});

describe('laid over the asked range', () => {
  let engine: DuckDb;
  beforeAll(async () => {
    engine = await openDuckDb({ threads: 1 });
  });
  afterAll(() => engine.close());

  const ranges: Array<[string, string, string, string, string]> = [
    ['an ordinary day', '1d', 'Europe/Berlin', '2026-11-01T23:00:00Z', '2026-11-02T23:00:00Z'],
    ['a day on which the clock is set back', '1w', 'Europe/Berlin', '2026-10-24T22:00:00Z', '2026-10-25T23:00:00Z'],
    ['the day after it', '1d', 'Europe/Berlin', '2026-10-25T23:00:00Z', '2026-10-26T23:00:00Z'],
    ['a day on which the clock is set forward', '1d', 'Europe/Berlin', '2026-03-28T23:00:00Z', '2026-03-29T22:00:00Z'],
    ['the day after that', '1d', 'Europe/Berlin', '2026-03-29T22:00:00Z', '2026-03-30T22:00:00Z'],
    ['the hour a clock shows again', '1d', 'Europe/Berlin', '2026-10-25T01:10:00Z', '2026-10-25T01:50:00Z'],
    ['a month with a change', '4w', 'America/New_York', '2026-10-20T04:00:00Z', '2026-11-20T05:00:00Z'],
    ['an exact shift', '90m', 'Europe/Berlin', '2026-10-25T00:00:00Z', '2026-10-25T06:00:00Z'],
  ];

  it.each(ranges)('%s takes up every earlier time once, within the range', async (_, by, timezone, from, to) => {
    const plan = shift(by, timezone, from, to);
    const range = { from: at(from), to: at(to) };
    for (let time = plan.range.from; time < plan.range.to; time += 5 * 60_000) {
      expect(plan.move(time)).toBeGreaterThanOrEqual(range.from);
      expect(plan.move(time)).toBeLessThan(range.to);
    }
    expect(plan.seconds(range.from, range.to)).toBe((plan.range.to - plan.range.from) / 1000);
  });

  it.each(ranges)('%s lies in SQL where it lies here', async (_, by, timezone, from, to) => {
    const plan = shift(by, timezone, from, to);
    const times: number[] = [];
    for (let time = plan.range.from; time < plan.range.to; time += 7 * 60_000) {
      times.push(time);
    }
    const table = await engine.run(
      sql`SELECT ${plan.moveUs(sql`us`)} FROM (SELECT unnest([${raw(times.map((time) => time * 1000).join(', '))}]) AS us)`
    );
    const inside = (us: unknown) => Math.floor(Number(us) / 1000);
    expect(table.values[0]!.map(inside)).toEqual(times.map((time) => plan.move(time)));
  });

  it('keeps the hour of the wall clock', () => {
    const plan = shift('1w', 'Europe/Berlin', '2026-10-24T22:00:00Z', '2026-10-25T23:00:00Z');
    expect(iso(plan.move(at('2026-10-18T08:00:00Z')))).toBe('2026-10-25T09:00:00.000Z');
    expect(iso(plan.move(at('2026-10-17T23:00:00Z')))).toBe('2026-10-24T23:00:00.000Z');
  });

  it('puts what lies beside it beside the range, such as the begin of a bucket the range cuts into', () => {
    const plan = shift('1d', 'UTC', '2026-11-02T00:30:00Z', '2026-11-03T00:00:00Z');
    expect(iso(plan.move(at('2026-11-01T00:00:00Z')))).toBe('2026-11-02T00:00:00.000Z');
    expect(iso(plan.move(plan.end))).toBe('2026-11-03T00:00:00.000Z');
  });

  it('has no time over the hour that the clock shows again, and two hours over one it showed twice', () => {
    const again = shift('1w', 'Europe/Berlin', '2026-10-24T22:00:00Z', '2026-10-25T23:00:00Z');
    expect(again.seconds(at('2026-10-25T00:00:00Z'), at('2026-10-25T01:00:00Z'))).toBe(3600);
    expect(again.seconds(at('2026-10-25T01:00:00Z'), at('2026-10-25T02:00:00Z'))).toBe(0);
    const twice = shift('1d', 'Europe/Berlin', '2026-10-25T23:00:00Z', '2026-10-26T23:00:00Z');
    expect(twice.seconds(at('2026-10-26T01:00:00Z'), at('2026-10-26T02:00:00Z'))).toBe(7200);
  });

  it('has no seconds after the present', () => {
    const plan = shift('1d', 'UTC', '2026-11-02T00:00:00Z', '2026-11-03T00:00:00Z', at('2026-11-02T10:30:00Z'));
    expect(plan.seconds(at('2026-11-02T10:00:00Z'), at('2026-11-02T11:00:00Z'))).toBe(1800);
    expect(plan.seconds(at('2026-11-02T11:00:00Z'), at('2026-11-02T12:00:00Z'))).toBe(0);
  });
});
