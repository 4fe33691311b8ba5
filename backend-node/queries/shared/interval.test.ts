import { planInterval } from './interval';

const at = (text: string) => Date.parse(text);
const iso = (times: number[]) => times.map((time) => new Date(time).toISOString());
const range = (from: string, to: string) => ({ from: at(from), to: at(to) });
const day = range('2026-11-02T00:00:00Z', '2026-11-03T00:00:00Z');

describe('the interval', () => {
  it('is the one asked for, aligned to the epoch', () => {
    const { starts, ends, interval } = planInterval(
      { interval: '15m', timezone: 'UTC' },
      range('2026-11-02T10:07:00Z', '2026-11-02T10:31:00Z')
    );
    expect(interval).toBe(900_000);
    expect(iso(starts)).toEqual(['2026-11-02T10:00:00.000Z', '2026-11-02T10:15:00.000Z', '2026-11-02T10:30:00.000Z']);
    expect(iso(ends).at(-1)).toBe('2026-11-02T10:45:00.000Z');
  });

  it('comes from intervalMs, rounded up to one people use', () => {
    expect(planInterval({ intervalMs: 60_000, timezone: 'UTC' }, day).interval).toBe(60_000);
    expect(planInterval({ intervalMs: 47_000, timezone: 'UTC' }, day).interval).toBe(60_000);
  });

  it('never gives more buckets than maxDataPoints, also where the range cuts through buckets', () => {
    for (const maxDataPoints of [1, 2, 7, 24, 25, 100, 333]) {
      for (const shift of [0, 1, 1234567]) {
        const shifted = { from: day.from + shift, to: day.to + shift };
        expect(
          planInterval({ intervalMs: 1000, maxDataPoints, timezone: 'Europe/Berlin' }, shifted).starts.length
        ).toBeLessThanOrEqual(Math.max(2, maxDataPoints));
      }
    }
  });

  it('has no bucket for a day that a zone left out', () => {
    const plan = planInterval(
      { interval: '1d', timezone: 'Pacific/Apia' },
      range('2011-12-29T00:00:00Z', '2012-01-02T00:00:00Z')
    );
    expect(new Set(plan.starts).size).toBe(plan.starts.length);
    expect(plan.starts.slice(1)).toEqual(plan.ends.slice(0, -1));
    // 28 December to 2 January, less the 30th.
    expect(plan.starts).toHaveLength(5);
    expect(Array.from({ length: 6 }, (_, cell) => plan.locate(cell)).filter((at) => at < 5)).toEqual([0, 1, 2, 3, 4]);
  });

  it('is widened beyond 11,000 buckets, and says from what', () => {
    const plan = planInterval({ interval: '1s', timezone: 'UTC' }, day);
    expect(plan.starts.length).toBeLessThanOrEqual(11_000);
    expect(plan).toMatchObject({ interval: 10_000, widenedFrom: 1000 });
  });

  it('covers the whole range without holes or overlap', () => {
    for (const interval of ['7m', '1h', '1d', '1w', '36h']) {
      const whole = range('2026-03-20T13:37:00Z', '2026-04-10T01:02:03Z');
      const { starts, ends } = planInterval({ interval, timezone: 'Europe/Berlin' }, whole);
      expect(starts[0]!).toBeLessThanOrEqual(whole.from);
      expect(ends.at(-1)!).toBeGreaterThanOrEqual(whole.to);
      expect(starts.slice(1)).toEqual(ends.slice(0, -1));
    }
  });

  it('of days starts at local midnight, whatever the clock does', () => {
    const { starts } = planInterval(
      { interval: '1d', timezone: 'Europe/Berlin' },
      range('2026-10-24T10:00:00Z', '2026-10-26T10:00:00Z')
    );
    expect(iso(starts)).toEqual(['2026-10-23T22:00:00.000Z', '2026-10-24T22:00:00.000Z', '2026-10-25T23:00:00.000Z']);
  });

  it('of weeks starts on Monday', () => {
    const { starts } = planInterval(
      { interval: '1w', timezone: 'UTC' },
      range('2026-11-04T00:00:00Z', '2026-11-10T00:00:00Z')
    );
    expect(iso(starts)).toEqual(['2026-11-02T00:00:00.000Z', '2026-11-09T00:00:00.000Z']);
  });
});
