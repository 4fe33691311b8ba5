import { raw, sql, type Sql } from '../../engine/sql';
import { HALF, PRIOR, QUIET_PAUSES, USUAL_SLOW, WEIGHTS, type Population } from './health';

const number = (value: number): Sql => raw(value < 0 || Object.is(value, -0) ? `(${value})` : String(value));

/** What shares are shrunk towards, as SQL: names of columns, or numbers. `rhythm` is in microseconds. */
export interface PopulationSql {
  failures: Sql;
  abandoned: Sql;
  rhythm: Sql;
}

/**
 * The population of all rows of a relation of experiences, as the one row of `population`. `observedUs` is how long the range is, for the
 * rhythm of visits; undefined where there are none.
 */
export function populationOf(relation: string, observedUs: number | undefined): Sql {
  const rhythm =
    observedUs === undefined
      ? sql`CAST(NULL AS DOUBLE)`
      : sql`${number(observedUs)} * CAST(count(*) AS DOUBLE) / nullif(sum(visits), 0)`;
  return sql`SELECT coalesce(sum(failures) / nullif(sum(requests), 0), 0) AS usual_failures, coalesce(sum(abandoned) / nullif(sum(journeys), 0), 0) AS usual_abandoned, ${rhythm} AS usual_rhythm
  FROM ${raw(relation)}`;
}

/** The columns of `populationOf`. */
export const POPULATION: PopulationSql = {
  failures: raw('usual_failures'),
  abandoned: raw('usual_abandoned'),
  rhythm: raw('usual_rhythm'),
};

/** A population that is known already. */
export function knownPopulation({ failures, abandoned, rhythm }: Population): PopulationSql {
  return {
    failures: sql`CAST(${number(failures)} AS DOUBLE)`,
    abandoned: sql`CAST(${number(abandoned)} AS DOUBLE)`,
    rhythm: rhythm === null ? sql`CAST(NULL AS DOUBLE)` : sql`CAST(${number(rhythm * 1000)} AS DOUBLE)`,
  };
}

/**
 * The columns `failures_part`, `slowness_part`, `abandoned_part` and `recency_part` over the columns of an experience:
 * `requests`, `known` (as many requests as a sample is worth), `failures`, `timed`, `slow`, `journeys`, `abandoned`, and for recency `visits`, `first_us` and `last_us`.
 * `horizonUs` is the present; undefined leaves recency out. See `partsOf`, which this says in SQL.
 */
export function partColumns(population: PopulationSql, horizonUs: number | undefined): Sql {
  const k = number(PRIOR.requests);
  const failures = sql`((known * failures / nullif(requests, 0) + ${k} * ${population.failures}) / (known + ${k}))`;
  const slow = sql`greatest(0, ((timed_known * slow / nullif(timed, 0)) + ${k} * ${number(USUAL_SLOW)}) / (timed_known + ${k}) - ${number(USUAL_SLOW)}) / ${number(1 - USUAL_SLOW)}`;
  const excess = sql`coalesce(${slow}, 0)`;
  const abandoned = sql`((abandoned + ${number(PRIOR.journeys)} * ${population.abandoned}) / (journeys + ${number(PRIOR.journeys)}))`;
  const part = (share: Sql, half: number) => sql`(${share} / (${share} + ${number(half)}))`;
  return sql`${part(failures, HALF.failures)} AS failures_part, ${part(excess, HALF.slowness)} AS slowness_part, ${part(abandoned, HALF.abandoned)} AS abandoned_part,
    ${horizonUs === undefined ? sql`CAST(0 AS DOUBLE)` : recency(population.rhythm, horizonUs)} AS recency_part`;
}

function recency(rhythm: Sql, horizonUs: number): Sql {
  const visits = number(PRIOR.visits);
  const usual = sql`((last_us - first_us + ${visits} * ${rhythm}) / (visits - 1 + ${visits}))`;
  const silence = sql`nullif(greatest(0, ${number(horizonUs)} - last_us), 0)`;
  return sql`coalesce(greatest(0, 1 - ${number(QUIET_PAUSES)} * ${usual} / ${silence}), 0)`;
}

/** Health of its parts, 0 to 100. */
export const HEALTH = sql`(100 * (1 - (${number(WEIGHTS.failures)} * failures_part + ${number(WEIGHTS.slowness)} * slowness_part + ${number(WEIGHTS.abandoned)} * abandoned_part + ${number(WEIGHTS.recency)} * recency_part)))`;
