import type { FunnelQuery } from '@apitrail/contract';

import type { Dialect } from '../../engine/dialect';
import { join, raw, sql, type Sql } from '../../engine/sql';
import { weightedQuantiles } from '../shared/select';

function number(value: number): Sql {
  return raw(String(value));
}

/**
 * Of `attempts`, one row per step and place that has any: `step`, `place`, `units`, `squares` (sum of squared weights),
 * `pending` and `excluded` (of those, units that may still go on, and units that were excluded later), `median_ms` and `p90_ms` of the
 * time from the step before. Attempts are looked at once, however many steps there are.
 */
export function stepTotals(
  { weighted }: { weighted: boolean },
  { steps, exclusions }: Pick<FunnelQuery, 'steps' | 'exclusions'>,
  dialect: Dialect
): Sql {
  const excluding = exclusions.length > 0;
  const indexes = steps.map((_, index) => index);
  const there = (index: number) => sql`at_us[${number(index + 1)}] IS NOT NULL`;
  const took = (index: number) => transition(beforeOf(steps, index), index);
  const list = (of: (index: number) => Sql, name: string) => sql`[${join(indexes.map(of))}] AS ${raw(name)}`;
  const sum =
    (value: string, condition = '') =>
    (index: number) =>
      sql`sum(${raw(value)}) FILTER (WHERE ${there(index)}${raw(condition)})`;
  const quantiles = (index: number) =>
    index === 0 ? sql`NULL` : sql`${dialect.quantiles(took(index), [0.5, 0.9])} FILTER (WHERE ${there(index)})`;
  // Without weights units are their squares, and nobody is excluded where nothing excludes.
  const lists = [
    list(sum('weight'), 'units'),
    ...(weighted ? [list(sum('weight * weight'), 'squares')] : []),
    list(sum('weight', " AND ended = 'pending'"), 'pending'),
    ...(excluding ? [list(sum('weight', " AND ended = 'excluded'"), 'excluded')] : []),
    ...(weighted ? [] : [list(quantiles, 'quantiles')]),
  ];
  const item = (of: string, name = of) => sql`CAST(coalesce(${raw(of)}[step], 0) AS DOUBLE) AS ${raw(name)}`;
  const excluded = excluding ? item('excluded') : sql`CAST(0 AS DOUBLE) AS excluded`;
  const sums = sql`SELECT step, place, ${join([item('units'), item(weighted ? 'squares' : 'units', 'squares'), item('pending'), excluded])}`;
  const totals = sql`(SELECT place, ${join(lists)} FROM attempts GROUP BY place) AS totals,
  (SELECT unnest(range(1, ${number(steps.length + 1)})) AS step) AS steps WHERE units[step] IS NOT NULL`;
  if (!weighted) {
    return sql`${sums}, ${dialect.listItem(sql`quantiles[step]`, 0)} AS median_ms, ${dialect.listItem(sql`quantiles[step]`, 1)} AS p90_ms
FROM ${totals}`;
  }
  const times = indexes
    .slice(1)
    .map(
      (index) =>
        sql`SELECT place, ${number(index + 1)} AS step, ${took(index)} AS duration_ms, weight FROM attempts WHERE ${there(index)}`
    );
  const spread = weightedQuantiles(
    { relation: sql`(${join(times, ' UNION ALL ')}) AS times`, where: sql`TRUE` },
    ['place', 'step'].map((name) => ({ name, sql: raw(name) })),
    [0.5, 0.9]
  );
  return sql`SELECT summed.*, q_0 AS median_ms, q_1 AS p90_ms
FROM (${sums} FROM ${totals}) AS summed LEFT JOIN (${spread}) AS spread ON summed.place = by_0 AND summed.step = by_1`;
}

/** The steps, counted from 0, one of which was the last that was reached before this one: the nearest first. */
export function beforeOf(steps: FunnelQuery['steps'], index: number): number[] {
  const required = steps.slice(0, index).findLastIndex(({ optional }) => !optional);
  return Array.from({ length: index - required }, (_, back) => index - 1 - back);
}

/** Milliseconds from one of the steps, the first of them that was reached, to another; steps count from 0. */
function transition(from: readonly number[], to: number): Sql {
  const before = from.map((step) => sql`at_us[${number(step + 1)}]`);
  return sql`CAST((at_us[${number(to + 1)}] - ${before.length === 1 ? before[0]! : sql`coalesce(${join(before)})`}) / 1000.0 AS DOUBLE)`;
}

/** Scale of the buckets times are counted in: those of OpenTelemetry's exponential histograms, four per doubling. */
export const TIME_SCALE = 2;

/** From which steps to which a view of times looks, counted from 0. */
export interface Transition {
  from: readonly number[];
  to: number;
}

/** The transitions a query asks for: between two steps, or each step from the one before. */
export function transitionsOf({ steps, fromStep, toStep }: FunnelQuery): Transition[] {
  if (fromStep !== undefined || toStep !== undefined) {
    return [{ from: [(fromStep ?? 1) - 1], to: (toStep ?? steps.length) - 1 }];
  }
  return steps.slice(1).map((_, index) => ({ from: beforeOf(steps, index + 1), to: index + 1 }));
}

/**
 * Of `attempts`, one row per transition, place and bucket of the time it took, in milliseconds: `step` (that was reached, from
 * 1), `place`, `bucket`, `units`.
 */
export function transitionTimes(transitions: readonly Transition[]): Sql {
  const selects = transitions.map(({ from, to }) => {
    const took = transition(from, to);
    return sql`SELECT ${number(to + 1)} AS step, place, CAST(ceil(log2(greatest(${took}, 1)) * ${number(2 ** TIME_SCALE)}) AS INTEGER) AS bucket, CAST(sum(weight) AS DOUBLE) AS units
FROM attempts WHERE ${took} IS NOT NULL GROUP BY 2, 3`;
  });
  return join(selects, '\nUNION ALL\n');
}

/** Of `attempts`, one row per transition and place: `step`, `place`, `median_ms`, `p90_ms`. */
export function transitionQuantiles(
  { weighted }: { weighted: boolean },
  transitions: readonly Transition[],
  dialect: Dialect
): Sql {
  const selects = transitions.map(({ from, to }) => {
    const times = sql`(SELECT place, ${transition(from, to)} AS duration_ms, weight FROM attempts) AS times`;
    const quantiles = dialect.quantiles(sql`duration_ms`, [0.5, 0.9]);
    return weighted
      ? sql`SELECT ${number(to + 1)} AS step, by_0 AS place, q_0 AS median_ms, q_1 AS p90_ms FROM (${weightedQuantiles({ relation: times, where: sql`TRUE` }, [{ name: 'place', sql: sql`place` }], [0.5, 0.9])}) AS spread`
      : sql`SELECT ${number(to + 1)} AS step, place, ${dialect.listItem(quantiles, 0)} AS median_ms, ${dialect.listItem(quantiles, 1)} AS p90_ms FROM ${times} WHERE duration_ms IS NOT NULL GROUP BY place`;
  });
  return join(selects, '\nUNION ALL\n');
}
