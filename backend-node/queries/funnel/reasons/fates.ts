import type { ResultTable } from '../../../engine/engine';
import { sql, type Sql } from '../../../engine/sql';
import type { HandlerContext } from '../../handler';
import { effectiveSize } from '../../shared/proportion-interval';
import { asSample } from '../../shared/odds-ratio';
import type { Proportion } from '../../shared/significance';

/** What became of those that got to the step before. Units are weighted, `squares` are the sums of squared weights. */
export interface Fates {
  stopped: Sum;
  converted: Sum;
  pending: number;
  excluded: number;
}

interface Sum {
  units: number;
  squares: number;
}

const NOBODY: Sum = { units: 0, squares: 0 };

/** Name of a step and place among fates. */
export function fateKey({ step, place }: { step: number; place: number }): string {
  return `${step}/${place}`;
}

/** The fates of gaps by step and place: see `fateKey`. */
export async function readFates(context: HandlerContext, gaps: Sql): Promise<Map<string, Fates>> {
  const table: ResultTable = await context.run(
    sql`SELECT step, place, fate, CAST(sum(weight) AS DOUBLE) AS units, CAST(sum(weight * weight) AS DOUBLE) AS squares FROM ${gaps} GROUP BY 1, 2, 3 ORDER BY 1, 2, 3`
  );
  const [steps, places, fates, units, squares] = table.values as [number[], number[], string[], number[], number[]];
  const found = new Map<string, Fates>();
  steps.forEach((step, row) => {
    const key = fateKey({ step, place: places[row]! });
    const so = found.get(key) ?? { stopped: NOBODY, converted: NOBODY, pending: 0, excluded: 0 };
    const sum = { units: units[row]!, squares: squares[row]! };
    const fate = fates[row] as keyof Fates;
    found.set(key, { ...so, [fate]: fate === 'stopped' || fate === 'converted' ? sum : sum.units });
  });
  return found;
}

/** The fates of a step, all values of a breakdown together. */
export function wholeStep(fates: ReadonlyMap<string, Fates>, step: number): Fates {
  const add = (one: Sum, other: Sum) => ({ units: one.units + other.units, squares: one.squares + other.squares });
  return [...fates]
    .filter(([key]) => key.startsWith(`${step}/`))
    .reduce<Fates>(
      (sum, [, { stopped, converted, pending, excluded }]) => ({
        stopped: add(sum.stopped, stopped),
        converted: add(sum.converted, converted),
        pending: sum.pending + pending,
        excluded: sum.excluded + excluded,
      }),
      { stopped: NOBODY, converted: NOBODY, pending: 0, excluded: 0 }
    );
}

/** Those that had something among those that did not get to a step, and those that did: what odds are of. */
export function comparedOf(
  fates: Fates,
  met: { exposed: number; control: number }
): [stopped: Proportion, converted: Proportion] {
  const of = ({ units, squares }: Sum, count: number) => asSample({ count, of: units }, effectiveSize(units, squares));
  return [of(fates.stopped, met.exposed), of(fates.converted, met.control)];
}
