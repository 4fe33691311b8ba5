import { join, raw, sql, type Sql } from '../../engine/sql';
import type { Dialect } from '../../engine/dialect';
import { WEIGHT } from '../shared/metrics';
import type { RowSource } from '../shared/select';
import type { FunnelRule } from './machine/rule';

/** What a funnel is run over. */
export interface FunnelSql {
  rows: RowSource;
  /** Common table expressions that the rows are made with. */
  tables?: Sql | undefined;
  unit: Sql;
  /** One condition per step. */
  conditions: readonly Sql[];
  rule: Pick<FunnelRule, 'from' | 'to' | 'window'>;
  weighted: boolean;
  dialect: Dialect;
}

/**
 * Common table expressions `reached_1` … `reached_n`, one row per unit that reached the step: `unit`, `entry_us` and
 * `at_us` (microseconds), `before_us` (when the step before was reached), `weight`.
 *
 * `disjoint` is for steps of which no request matches two: times alone decide then, and a step may share the time of
 * the step before. Otherwise the ways to use up the requests of one moment are followed side by side. Weights always
 * need that: of two entries at one time the heavier counts.
 */
export function reachedSteps(funnel: FunnelSql, disjoint: boolean): Sql {
  return disjoint && !funnel.weighted ? reachedByTime(funnel) : reachedByMoment(funnel);
}

function events({ rows, unit, dialect, weighted }: FunnelSql, step: Sql, matches: Sql): Sql {
  return sql`SELECT * FROM (
    SELECT ${unit} AS unit, ${dialect.epochUs(sql`time`)} AS at_us, ${step} AS step${weighted ? sql`, ${WEIGHT} AS weight` : sql``}
    FROM ${rows.relation}
    WHERE ${rows.where}
  ) AS stepped WHERE unit IS NOT NULL AND ${matches}`;
}

/** The beginning of the statement, to which the other tables are added. */
function withTables({ tables }: FunnelSql): Sql {
  return tables ? sql`WITH ${tables}, ` : sql`WITH `;
}

function us(value: number): Sql {
  return raw(String(value));
}

/** `followed` has what units do within the window of their entry: most of what happens lies outside of it. */
function reachedByTime(funnel: FunnelSql): Sql {
  const { conditions, rule } = funnel;
  const step = sql`CASE ${join(
    conditions.map((one, index) => sql`WHEN ${one} THEN ${us(index + 1)}`),
    ' '
  )} END`;
  const first = sql`${withTables(funnel)}events AS (
  ${events(funnel, step, sql`step IS NOT NULL`)}
), reached_1 AS (
  SELECT unit, min(at_us) AS entry_us, min(at_us) AS at_us, NULL AS before_us, 1 AS weight
  FROM events WHERE step = 1 AND at_us >= ${us(rule.from)} AND at_us < ${us(rule.to)} GROUP BY unit
), followed AS (
  SELECT events.unit, events.step, events.at_us FROM events JOIN reached_1 ON events.unit = reached_1.unit
  WHERE events.step > 1 AND events.at_us >= reached_1.at_us AND events.at_us <= reached_1.at_us + ${us(rule.window)}
)`;
  return conditions.slice(1).reduce<Sql>((text, _, index) => {
    const [before, now] = [raw(`reached_${index + 1}`), raw(`reached_${index + 2}`)];
    return sql`${text}, ${now} AS (
  SELECT followed.unit, any_value(so_far.entry_us) AS entry_us, min(followed.at_us) AS at_us, any_value(so_far.at_us) AS before_us, 1 AS weight
  FROM followed JOIN ${before} AS so_far ON followed.unit = so_far.unit
  WHERE followed.step = ${us(index + 2)} AND followed.at_us >= so_far.at_us
  GROUP BY followed.unit
)`;
  }, first);
}

/**
 * `moments` has the requests of a unit at one time that match the same steps as one row; `state_n` the ways to get to step n
 * at the earliest time, told apart by the requests of that time that are used up (`used`, one set of steps per request).
 * Without ties there is one way.
 */
