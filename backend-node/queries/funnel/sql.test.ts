import fc from 'fast-check';

import { duckDbDialect } from '../../engine/dialect';
import { raw, sql, type Sql } from '../../engine/sql';
import { Bench } from '../testing/dataset';
import { UnitJourney } from './machine/follow';
import { ruleOf } from './machine/rule';
import { attemptsOfReached, reachedSteps, type FunnelSql } from './sql';
import { stepTotals } from './totals';

/** Requests as the property tests make them: a few moments close together, so that ties, windows and ends are met. */
interface Request {
  unit: string | null;
  minute: number;
  steps: number[];
  weight: number | null;
}

/** How far one unit got. */
interface FunnelRun {
  unit: string;
  weight: number;
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

/** The funnel of the rule over requests that are written into the statement. */
function overRequests(all: readonly Request[], weighted: boolean): FunnelSql {
  const rows = all.map(
    ({ unit, minute, steps, weight }) =>
      `(${unit === null ? 'NULL' : `'${unit}'`}, make_timestamptz(${minute}), [${steps.join(', ')}]::INTEGER[], ${weight ?? 'NULL'})`
  );
  const values = `(SELECT * FROM (VALUES ${[...rows, `(NULL, make_timestamptz(0), []::INTEGER[], NULL)`].join(', ')}) AS v(customer, time, steps, weight)) AS requests`;
  return {
    rows: { relation: raw(values), where: sql`TRUE` },
    unit: sql`customer`,
    conditions: Array.from({ length: STEPS }, (_, index) => raw(`list_contains(steps, ${index + 1})`)),
    rule,
    weighted,
    dialect: duckDbDialect,
  };
}

/** What the state machine says, unit by unit. */
function expected(all: readonly Request[]): FunnelRun[] {
  return [...new Set(all.flatMap(({ unit }) => unit ?? []))].toSorted().flatMap((unit) => {
    const journey = new UnitJourney(rule);
    all
      .filter((one) => one.unit === unit && one.steps.length > 0)
      .toSorted((a, b) => a.minute - b.minute)
      .forEach(({ minute, steps, weight }) =>
        journey.add({
          ...{ time: minute, exclusions: 0, held: [], segment: null, weight: weight ?? 1 },
          steps: steps.reduce((mask, step) => mask | (1 << (step - 1)), 0),
        })
      );
    return journey
      .finish()
      .map(({ weight, at }) => ({ unit, weight, reached: at.filter((time): time is number => time !== null) }));
  });
}

jest.setTimeout(120_000);

let bench: Bench;
beforeAll(async () => {
  bench = await Bench.open();
});
afterAll(() => bench.close());

/** How far each unit got, by what a shape of the SQL says. */
async function runs(statement: Sql): Promise<FunnelRun[]> {
  const steps = Array.from(
    { length: STEPS },
    (_, index) => `SELECT unit, ${index + 1} AS step, at_us, weight FROM reached_${index + 1}`
  );
  const table = await bench.engine.run(sql`${statement}\n${raw(steps.join(' UNION ALL '))} ORDER BY unit, step`);
  const [units, step, at, weight] = table.values as [string[], number[], number[], number[]];
  const found = new Map<string, FunnelRun>();
  units.forEach((unit, row) => {
    const run = found.get(unit) ?? { unit, weight: weight[row]!, reached: [] };
    expect(step[row]).toBe(run.reached.length + 1);
    run.reached.push(at[row]!);
    found.set(unit, run);
  });
  return [...found.values()];
}

const unweighted = (all: FunnelRun[]) => all.map((run) => ({ ...run, weight: 1 }));

describe('both shapes of the SQL do what the state machine does', () => {
  it('by time, where no request matches two steps', async () => {
    await fc.assert(
      fc.asyncProperty(requests(oneStep), async (all) => {
        expect(await runs(reachedSteps(overRequests(all, false), true))).toEqual(unweighted(expected(all)));
      }),
      { numRuns: 150 }
    );
  });

  it('by number, where a request may match several steps', async () => {
    await fc.assert(
      fc.asyncProperty(requests(anySteps), async (all) => {
        expect(await runs(reachedSteps(overRequests(all, false), false))).toEqual(
          unweighted(expected(all.map((one) => ({ ...one, weight: null }))))
        );
      }),
      { numRuns: 200 }
    );
  });

  it('by number and with weights, of two entries at one time the heavier', async () => {
    await fc.assert(
      fc.asyncProperty(requests(anySteps), async (all) => {
        expect(await runs(reachedSteps(overRequests(all, true), true))).toEqual(expected(all));
      }),
      { numRuns: 100 }
    );
  });

  it('counts units, who may still go on, and times per step', async () => {
    const newest = 40;
    const names = Array.from({ length: STEPS }, (_, index) => ({ name: String(index), filters: [] }));
    await fc.assert(
      fc.asyncProperty(requests(oneStep), async (all) => {
        const statement = overRequests(all, false);
        const table = await bench.engine.run(
          sql`${attemptsOfReached(statement, true, newest)} ${stepTotals(statement, names, duckDbDialect)} ORDER BY step`
        );
        const reference = Array.from({ length: STEPS }, (_, index) => {
          const there = expected(all).filter(({ reached }) => reached.length > index);
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
