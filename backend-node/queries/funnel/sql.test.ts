import fc from 'fast-check';

import { duckDbDialect } from '../../engine/dialect';
import { raw, sql } from '../../engine/sql';
import { Bench } from '../testing/dataset';
import type { FunnelSql } from './events-sql';
import { followUnits } from './machine/follow';
import { ruleOf } from './machine/rule';
import { TOLD_APART, attemptsInSql } from './sql';
import { stepTotals } from './totals';

/** Requests as the property tests make them: a few moments close together, so that ties, windows and ends are met. */
interface Request {
  unit: string | null;
  minute: number;
  steps: number[];
  weight: number | null;
  segment: string | null;
}

/** How far one unit got. */
interface FunnelRun {
  unit: string;
  weight: number;
  segment: string | null;
  /** When each step was reached, from the first; as long as the unit got far. */
  reached: number[];
}

const STEPS = 4;
const rule = {
  ...ruleOf(
    {
      steps: Array.from({ length: STEPS }, () => ({})),
      ...{ order: 'ordered', reentry: 'first', counting: 'unique', exclusions: [], window: '1s' },
    },
    { from: 0, to: 0 }
  ),
  ...{ from: 10, to: 40, window: 15 },
};

const request = (steps: fc.Arbitrary<number[]>): fc.Arbitrary<Request> =>
  fc.record({
    unit: fc.option(fc.constantFrom('a', 'b', 'c'), { freq: 8 }),
    minute: fc.integer({ min: 5, max: 55 }),
    steps,
    weight: fc.option(fc.constantFrom(1, 2, 5)),
    segment: fc.option(fc.constantFrom('x', 'y', 'z')),
  });
const oneStep = fc.integer({ min: 0, max: STEPS }).map((step) => (step === 0 ? [] : [step]));
const anySteps = fc.subarray([1, 2, 3, 4]);
/** Many requests of one moment: what ties do. */
const crowded = (steps: fc.Arbitrary<number[]>) =>
  fc.array(
    request(steps).map((one) => ({ ...one, minute: 10 + (one.minute % 4), unit: 'a' })),
    { maxLength: 14 }
  );
const requests = (steps: fc.Arbitrary<number[]>) =>
  fc.oneof(fc.array(request(steps), { maxLength: 30 }), crowded(steps));

type Asked = Pick<FunnelSql['rule'], 'reentry'> & { weighted?: boolean; attribution?: 'first' | 'last' | number };

/** The funnel of the rule over requests that are written into the statement. */
function overRequests(all: readonly Request[], { reentry, weighted = false, attribution }: Asked): FunnelSql {
  const text = (value: string | null) => (value === null ? 'NULL' : `'${value}'`);
  const rows = all.map(
    ({ unit, minute, steps, weight, segment }) =>
      `(${text(unit)}, make_timestamptz(${minute}), [${steps.join(', ')}]::INTEGER[], ${weight ?? 'NULL'}, ${text(segment)})`
  );
  const values = `(SELECT * FROM (VALUES ${[...rows, `(NULL, make_timestamptz(0), []::INTEGER[], NULL, NULL)`].join(', ')}) AS v(customer, time, steps, weight, region)) AS requests`;
  return {
    rows: { relation: raw(values), where: sql`TRUE` },
    unit: sql`customer`,
    conditions: Array.from({ length: STEPS }, (_, index) => raw(`list_contains(steps, ${index + 1})`)),
    rule: { ...rule, reentry },
    segment: attribution === undefined ? undefined : { value: sql`region`, attribution },
    weighted,
    dialect: duckDbDialect,
  };
}

const lastOfAll = (one: string | null, other: string | null) =>
  one === other ? 0 : one === null || (other !== null && one > other) ? 1 : -1;

/** What the state machine says. */
async function expected(all: readonly Request[], asked: Asked = { reentry: 'first' }): Promise<FunnelRun[]> {
  const { reentry, weighted = false, attribution } = asked;
  const rows = all
    .filter(({ unit, steps }) => unit !== null && steps.length > 0)
    .map((one) => ({
      ...one,
      mask: one.steps.reduce((mask, step) => mask | (1 << (step - 1)), 0),
      segment: attribution === undefined ? null : one.segment,
    }))
    .toSorted(
      (a, b) => lastOfAll(a.unit, b.unit) || a.minute - b.minute || lastOfAll(a.segment, b.segment) || a.mask - b.mask
    );
  const values = [
    rows.map(({ unit }) => unit),
    rows.map(({ segment }) => segment),
    rows.map(({ minute }) => minute),
    rows.map(({ mask }) => mask),
    rows.map(() => 0),
    rows.map(({ weight }) => (weighted ? (weight ?? 1) : 1)),
  ];
  async function* parts() {
    yield await Promise.resolve({ columns: [], values, rowCount: rows.length });
  }
  const following = { rule: { ...rule, reentry }, attribution: attribution ?? 'first', newestUs: 0 } as const;
  const runs: FunnelRun[] = [];
  for await (const part of followUnits(parts(), following, () => undefined)) {
    const [units, , segments, weights, , , times] = part as [
      string[],
      unknown,
      Array<string | null>,
      number[],
      unknown,
      unknown,
      Array<Array<number | null>>,
    ];
    units.forEach((unit, row) =>
      runs.push({
        unit,
        weight: weights[row]!,
        segment: segments[row]!,
        reached: times[row]!.filter((time): time is number => time !== null),
      })
    );
  }
  return runs;
}

