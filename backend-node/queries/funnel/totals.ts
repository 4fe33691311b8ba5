import type { Dialect } from '../../engine/dialect';
import { join, raw, sql, type Sql } from '../../engine/sql';
import { weightedQuantiles } from '../shared/select';

function number(value: number): Sql {
  return raw(String(value));
}

/**
 * Of `attempts`, one row per step: `step`, `units`, `pending` (of those, units that may still go on), `median_ms` and
 * `p90_ms` of the time from the step before.
 */
export function stepTotals({ weighted }: { weighted: boolean }, steps: number, dialect: Dialect): Sql {
  const selects = Array.from({ length: steps }, (_, index) => {
    const step = index + 1;
    const there = sql`at_us[${number(step)}] IS NOT NULL`;
    const totals = sql`SELECT CAST(coalesce(sum(weight), 0) AS DOUBLE) AS units, CAST(coalesce(sum(weight) FILTER (WHERE ended = 'pending'), 0) AS DOUBLE) AS pending
FROM attempts WHERE ${there}`;
    const quantiles = dialect.quantiles(sql`duration_ms`, [0.5, 0.9]);
    const times = sql`(SELECT ${transition(step)} AS duration_ms, weight FROM attempts WHERE ${there})`;
    const spread =
      index === 0
        ? sql`SELECT CAST(NULL AS DOUBLE) AS q_0, CAST(NULL AS DOUBLE) AS q_1`
        : weighted
          ? weightedQuantiles({ relation: sql`${times} AS times`, where: sql`TRUE` }, [], [0.5, 0.9])
          : sql`SELECT ${dialect.listItem(quantiles, 0)} AS q_0, ${dialect.listItem(quantiles, 1)} AS q_1 FROM ${times} AS times`;
    return sql`SELECT ${number(step)} AS step, units, pending, q_0 AS median_ms, q_1 AS p90_ms
FROM (${totals}) AS totals, (${spread}) AS spread`;
  });
  return join(selects, '\nUNION ALL\n');
}

/** Milliseconds from the step before. */
function transition(step: number): Sql {
  return sql`CAST((at_us[${number(step)}] - at_us[${number(step - 1)}]) / 1000.0 AS DOUBLE)`;
}

/** Scale of the buckets times are counted in: those of OpenTelemetry's exponential histograms, four per doubling. */
export const TIME_SCALE = 2;

/**
 * Of `attempts`, one row per step from the second on and bucket of the time from the step before, in milliseconds:
 * `step`, `bucket`, `units`.
 */
export function transitionTimes(steps: number): Sql {
  const selects = Array.from({ length: steps - 1 }, (_, index) => {
    const step = index + 2;
    return sql`SELECT ${number(step)} AS step, CAST(ceil(log2(greatest(${transition(step)}, 1)) * ${number(2 ** TIME_SCALE)}) AS INTEGER) AS bucket, CAST(sum(weight) AS DOUBLE) AS units
FROM attempts WHERE at_us[${number(step)}] IS NOT NULL GROUP BY 2`;
  });
  return join(selects, '\nUNION ALL\n');
}
