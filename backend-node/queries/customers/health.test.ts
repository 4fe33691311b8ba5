import fc from 'fast-check';

import { Bench, type Row } from '../testing/dataset';
import { healthOf, partsOf, type Experience, type Population } from './health';

const population: Population = { failures: 0.01, abandoned: 0.02, rhythm: 86_400_000 };
const well: Experience = {
  ...{ requests: 100, failures: 0, timed: 100, slow: 0.05, journeys: 5, abandoned: 0 },
  ...{ visits: 5, span: 4 * 86_400_000, silence: 3_600_000 },
};
const health = (lived: Partial<Experience>) => healthOf(partsOf({ ...well, ...lived }, population));

describe('health', () => {
  it('is near 100 of who had no trouble, and far from 0 after one failure of one request', () => {
    expect(health({})).toBeGreaterThan(95);
    const once = health({ requests: 1, failures: 1, timed: 0, journeys: 0, visits: 1, span: 0 });
    expect(once).toBeGreaterThan(65);
    expect(once).toBeLessThan(90);
  });

  it('gives a sure sign more weight than an unsure one', () => {
    expect(health({ requests: 100, failures: 0.5 })).toBeLessThan(health({ requests: 2, failures: 0.5 }));
  });

  it('begins to fall when a customer is silent for two of its own pauses, whatever those of others are', () => {
    const day = 86_400_000;
    const silent = (silence: number, span: number) => partsOf({ ...well, span, silence }, population).recency;
    expect(silent(1.9 * day, 4 * day)).toBe(0);
    expect(silent(4 * day, 4 * day)).toBeCloseTo(0.5);
    expect(silent(4 * day, 40 * day)).toBe(0);
  });

  it('never rises with more failures, slowness, abandoned journeys or silence, and stays within 0 and 100', () => {
    const share = fc.double({ min: 0, max: 1, noNaN: true });
    const count = fc.integer({ min: 0, max: 1000 });
    const lived = fc.record({
      ...{ requests: fc.integer({ min: 1, max: 1000 }), failures: share, timed: count, slow: share },
      ...{ journeys: count, visits: fc.integer({ min: 1, max: 50 }), span: fc.integer({ min: 0, max: 10 ** 9 }) },
      silence: fc.integer({ min: 0, max: 10 ** 10 }),
    });
    fc.assert(
      fc.property(lived, share, share, (base, abandoned, more) => {
        const of = (extra: Partial<Experience>) =>
          healthOf(partsOf({ ...base, abandoned: Math.floor(abandoned * base.journeys), ...extra }, population));
        const now = of({});
        expect(now).toBeGreaterThanOrEqual(0);
        expect(now).toBeLessThanOrEqual(100);
        const worse = [
          { failures: Math.min(1, base.failures + more) },
          { slow: Math.min(1, base.slow + more) },
          { abandoned: base.journeys },
          { silence: base.silence * (1 + more) },
        ];
        worse.forEach((extra) => expect(of(extra)).toBeLessThanOrEqual(now + 1e-9));
      })
    );
  });
});

