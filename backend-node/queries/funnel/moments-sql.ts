import { join, raw, sql, type Sql } from '../../engine/sql';
import { at, events, inRange, number, type FunnelSql } from './events-sql';

/**
 * The table `reached` of steps of which a request may match several: `unit`, `entry_us`, `weight`, and when each step was reached.
 *
 * `moments` has the requests of a unit at one time that match the same steps as one row; `state_n` the ways to get to step n
 * at the earliest time, told apart by the requests of that time that are used up (`used`, one set of steps per request).
 * Without ties there is one way. Of two entries at one time the heavier counts.
 */
export function reachedByMoment(funnel: FunnelSql): Sql {
  const { conditions, rule, weighted, dialect } = funnel;
  const bits = conditions.map((one, index) => sql`CASE WHEN ${one} THEN ${number(2 ** index)} ELSE 0 END`);
  const first = sql`${events(funnel, join(bits, ' + '), sql`step <> 0`)}, entries AS (
  SELECT unit, min(at_us) AS entry_us FROM events WHERE step & 1 <> 0 AND ${inRange(funnel)} GROUP BY unit
), moments AS (
  SELECT events.unit, at_us, step, count(*) AS requests${weighted ? sql`, max(weight) AS weight` : sql``}
  FROM events JOIN entries ON events.unit = entries.unit
  WHERE at_us >= entry_us AND at_us <= entry_us + ${number(rule.window)} GROUP BY events.unit, at_us, step
), state_1 AS (
  SELECT moments.unit, at_us AS entry_us, at_us, ${dialect.sortedList(sql`NULL`, sql`step`)} AS used${weighted ? sql`, weight` : sql``}
  FROM moments JOIN entries ON moments.unit = entries.unit AND at_us = entry_us WHERE step & 1 <> 0
), reached_1 AS (
  SELECT unit, any_value(at_us) AS at_us, ${weighted ? sql`max(weight)` : sql`1`} AS weight FROM state_1 GROUP BY unit
)`;
  const others = conditions.slice(1).map((_, index) => index + 2);
  const states = others.map((step) => sql`, ${stateOf(step, funnel)}`);
  return sql`${first}${join(states, '')}, reached AS (
  SELECT reached_1.unit, reached_1.at_us AS entry_us, weight, reached_1.at_us AS ${at(1)}${join(
    others.map((step) => sql`, ${raw(`reached_${step}`)}.at_us AS ${at(step)}`),
    ''
  )}
  FROM reached_1${join(
    others.map((step) => raw(` LEFT JOIN reached_${step} ON reached_${step}.unit = reached_1.unit`)),
    ''
  )}
)`;
}

function stateOf(step: number, { dialect }: FunnelSql): Sql {
  const [before, earliest, state] = [`state_${step - 1}`, `reached_${step}`, `state_${step}`].map(raw) as [
    Sql,
    Sql,
    Sql,
  ];
  const left = sql`moments.requests > ${dialect.countInList(sql`so_far.used`, sql`moments.step`)}`;
  const serves = sql`moments.step & ${number(2 ** (step - 1))} <> 0 AND (moments.at_us > so_far.at_us OR (moments.at_us = so_far.at_us AND ${left}))`;
  const used = sql`CASE WHEN moments.at_us = so_far.at_us THEN so_far.used END`;
  return sql`${earliest} AS (
  SELECT moments.unit, min(moments.at_us) AS at_us
  FROM moments JOIN ${before} AS so_far ON moments.unit = so_far.unit WHERE ${serves} GROUP BY moments.unit
), ${state} AS (
  SELECT DISTINCT moments.unit, moments.at_us, ${dialect.sortedList(used, sql`moments.step`)} AS used
  FROM moments JOIN ${earliest} AS earliest ON moments.unit = earliest.unit AND moments.at_us = earliest.at_us JOIN ${before} AS so_far ON moments.unit = so_far.unit
  WHERE ${serves}
)`;
}