function reachedByMoment(funnel: FunnelSql): Sql {
  const { conditions, rule, weighted, dialect } = funnel;
  const bits = conditions.map((one, index) => sql`CASE WHEN ${one} THEN ${us(2 ** index)} ELSE 0 END`);
  const first = sql`${withTables(funnel)}moments AS (
  SELECT unit, at_us, step, count(*) AS requests${weighted ? sql`, max(weight) AS weight` : sql``}
  FROM (${events(funnel, join(bits, ' + '), sql`step <> 0`)}) AS events GROUP BY unit, at_us, step
), first_1 AS (
  SELECT unit, min(at_us) AS at_us FROM moments
  WHERE step & 1 <> 0 AND at_us >= ${us(rule.from)} AND at_us < ${us(rule.to)} GROUP BY unit
), state_1 AS (
  SELECT moments.unit, moments.at_us AS entry_us, moments.at_us, NULL AS before_us, ${dialect.sortedList(sql`NULL`, sql`moments.step`)} AS used, ${weighted ? sql`moments.weight` : sql`1`} AS weight
  FROM moments JOIN first_1 ON moments.unit = first_1.unit AND moments.at_us = first_1.at_us WHERE moments.step & 1 <> 0
), ${reachedOfState(1)}`;
  return conditions.slice(1).reduce<Sql>((text, _, index) => {
    const number = index + 2;
    const [before, now, state] = [`state_${number - 1}`, `first_${number}`, `state_${number}`].map(raw) as [
      Sql,
      Sql,
      Sql,
    ];
    const left = sql`moments.requests > ${dialect.countInList(sql`so_far.used`, sql`moments.step`)}`;
    const serves = sql`moments.step & ${us(2 ** (number - 1))} <> 0 AND (moments.at_us > so_far.at_us OR (moments.at_us = so_far.at_us AND ${left}))`;
    const used = sql`CASE WHEN moments.at_us = so_far.at_us THEN so_far.used END`;
    return sql`${text}, ${now} AS (
  SELECT moments.unit, min(moments.at_us) AS at_us
  FROM moments JOIN ${before} AS so_far ON moments.unit = so_far.unit
  WHERE ${serves} AND moments.at_us <= so_far.entry_us + ${us(rule.window)}
  GROUP BY moments.unit
), ${state} AS (
  SELECT DISTINCT moments.unit, so_far.entry_us, moments.at_us, so_far.at_us AS before_us, ${dialect.sortedList(used, sql`moments.step`)} AS used, so_far.weight
  FROM moments JOIN ${now} AS earliest ON moments.unit = earliest.unit AND moments.at_us = earliest.at_us JOIN ${before} AS so_far ON moments.unit = so_far.unit
  WHERE ${serves}
), ${reachedOfState(number, weighted)}`;
  }, first);
}

function reachedOfState(number: number, weighted = false): Sql {
  const reached = sql`SELECT unit, any_value(entry_us) AS entry_us, any_value(at_us) AS at_us, any_value(before_us) AS before_us, max(weight) AS weight
  FROM ${raw(`state_${number}`)} GROUP BY unit`;
  const entered = sql`SELECT so_far.unit, so_far.entry_us, so_far.at_us, so_far.before_us, reached_1.weight
  FROM (${reached}) AS so_far JOIN reached_1 ON so_far.unit = reached_1.unit`;
  return sql`${raw(`reached_${number}`)} AS (
  ${number > 1 && weighted ? entered : reached}
)`;
}

/** The tables of the steps reached and, of them, `attempts`. */
export function attemptsOfReached(funnel: FunnelSql, disjoint: boolean, newestUs: number): Sql {
  const steps = funnel.conditions.map((_, index) => raw(`reached_${index + 1}`));
  const last = steps[steps.length - 1]!;
  const reached = steps
    .map((step, index) => sql`WHEN ${step}.at_us IS NOT NULL THEN ${us(index + 1)}`)
    .slice(1)
    .reverse();
  const open = sql`reached_1.entry_us + ${us(funnel.rule.window)} > ${us(newestUs)}`;
  return sql`${reachedSteps(funnel, disjoint)}, attempts AS (
  SELECT reached_1.unit, 1 AS attempt, CAST(NULL AS VARCHAR) AS segment, CAST(reached_1.weight AS DOUBLE) AS weight, reached_1.entry_us,
    CASE ${join(reached, ' ')} ELSE 1 END AS reached, [${join(steps.map((step) => sql`${step}.at_us`))}] AS at_us,
    CASE WHEN ${last}.at_us IS NOT NULL THEN 'converted' WHEN ${open} THEN 'pending' ELSE 'stopped' END AS ended, 1 AS place
  FROM reached_1${join(
    steps.slice(1).map((step) => sql` LEFT JOIN ${step} ON ${step}.unit = reached_1.unit`),
    ''
  )}
)`;
}