jest.setTimeout(120_000);

let bench: Bench;
beforeAll(async () => {
  bench = await Bench.open();
});
afterAll(() => bench.close());

/** How far each unit got, by what a shape of the SQL says. */
async function found(all: readonly Request[], asked: Asked, disjoint: boolean): Promise<FunnelRun[]> {
  const attempts = asked.attribution === undefined ? sql`attempts` : TOLD_APART;
  const table = await bench.engine.run(
    sql`${attemptsInSql(overRequests(all, asked), disjoint, 0)}\nSELECT unit, weight, segment, at_us, reached FROM ${attempts} ORDER BY unit`
  );
  const [units, weights, segments, times, reached] = table.values as [
    string[],
    number[],
    Array<string | null>,
    Array<Array<number | null>>,
    number[],
  ];
  return units.map((unit, row) => {
    const far = times[row]!.slice(0, reached[row]);
    expect(far).not.toContain(null);
    expect(times[row]!.slice(reached[row])).toEqual(Array(STEPS - reached[row]!).fill(null));
    return { unit, weight: weights[row]!, segment: segments[row]!, reached: far as number[] };
  });
}

describe('both shapes of the SQL do what the state machine does', () => {
  const reentries = ['first', 'optimised'] as const;

  it.each(reentries)('by time, where no request matches two steps, with re-entry %s', async (reentry) => {
    await fc.assert(
      fc.asyncProperty(requests(oneStep), async (all) => {
        expect(await found(all, { reentry }, true)).toEqual(await expected(all, { reentry }));
      }),
      { numRuns: 150 }
    );
  });

  it.each(reentries)('by time and with weights and a breakdown, with re-entry %s', async (reentry) => {
    const attributions = fc.constantFrom<NonNullable<Asked['attribution']>>('first', 'last', 1, 3);
    await fc.assert(
      fc.asyncProperty(requests(oneStep), fc.boolean(), attributions, async (all, weighted, attribution) => {
        const asked = { reentry, weighted, attribution };
        expect(await found(all, asked, true)).toEqual(await expected(all, asked));
      }),
      { numRuns: 200 }
    );
  });

  it('by number, where a request may match several steps', async () => {
    await fc.assert(
      fc.asyncProperty(requests(anySteps), async (all) => {
        expect(await found(all, { reentry: 'first' }, false)).toEqual(await expected(all));
      }),
      { numRuns: 200 }
    );
  });

  it('by number and with weights, of two entries at one time the heavier', async () => {
    const asked = { reentry: 'first', weighted: true } as const;
    await fc.assert(
      fc.asyncProperty(requests(anySteps), async (all) => {
        expect(await found(all, asked, false)).toEqual(await expected(all, asked));
      }),
      { numRuns: 100 }
    );
  });

  it('counts units, who may still go on, and times per step', async () => {
    const newest = 40;
    const names = Array.from({ length: STEPS }, (_, index) => ({ name: String(index), filters: [] }));
    await fc.assert(
      fc.asyncProperty(requests(oneStep), async (all) => {
        const statement = overRequests(all, { reentry: 'first' });
        const table = await bench.engine.run(
          sql`${attemptsInSql(statement, true, newest)} ${stepTotals(statement, { steps: names, exclusions: [] }, duckDbDialect)} ORDER BY step`
        );
        const units = await expected(all);
        const reference = Array.from({ length: STEPS }, (_, index) => {
          const there = units.filter(({ reached }) => reached.length > index);
          const times = there.flatMap(({ reached }) =>
            index === 0 ? [] : [(reached[index]! - reached[index - 1]!) / 1000]
          );
          const pending = there.filter(({ reached }) => reached.length < STEPS && reached[0]! + rule.window > newest);
          return [
            ...[index + 1, 1, there.length, there.length, pending.length, 0],
            ...[quantile(times, 0.5), quantile(times, 0.9)],
          ];
        }).filter(([, , units]) => units! > 0);
        const rows = Array.from({ length: table.rowCount }, (_, row) =>
          table.values.map((column) => round(column[row]))
        );
        expect(rows).toEqual(reference.map((row) => row.map(round)));
      }),
      { numRuns: 60 }
    );
  });
});

function quantile(values: number[], q: number): number | null {
  const sorted = values.toSorted((a, b) => a - b);
  const rank = q * (sorted.length - 1);
  const [low, high] = [sorted[Math.floor(rank)], sorted[Math.ceil(rank)]];
  return low === undefined || high === undefined ? null : low + (rank - Math.floor(rank)) * (high - low);
}

const round = (value: unknown) => (typeof value === 'number' ? Math.round(value * 1e9) / 1e9 : value);
