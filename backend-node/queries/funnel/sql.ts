import { join, raw, sql, type Sql } from '../../engine/sql';
import type { Dialect } from '../../engine/dialect';
import { WEIGHT } from '../shared/metrics';
import { weightedQuantiles, type RowSource } from '../shared/select';
import type { FunnelRule } from './reference';

/** What a funnel is run over. */
export interface FunnelSql {
  rows: RowSource;
  unit: Sql;
  /** One condition per step. */
  conditions: readonly Sql[];
  /** `steps` is the number of conditions. */
  rule: Omit<FunnelRule, 'steps'>;
  weighted: boolean;
  dialect: Dialect;
}

/**
 * Common table expressions `reached_1` … `reached_n`, one row per unit that reached the step: `unit`, `entry_us` and
 * `at_us` (microseconds), `before_us` (when the step before was reached), `weight`.
 *
 * `disjoint` is for steps of which no request matches two: times alone decide then, and a step may share the time of
 * the step before. Otherwise requests are numbered within their unit in the order of the reference, and a step must
 * have a higher number than the step before. Weights always need the numbers: of two entries at one time the heavier
 * counts.
 */
export function reachedSteps(funnel: FunnelSql, disjoint: boolean): Sql {
  return disjoint && !funnel.weighted ? reachedByTime(funnel) : reachedByNumber(funnel);
}

function events({ rows, unit, dialect, weighted }: FunnelSql, step: Sql, matches: Sql): Sql {
  return sql`SELECT * FROM (
    SELECT ${unit} AS unit, ${dialect.epochUs(sql`time`)} AS at_us, ${step} AS step${weighted ? sql`, ${WEIGHT} AS weight` : sql``}
    FROM ${rows.relation}
    WHERE ${rows.where}
  ) AS stepped WHERE unit IS NOT NULL AND ${matches}`;
}

function us(value: number): Sql {
  return raw(String(value));
}

function reachedByTime(funnel: FunnelSql): Sql {
  const { conditions, rule } = funnel;
  const step = sql`CASE ${join(
    conditions.map((one, index) => sql`WHEN ${one} THEN ${us(index + 1)}`),
    ' '
  )} END`;
  const first = sql`WITH events AS (
  ${events(funnel, step, sql`step IS NOT NULL`)}
), reached_1 AS (
  SELECT unit, min(at_us) AS entry_us, min(at_us) AS at_us, NULL AS before_us, 1 AS weight
  FROM events WHERE step = 1 AND at_us >= ${us(rule.from)} AND at_us < ${us(rule.to)} GROUP BY unit
)`;
  return conditions.slice(1).reduce<Sql>((text, _, index) => {
    const [before, now] = [raw(`reached_${index + 1}`), raw(`reached_${index + 2}`)];
    return sql`${text}, ${now} AS (
  SELECT events.unit, any_value(so_far.entry_us) AS entry_us, min(events.at_us) AS at_us, any_value(so_far.at_us) AS before_us, 1 AS weight
  FROM events JOIN ${before} AS so_far ON events.unit = so_far.unit
  WHERE events.step = ${us(index + 2)} AND events.at_us >= so_far.at_us AND events.at_us <= so_far.entry_us + ${us(rule.window)}
  GROUP BY events.unit
)`;
  }, first);
}