describe('the SQL', () => {
  let bench: Bench;
  beforeAll(async () => {
    bench = await Bench.open();
  });
  afterAll(() => bench.close());

  const range = { from: '2026-11-02T00:00:00Z', to: '2026-11-03T00:00:00Z' };
  const at = (minutes: number) => Date.parse(range.from) + minutes * 60_000;

  /** `a` is well, `b` fails at the end of its visit, `c` asks for what is not there, `d` is slow. */
  const rows = (weight?: number): Row[] =>
    ['a', 'b', 'c', 'd'].flatMap((customer, place) =>
      Array.from({ length: 25 }, (_, index): Row => ({
        ...{ time: at(place + index * 2), customer, service: 's', method: 'GET', route: '/r' },
        ...{ session: `s-${customer}`, account: 'acme', status: 200, duration_ms: 10 },
        ...(customer === 'b' && index >= 23 ? { status: 500 } : {}),
        ...(customer === 'c' && index >= 23 ? { status: 404 } : {}),
        ...(customer === 'd' && index >= 22 ? { duration_ms: 500 } : {}),
        ...(weight ? { weight } : {}),
      }))
    );
  const present = () => Date.parse(range.to);

  it('says what the plain code says', async () => {
    const data = await bench.dataset('plain', rows());
    const [frame] = await bench.answer(data, range, { queryType: 'customers', threshold: 90 }, { now: present });
    const byName = new Map(frame!.rows.map((row) => [row['customer'], row]));
    const lived = (extra: Partial<Experience>): Experience => ({
      ...{ requests: 25, failures: 0, timed: 25, slow: 0, journeys: 1, abandoned: 0, visits: 1 },
      ...{ span: 48 * 60_000, silence: 0, ...extra },
    });
    const shares = { failures: (2 + 0.2) / 100, abandoned: 1 / 4, rhythm: null };
    // The newest request is the present: nobody is silent for longer than three minutes, and no visit is over yet.
    const open = { ...shares, abandoned: 0 };
    const expected = {
      a: partsOf(lived({ journeys: 0 }), open),
      b: partsOf(lived({ journeys: 0, failures: 2 / 25 }), open),
      c: partsOf(lived({ journeys: 0, failures: 0.2 / 25 }), open),
      d: partsOf(lived({ journeys: 0, slow: 3 / 25 }), open),
    };
    for (const [name, parts] of Object.entries(expected)) {
      const row = byName.get(name)!;
      expect([name, row['failures_part'], row['slowness_part'], row['abandoned_part'], row['health']]).toEqual([
        name,
        expect.closeTo(parts.failures, 9),
        expect.closeTo(parts.slowness, 9),
        expect.closeTo(parts.abandoned, 9),
        expect.closeTo(healthOf(parts), 9),
      ]);
    }
    expect(frame!.rows.map((row) => row['customer']).slice(0, 2)).toEqual(['b', 'd']);
    expect(frame!.meta.custom!['apitrail']).toMatchObject({
      total: 4,
      atRisk: frame!.rows.filter((row) => Number(row['health']) < 90).length,
      rowsWithoutUnit: 0,
    });
  });

  it('counts a visit that ends with a failure of ours as abandoned once it is over', async () => {
    const later: Row = { time: at(600), status: 200, service: 's' };
    const data = await bench.dataset('over', [...rows(), later]);
    const [frame] = await bench.answer(data, range, { queryType: 'customers' }, { now: present });
    expect(frame!.rows.map((row) => [row['customer'], row['abandoned']])).toContainEqual(['b', 1]);
    expect(frame!.rows.map((row) => [row['customer'], row['abandoned']])).toContainEqual(['c', 0]);
    expect(frame!.meta.custom!['apitrail']).toMatchObject({ rowsWithoutUnit: expect.closeTo(1 / 101, 9) });
  });

  it('cuts requests without a session into visits by pauses of half an hour', async () => {
    const times = [0, 20, 45, 100, 129, 200];
    const data = await bench.dataset('pauses', [
      ...times.map((minute): Row => ({ time: at(minute), customer: 'a', status: 200 })),
      // A call from service to service belongs to the session it is made in.
      { time: at(5), customer: 'b', session: 's', status: 200 },
      { time: at(6), customer: 'b', status: 200 },
    ]);
    const [frame] = await bench.answer(data, range, { queryType: 'customers' }, { now: present });
    const sessions = Object.fromEntries(frame!.rows.map((row) => [row['customer'], row['sessions']]));
    expect(sessions).toEqual({ a: 3, b: 1 });
  });

  it('takes a sample for as much as it is worth: the same weight on every row changes counts alone', async () => {
    const query = { queryType: 'customers' };
    const [plain] = await bench.answer(await bench.dataset('w1', rows()), range, query, { now: present });
    const [sampled] = await bench.answer(await bench.dataset('w4', rows(4)), range, query, { now: present });
    expect(sampled!.columns['requests']).toEqual(plain!.columns['requests']!.map((count) => Number(count) * 4));
    sampled!.columns['failures_part']!.forEach((part, row) =>
      expect(part).toBeCloseTo(plain!.columns['failures_part']![row] as number, 9)
    );
  });

  it('has accounts and any key as customers', async () => {
    const data = await bench.dataset('units', rows());
    const [accounts] = await bench.answer(data, range, { queryType: 'customers', unit: 'account' });
    expect(accounts!.rows.map((row) => [row['account'], row['requests']])).toEqual([['acme', 100]]);
    const [routes] = await bench.answer(data, range, { queryType: 'customers', unit: 'route' });
    expect(routes!.columns['route']).toEqual(['/r']);
  });

  it('says what each customer was before, with timeShift', async () => {
    const earlier = rows().map((row): Row => ({ ...row, time: Number(row['time']) - 86_400_000, status: 200 }));
    const data = await bench.dataset('shifted', [...rows(), ...earlier]);
    const query = { queryType: 'customers', timeShift: '1d' };
    const [frame] = await bench.answer(data, range, query, { now: present });
    const [first] = frame!.rows;
    expect(first).toMatchObject({ customer: 'b', requests_previous: 25, errors_previous: 0 });
    expect(first!['health_previous']).toBeGreaterThan(first!['health'] as number);
  });

  it('counts those at risk for alerts', async () => {
    const data = await bench.dataset('numeric', rows());
    const [list] = await bench.answer(data, range, { queryType: 'customers' }, { now: present });
    const [worst, next] = list!.columns['health'] as number[];
    const query = { queryType: 'customers', format: 'numeric', metric: 'at_risk', threshold: (worst! + next!) / 2 };
    const [frame] = await bench.answer(data, range, query, { now: present });
    expect(frame!.rows).toEqual([{ at_risk: 1 }]);
  });

  it('refuses a timeline of nobody, and numbers that a view has not', async () => {
    const data = await bench.dataset('refused', rows());
    await expect(bench.answer(data, range, { queryType: 'customers', view: 'timeline' })).rejects.toThrow('customer');
    await expect(
      bench.answer(data, range, { queryType: 'customers', view: 'outreach', format: 'numeric', metric: 'p95' })
    ).rejects.toThrow('outreach');
  });
});
