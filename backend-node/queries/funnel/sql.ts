import { join, raw, sql, type Sql } from '../../engine/sql';
import { at, events, inRange, number, type FunnelSql } from './events-sql';
import { reachedByMoment } from './moments-sql';
import { segmentOfSteps } from './segment-sql';

/** The table that attempts with a segment are in, to be given their places. */
export const TOLD_APART = raw('attempts_of_segments');

/**
 * Common table expressions that end with `attempts`, as `Attempts` describes it, one per unit; with a segment without places,
 * and named `TOLD_APART`.
 *
 * `events` has the requests that match a step (`step`, its number), `entries` when each unit enters, and `followed` what units
 * do within the window of their entry: most of what happens lies outside of it.
 *
 * `disjoint` is for steps of which no request matches two: times alone decide then, and a step may share the time of
 * the step before. Otherwise the ways to use up the requests of one moment are followed side by side (`moments-sql.ts`); that
 * knows neither the re-entry `optimised` nor a breakdown.
 */
export function attemptsInSql(funnel: FunnelSql, disjoint: boolean, newestUs: number): Sql {
  const reached = !disjoint
    ? reachedByMoment(funnel)
    : funnel.rule.reentry === 'optimised' && !funnel.weighted && !funnel.segment
      ? reachedByChains(funnel)
      : reachedByTime(funnel);
  const last = at(funnel.conditions.length);
  const steps = funnel.conditions.map((_, index) => index + 1);
  const whens = steps.slice(1).map((step) => sql`WHEN ${at(step)} IS NOT NULL THEN ${number(step)}`);
  const open = sql`entry_us + ${number(funnel.rule.window)} > ${number(newestUs)}`;
  const count = whens.length > 0 ? sql`CASE ${join(whens.reverse(), ' ')} ELSE 1 END` : sql`1`;
  const [name, segment, place] = funnel.segment
    ? [TOLD_APART, sql`segment`, sql``]
    : [sql`attempts`, sql`CAST(NULL AS VARCHAR) AS segment`, sql`, 1 AS place`];
  return sql`${reached}, ${name} AS (
  SELECT unit, 1 AS attempt, ${segment}, CAST(weight AS DOUBLE) AS weight, entry_us,
    ${count} AS reached, [${join(steps.map(at))}] AS at_us,
    CASE WHEN ${last} IS NOT NULL THEN 'converted' WHEN ${open} THEN 'pending' ELSE 'stopped' END AS ended${place}
  FROM reached
)`;
}

/**
 * The earliest request of each step that is not before the step before, found in lists of the few times that are left of each
 * unit: joining them step by step costs five times as much.
 */
function reachedByTime(funnel: FunnelSql): Sql {
  const { conditions, rule, weighted, segment, dialect } = funnel;
  const others = conditions.slice(1).map((_, index) => index + 2);
  // Of the entry itself only the time is needed, unless it says more.
  const first = weighted || segment ? sql` OR (events.step = 1 AND events.at_us = entry_us)` : sql``;
  const carried = sql`${weighted ? sql`, events.weight` : sql``}${segment ? sql`, events.segment` : sql``}`;
  const times = others.map(
    (step) => sql`array_agg(at_us) FILTER (WHERE step = ${number(step)}) AS ${raw(`times_${step}`)}`
  );
  const lists = [...(weighted ? [sql`max(weight) FILTER (WHERE step = 1) AS entry_weight`] : []), ...times];
  const begin = sql`SELECT entries.unit, entry_us, entry_us AS ${at(1)}, ${weighted ? sql`entry_weight` : sql`1`} AS weight${join(
    others.map((step) => raw(`, times_${step}`)),
    ''
  )}
  FROM entries LEFT JOIN times ON times.unit = entries.unit`;
  const reached = others.reduce<Sql>(
    (text, step) =>
      sql`SELECT *, ${dialect.leastFrom(raw(`times_${step}`), at(step - 1))} AS ${at(step)} FROM (${text}) AS ${raw(`so_far_${step}`)}`,
    begin
  );
  return sql`${eventsOfSteps(funnel)}, ${rule.reentry === 'first' ? firstEntries(funnel) : furthestEntries(funnel)}, followed AS (
  SELECT events.unit, events.step, events.at_us${carried} FROM events JOIN entries ON events.unit = entries.unit
  WHERE (events.step > 1 AND events.at_us >= entry_us AND events.at_us <= entry_us + ${number(rule.window)})${first}
), times AS (
  SELECT ${join([sql`unit`, ...lists])} FROM followed GROUP BY unit
), ${
    segment
      ? segmentOfSteps(conditions.length, segment.attribution, reached)
      : sql`reached AS (
  ${reached}
)`
  }`;
}