function reachedByNumber(funnel: FunnelSql): Sql {
  const { conditions, rule, weighted } = funnel;
  const bits = conditions.map((one, index) => sql`CASE WHEN ${one} THEN ${us(2 ** index)} ELSE 0 END`);
  const heaviest = weighted ? sql`, weight DESC` : sql``;
  const first = sql`WITH events AS (
  ${events(funnel, join(bits, ' + '), sql`step <> 0`)}
), numbered AS (
  SELECT *, row_number() OVER (PARTITION BY unit ORDER BY at_us, step & -step, step${heaviest}) AS number FROM events
), reached_1 AS (
  SELECT unit, min(at_us) AS entry_us, min(at_us) AS at_us, NULL AS before_us, min(number) AS number, ${weighted ? sql`arg_min(weight, number)` : sql`1`} AS weight
  FROM numbered WHERE step & 1 <> 0 AND at_us >= ${us(rule.from)} AND at_us < ${us(rule.to)} GROUP BY unit
)`;
  return conditions.slice(1).reduce<Sql>((text, _, index) => {
    const [before, now] = [raw(`reached_${index + 1}`), raw(`reached_${index + 2}`)];
    return sql`${text}, ${now} AS (
  SELECT numbered.unit, any_value(so_far.entry_us) AS entry_us, min(numbered.at_us) AS at_us, any_value(so_far.at_us) AS before_us, min(numbered.number) AS number, any_value(so_far.weight) AS weight
  FROM numbered JOIN ${before} AS so_far ON numbered.unit = so_far.unit
  WHERE numbered.step & ${us(2 ** (index + 1))} <> 0 AND numbered.number > so_far.number AND numbered.at_us <= so_far.entry_us + ${us(rule.window)}
  GROUP BY numbered.unit
)`;
  }, first);
}

/**
 * One row per step: `step`, `units`, `pending` (of those, units whose window is not over: their entry plus the window
 * lies after `newest`), `median_ms` and `p90_ms` of the time from the step before.
 */
export function stepTotals(funnel: FunnelSql, newest: number): Sql {
  const { conditions, rule, dialect, weighted } = funnel;
  const selects = conditions.map((_, index) => {
    const reached = raw(`reached_${index + 1}`);
    const ms = sql`(at_us - before_us) / 1000.0`;
    const open = sql`FILTER (WHERE entry_us + ${us(rule.window)} > ${us(newest)})`;
    const [units, pending] = weighted
      ? [sql`coalesce(sum(weight), 0)`, sql`coalesce(sum(weight) ${open}, 0)`]
      : [sql`count(*)`, sql`count(*) ${open}`];
    const quantiles = dialect.quantiles(sql`duration_ms`, [0.5, 0.9]);
    const times = sql`(SELECT CAST(${ms} AS DOUBLE) AS duration_ms, weight FROM ${reached})`;
    const spread =
      index === 0
        ? sql`SELECT CAST(NULL AS DOUBLE) AS q_0, CAST(NULL AS DOUBLE) AS q_1`
        : weighted
          ? weightedQuantiles({ relation: sql`${times} AS times`, where: sql`TRUE` }, [], [0.5, 0.9])
          : sql`SELECT ${dialect.listItem(quantiles, 0)} AS q_0, ${dialect.listItem(quantiles, 1)} AS q_1 FROM ${times} AS times`;
    return sql`SELECT ${us(index + 1)} AS step, units, pending, q_0 AS median_ms, q_1 AS p90_ms
FROM (SELECT CAST(${units} AS DOUBLE) AS units, CAST(${pending} AS DOUBLE) AS pending FROM ${reached}) AS totals, (${spread}) AS spread`;
  });
  return join(selects, '\nUNION ALL\n');
}

/** Scale of the buckets times are counted in: those of OpenTelemetry's exponential histograms, four per doubling. */
export const TIME_SCALE = 2;

/**
 * One row per step from the second on and bucket of the time from the step before, in milliseconds: `step`, `bucket`,
 * `units`.
 */
export function transitionTimes({ conditions }: FunnelSql): Sql {
  const selects = conditions.slice(1).map(
    (
      _,
      index
    ) => sql`SELECT ${us(index + 2)} AS step, CAST(ceil(log2(greatest((at_us - before_us) / 1000.0, 1)) * ${us(2 ** TIME_SCALE)}) AS INTEGER) AS bucket, CAST(sum(weight) AS DOUBLE) AS units
FROM ${raw(`reached_${index + 2}`)} GROUP BY 2`
  );
  return join(selects, '\nUNION ALL\n');
}
