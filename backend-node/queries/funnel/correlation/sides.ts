import { sql, type Sql } from '../../../engine/sql';
import type { FunnelRun } from '../views/view';

/** How much units weigh together, and the sum of the squares of their weights. */
export interface Side {
  units: number;
  squares: number;
}

/** Those who are compared, told apart by whether they converted. */
export interface Sides {
  converted: Side;
  others: Side;
}

const NOBODY: Side = { units: 0, squares: 0 };

/** Those who reached each step, from the first: who of them converted, and who did not. `looked` is what `lookedAt` selects. */
export async function readSides({ context }: FunnelRun, looked: Sql): Promise<Sides[]> {
  const table = await context.run(
    sql`SELECT CAST(behind AS INTEGER) AS behind, converted, CAST(sum(weight) AS DOUBLE) AS units, CAST(sum(weight * weight) AS DOUBLE) AS squares
FROM (SELECT unnest(range(1, reached + 1)) AS behind, converted, weight FROM ${looked}) AS each GROUP BY 1, 2 ORDER BY 1, 2`
  );
  const [behind, converted, units, squares] = table.values as [number[], boolean[], number[], number[]];
  const sides: Sides[] = [{ converted: NOBODY, others: NOBODY }];
  behind.forEach((step, row) => {
    const of = (sides[step - 1] ??= { converted: NOBODY, others: NOBODY });
    of[converted[row] ? 'converted' : 'others'] = { units: units[row]!, squares: squares[row]! };
  });
  return sides;
}
