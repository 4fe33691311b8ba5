import { RETENTION_INTERVALS, RETENTION_MODES } from '@apitrail/contract';
import fc from 'fast-check';

import { Bench, epoch, type Row } from '../testing/dataset';
import { retentionOf, type RetentionEvent, type RetentionRule } from './reference';

jest.setTimeout(180_000);

let bench: Bench;
beforeAll(async () => {
  bench = await Bench.open();
});
afterAll(() => bench.close());

const HOUR = 3_600_000;
/** Around the night in which Berlin's clock goes back, and that in which it goes forward. */
const RANGES = [
  { from: '2026-10-23T05:00:00Z', to: '2026-10-27T13:00:00Z' },
  { from: '2026-03-27T05:00:00Z', to: '2026-03-31T13:00:00Z' },
];

/** Requests close to the edges of intervals; `step` is how far apart the edges are. */
const request = (step: number): fc.Arbitrary<Row> =>
  fc
    .record({
      edge: fc.integer({ min: -3, max: 9 }),
      beside: fc.constantFrom(-1, 0, 1, HOUR / 2, HOUR, 2 * HOUR),
      customer: fc.option(fc.constantFrom('a', 'b', 'c'), { freq: 9 }),
      route: fc.constantFrom('start', 'back', 'both', 'other'),
      weight: fc.option(fc.constantFrom(1, 2, 5)),
    })
    .map(({ edge, beside, customer, route, weight }) => ({ time: edge * step + beside, customer, route, weight }));

const rules = fc.record({
  interval: fc.constantFrom(...RETENTION_INTERVALS),
  mode: fc.constantFrom(...RETENTION_MODES),
  alignment: fc.constantFrom('calendar' as const, 'rolling' as const),
  starts: fc.constantFrom('every' as const, 'first' as const),
  timezone: fc.constantFrom('UTC', 'Europe/Berlin', 'Asia/Kolkata'),
  brackets: fc.constantFrom([0, 1, 2, 3, 4], [0, 1, 3, 6], [1, 2, 4], [0, 2, 3], [0, 3]),
  range: fc.constantFrom(...RANGES),
  /** Whether any request starts, or returns, and whether some stand for several: those are counted another way. */
  anyStarts: fc.boolean(),
  anyReturns: fc.boolean(),
  weighted: fc.boolean(),
});

const oneOf = (values: string[]) => [{ key: 'route', operator: '=|', values }];

const cases = rules.chain((rule) => {
  const step = { hour: 1, day: 24, week: 24 * 3, month: 24 * 11 }[rule.interval] * HOUR;
  return fc.record({
    rule: fc.constant(rule),
    rows: fc.array(request(step), { minLength: 1, maxLength: 25, size: 'max' }),
  });
});

it('is what the reference says, over changes of the clock, with weights', async () => {
  let run = 0;
  await fc.assert(
    fc.asyncProperty(cases, async ({ rule, rows: relative }) => {
      const { range, brackets, anyStarts, anyReturns, weighted, ...asked } = rule;
      // Midnight in Berlin, from where on requests lie about the edges of days.
      const origin = epoch(range.from) + 17 * HOUR;
      const rows: Row[] = relative.map((row) => ({
        ...row,
        time: origin + Number(row['time']),
        ...(weighted ? {} : { weight: null }),
      }));
      const end = { time: origin + 400 * 24 * HOUR, route: 'other', customer: null };
      const data = await bench.dataset(`run-${run++}`, [...rows, end]);
      const query = {
        queryType: 'retention',
        ...asked,
        brackets,
        metric: 'units',
        start: anyStarts ? [] : oneOf(['start', 'both']),
        return: anyReturns ? [] : oneOf(['back', 'both']),
      };
      const [frame] = await bench.answer(data, range, query, { now: () => end.time });
      const columns = brackets.slice(1).map((to, index) => ({ from: brackets[index]!, to }));
      const expected = retentionOf(
        rows.flatMap((row) => eventOf(row, anyStarts, anyReturns)),
        {
          ...asked,
          columns,
          from: epoch(range.from),
          to: epoch(range.to),
        } satisfies RetentionRule
      );
      const found = frame!.rows
        .map(({ cohort, size, ...returned }) => ({ start: cohort, size, returned: Object.values(returned) }))
        .filter(({ size }) => size !== 0);
      expect(found).toEqual(expected);
    }),
    { numRuns: 300 }
  );
});

function eventOf({ customer, time, route, weight }: Row, anyStarts: boolean, anyReturns: boolean): RetentionEvent[] {
  return typeof customer === 'string'
    ? [
        {
          unit: customer,
          time: Number(time),
          starts: anyStarts || route === 'start' || route === 'both',
          returns: anyReturns || route === 'back' || route === 'both',
          weight: Number(weight ?? 1),
        },
      ]
    : [];
}