/**
 * The same of the entry that gets furthest, from its chains alone. Its earliest request of step n is in `chain_n` under that entry:
 * were it under a later one, that one would get as far, and count instead.
 */
function reachedByChains(funnel: FunnelSql): Sql {
  const others = funnel.conditions.slice(1).map((_, index) => index + 2);
  const chains = others.map(
    (step) => sql`SELECT unit, at_us, entry_us, ${number(step)} AS step FROM ${raw(`chain_${step}`)}`
  );
  const times = others.map((step) => sql`min(at_us) FILTER (WHERE step = ${number(step)}) AS ${at(step)}`);
  return sql`${eventsOfSteps(funnel)}, ${furthestEntries(funnel)}, times AS (
  SELECT ${join([sql`chains.unit`, ...times])}
  FROM (${join(chains, ' UNION ALL ')}) AS chains
  JOIN entries ON chains.unit = entries.unit AND chains.entry_us = entries.entry_us GROUP BY chains.unit
), reached AS (
  SELECT entries.unit, entry_us, entry_us AS ${at(1)}, 1 AS weight${join(
    others.map((step) => sql`, ${at(step)}`),
    ''
  )} FROM entries LEFT JOIN times ON times.unit = entries.unit
)`;
}

/** The requests that match a step, each with the number of the one it matches. */
function eventsOfSteps(funnel: FunnelSql): Sql {
  const whens = funnel.conditions.map((one, index) => sql`WHEN ${one} THEN ${number(index + 1)}`);
  return events(funnel, sql`CASE ${join(whens, ' ')} END`, sql`step IS NOT NULL`);
}

function firstEntries(funnel: FunnelSql): Sql {
  return sql`entries AS (
  SELECT unit, min(at_us) AS entry_us FROM events WHERE step = 1 AND ${inRange(funnel)} GROUP BY unit
)`;
}

/**
 * The entry that gets furthest, of several the last. `chain_n` has the requests that may be step n, each with the last entry it
 * can be reached from: that of the last request that may be step n - 1. Later requests never have earlier entries, so one whose
 * window is over takes nothing away from others.
 */
function furthestEntries(funnel: FunnelSql): Sql {
  const { conditions, rule } = funnel;
  const chains = conditions.slice(1).map((_, index) => {
    const [before, step] = [raw(`chain_${index + 1}`), index + 2];
    return sql`${raw(`chain_${step}`)} AS (
  SELECT later.unit, later.at_us, so_far.entry_us
  FROM (SELECT unit, at_us FROM events WHERE step = ${number(step)}) AS later ASOF JOIN ${before} AS so_far ON later.unit = so_far.unit AND later.at_us >= so_far.at_us
  WHERE later.at_us <= so_far.entry_us + ${number(rule.window)}
)`;
  });
  const steps = conditions.map((_, index) => index + 1);
  const entries = steps.map((step) => sql`SELECT unit, entry_us, ${number(step)} AS step FROM ${raw(`chain_${step}`)}`);
  const best = steps.map((step) => sql`max(entry_us) FILTER (WHERE step = ${number(step)})`).reverse();
  return sql`${join(
    [
      sql`chain_1 AS (
  SELECT unit, at_us, at_us AS entry_us FROM events WHERE step = 1 AND ${inRange(funnel)}
)`,
      ...chains,
    ],
    ', '
  )}, entries AS (
  SELECT unit, coalesce(${join(best)}) AS entry_us FROM (${join(entries, ' UNION ALL ')}) AS chains GROUP BY unit
)`;
}
