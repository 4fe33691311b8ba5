import { PATH_COUNTINGS } from '@apitrail/contract';
import fc from 'fast-check';

import { Bench, epoch, type Row } from '../testing/dataset';
import { linksOf, type PathEvent, type PathLink, type PathRule } from './reference';

jest.setTimeout(180_000);

let bench: Bench;
beforeAll(async () => {
  bench = await Bench.open();
});
afterAll(() => bench.close());

const MINUTE = 60_000;
const range = { from: '2026-11-02T12:00:00Z', to: '2026-11-02T13:00:00Z' };
const [from, to] = [epoch(range.from), epoch(range.to)];

const request: fc.Arbitrary<Row> = fc.record({
  time: fc.integer({ min: -20, max: 80 }).map((minute) => from + minute * MINUTE),
  route: fc.constantFrom('A', 'B', 'C', 'D'),
  method: fc.constantFrom('GET', 'GET', 'POST'),
  customer: fc.option(fc.constantFrom('a', 'b', 'c'), { freq: 9 }),
  session: fc.option(fc.constantFrom('s1', 's2'), { freq: 3 }),
  weight: fc.option(fc.constantFrom(1, 2, 5)),
});

/** Requests of one unit within a few minutes: moments shared, nodes repeated. */
const crowded = fc.array(
  request.map((row) => ({
    ...row,
    customer: 'a',
    time: from + (((Number(row['time']) - from) / MINUTE + 20) % 7) * MINUTE,
  })),
  { maxLength: 20, size: 'max' }
);

const rules = fc.record({
  direction: fc.constantFrom('after' as const, 'before' as const),
  depth: fc.integer({ min: 1, max: 4 }),
  rowsPerStep: fc.integer({ min: 1, max: 3 }),
  counting: fc.constantFrom(...PATH_COUNTINGS),
  collapse: fc.boolean(),
  sessions: fc.constantFrom('gap' as const, 'id' as const),
  gap: fc.constantFrom(3, 10),
  anchored: fc.boolean(),
  /** When the newest data is: sessions may go on after it. */
  newest: fc.integer({ min: 40, max: 90 }),
  weighted: fc.boolean(),
});

it('is what the reference says', async () => {
  let run = 0;
  await fc.assert(
    fc.asyncProperty(
      rules,
      fc.oneof(fc.array(request, { maxLength: 50, size: 'max' }), crowded),
      async (rule, given) => {
        const { gap, anchored, newest, weighted, ...asked } = rule;
        const end = from + newest * MINUTE;
        const rows = given
          .filter(({ time }) => Number(time) <= end)
          .map((row) => (weighted ? row : { ...row, weight: null }));
        const data = await bench.dataset(`run-${run++}`, [...rows, { time: end, route: 'end' }]);
        const query = {
          queryType: 'paths',
          identity: 'strict',
          groupBy: ['route'],
          sessionGap: `${gap}m`,
          ...(anchored ? { anchor: [{ key: 'method', operator: '=', value: 'POST' }] } : {}),
          ...asked,
        };
        const [frame] = await bench.answer(data, range, query, { now: () => end });
        const edges = !anchored && asked.counting !== 'transitions';
        const expected = linksOf(rows.flatMap((row) => eventOf(row, anchored)).filter(seen(asked.direction, edges)), {
          ...asked,
          gap: gap * MINUTE * 1000,
          edges,
          newest: end * 1000,
        } satisfies PathRule);
        const found = frame!.rows.map(({ share: _, ...link }) => link as unknown as PathLink);
        expect(found.map(rounded).toSorted(inOrder)).toEqual(expected.map(rounded).toSorted(inOrder));
      }
    ),
    { numRuns: 250 }
  );
});

/** Of what lies on the other side of an anchor nothing is read, but for what tells where a session begins or ends. */
function seen(direction: PathRule['direction'], edges: boolean): (event: PathEvent) => boolean {
  return ({ time }) => edges || (direction === 'after' ? time >= from * 1000 : time < to * 1000);
}

function eventOf({ customer, session, time, route, method, weight }: Row, anchored: boolean): PathEvent[] {
  const inside = Number(time) >= from && Number(time) < to;
  return typeof customer === 'string'
    ? [
        {
          unit: customer,
          session: session as string | null,
          time: Number(time) * 1000,
          node: String(route),
          anchor: inside && (!anchored || method === 'POST'),
          weight: Number(weight ?? 1),
        },
      ]
    : [];
}

const rounded = (link: PathLink): PathLink => ({
  ...link,
  median_ms: link.median_ms === null ? null : Math.round(link.median_ms),
});
const inOrder = (a: PathLink, b: PathLink) =>
  a.step - b.step || a.source.localeCompare(b.source) || a.target.localeCompare(b.target);
