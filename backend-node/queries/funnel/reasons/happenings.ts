import type { Filter, FunnelQuery } from '@apitrail/contract';

import type { Dialect } from '../../../engine/dialect';
import { identifier, join, literal, raw, sql, type Sql } from '../../../engine/sql';
import { keyAsText } from '../../shared/keys';
import { columnSql } from '../../shared/columns';
import { weightedQuantiles } from '../../shared/select';
import { stagesOf } from '../stages';
import type { FunnelRun } from '../views/view';
import { askedFilters, isTimed, untimedFilters } from './asked';

/**
 * What happened in a gap. The numbers are the order in which they are reasons, the highest first. `own` is the request of the step before, `givenUp` a
 * try of the step that the client did not wait for, or that took too long to be it.
 */
export const KINDS = { own: 0, went: 1, slow: 2, givenUp: 3, failedElsewhere: 4, failed: 5 } as const;

/** What tells happenings of a kind apart; those of `own` and `went` have the first three, of `slow` the status where the client gave up. */
export const HAPPENING_KEYS = [
  'service',
  'method',
  'route',
  'status',
  'error_type',
  'error_group',
  'error_owner',
] as const;

/** Fewer requests than this do not say what is usual. */
export const USUAL_SAMPLE = 30;

/** Nobody answered, and the type of the error says that it was the client who went: what libraries and proxies call it. */
const CLIENT_WENT =
  '(?i)client.?(abort|clos|disconnect|cancel|gone|reset)|^(request.?)?(abort(ed)?|cancell?ed)$|abort.?error|context cancell?ed';

/** Whether the client gave up waiting for a request. */
export function gaveUp(dialect: Dialect): Sql {
  const went = dialect.regexpMatches(sql`error_type`, literal(CLIENT_WENT));
  return sql`coalesce(status = 499 OR (status IS NULL AND ${went}), FALSE)`;
}

/** Whether a request failed, and not because the client went. */
export function hasFailed(dialect: Dialect): Sql {
  return sql`(coalesce(status >= 400 OR (status IS NULL AND error_type IS NOT NULL), FALSE) AND NOT ${gaveUp(dialect)})`;
}

/**
 * A SELECT of what took how long usually, of the requests of the range that succeeded: `service`, `method`, `route`, `slow_ms` (longer is
 * slow). Routes with fewer than `USUAL_SAMPLE` requests are not in it.
 */
export async function usualOf(query: FunnelQuery, { context }: FunnelRun): Promise<Sql> {
  const { relation, where } = context.rows(query.filters);
  const keys = ['service', 'method', 'route'].map(identifier);
  const factor = raw(String(query.slowFactor));
  const rows = {
    relation,
    where: sql`(${where}) AND duration_ms IS NOT NULL AND NOT ${hasFailed(context.dialect)} AND NOT ${gaveUp(context.dialect)}`,
  };
  const enough = sql`SELECT ${join(keys)} FROM ${rows.relation} WHERE ${rows.where} GROUP BY ALL HAVING count(*) >= ${raw(String(USUAL_SAMPLE))}`;
  if (!(await context.isWeighted())) {
    const p95 = context.dialect.quantile(sql`duration_ms`, 0.95);
    return sql`SELECT ${join(keys)}, ${p95} * ${factor} AS slow_ms FROM ${rows.relation} WHERE ${rows.where} GROUP BY ALL HAVING count(*) >= ${raw(String(USUAL_SAMPLE))}`;
  }
  const by = ['service', 'method', 'route'].map((name) => ({ name, sql: identifier(name) }));
  return sql`SELECT enough.*, q_0 * ${factor} AS slow_ms FROM (${enough}) AS enough JOIN (${weightedQuantiles(rows, by, [0.95])}) AS spread
ON service IS NOT DISTINCT FROM by_0 AND method IS NOT DISTINCT FROM by_1 AND route IS NOT DISTINCT FROM by_2`;
}

/**
 * A SELECT of what happened in gaps that were passed or are over: `gap`, `kind`, the keys, `first_us` and `last_us`. One look at the requests
 * of the units.
 */
export function happeningsOf(query: FunnelQuery, run: FunnelRun, gaps: Sql, usual: Sql): Sql {
  const { rows, tables, unit } = run.attempts.units;
  const { dialect } = run.context;
  const apart = query.attribution === 'all' && query.breakdown !== undefined;
  const timed = query.steps.some(({ filters }) => isTimed(filters));
  const held = query.holdConstant.map((key, index) => ({ value: keyAsText(key, dialect), name: raw(`held_${index}`) }));
  // What is only needed of requests in gaps is worked out of those, which are few of all.
  const columns = [
    ...['service', 'method', 'route', 'status', 'error_type', 'error_group'].map(identifier),
    sql`${columnSql('error_owner')} AS owner`,
    sql`duration_ms`,
    sql`${stepBits(query, run, 'tried')} AS tried`,
    sql`${stepBits(query, run, 'matched')} AS matched`,
    ...(timed ? [sql`${stepBits(query, run, 'untimed')} AS untimed`] : []),
    sql`${hasFailed(dialect)} AS failed`,
    sql`${gaveUp(dialect)} AS gave_up`,
    ...held.map(({ value, name }) => sql`${value} AS ${name}`),
  ];
  const entries = sql`, entries AS (
  SELECT gap, ${join(held.map(({ name }) => sql`any_value(${name}) AS ${name}`))}
  FROM requests WHERE at_us = entry_us AND matched & ${firstSteps(query)} <> 0 GROUP BY gap
)`;
  const same = held.map(({ name }) => sql`requests.${name} = entries.${name}`);
  const tries = sql`(tried & open_steps <> 0${held.length > 0 ? sql` AND coalesce(${join(same, ' AND ')}, FALSE)` : sql``})`;
  // A request of the moment of a step is that step's, or comes after it.
  const later = sql`(at_us > from_us OR matched & before_steps = 0)`;
  const sooner = sql`(fate = 'stopped' OR at_us < until_us OR matched & step_steps = 0)`;
  // A try that would have been the step, had it not taken so long.
  const tooSlow = timed
    ? sql`(NOT failed AND duration_ms > slow_ms AND matched & open_steps = 0 AND untimed & open_steps <> 0)`
    : sql`FALSE`;
  const kinds = [
    sql`CASE WHEN NOT ${later} THEN ${raw(String(KINDS.own))}
      WHEN failed AND ${tries} AND matched & open_steps = 0 THEN ${raw(String(KINDS.failed))}
      WHEN failed THEN ${raw(String(KINDS.failedElsewhere))}
      WHEN NOT gave_up AND NOT ${tries} THEN ${raw(String(KINDS.went))} END`,
    sql`CASE WHEN ${later} AND ${tries} AND (gave_up OR ${tooSlow}) THEN ${raw(String(KINDS.givenUp))} WHEN duration_ms > slow_ms OR (gave_up AND ${later}) THEN ${raw(String(KINDS.slow))} END`,
  ];
  const failure = sql`kind >= ${raw(String(KINDS.failedElsewhere))}`;
  const left = sql`(kind IN (${raw([KINDS.slow, KINDS.givenUp].join(', '))}) AND gave_up)`;
  const moment = dialect.epochUs(sql`time`);
  // What is held constant is told by the entry, which may come before the gap.
  const since = held.length > 0 ? sql`entry_us` : sql`from_us`;
  return sql`WITH ${tables ? sql`${tables}, ` : sql``}gaps AS (
  SELECT gap, unit AS gap_unit, segment AS gap_segment, fate, entry_us, from_us, until_us, before_steps, step_steps, open_steps
  FROM ${gaps} WHERE fate IN ('converted', 'stopped')
), requests AS (
  SELECT gap, fate, entry_us, from_us, until_us, before_steps, step_steps, open_steps, ${moment} AS at_us, ${join(columns)}
  FROM ${rows.relation} JOIN gaps ON ${unit} = gap_unit AND ${moment} >= ${since} AND ${moment} <= until_us${apart ? sql` AND ${keyAsText(query.breakdown!, dialect)} IS NOT DISTINCT FROM gap_segment` : sql``}
  WHERE ${rows.where}
)${held.length > 0 ? entries : sql``}, met AS (
  SELECT requests.gap, unnest([${join(kinds)}]) AS kind, requests.service, requests.method, requests.route, status, error_type, error_group, owner, gave_up, at_us
  FROM requests
  LEFT JOIN ${usual} AS usual ON usual.service IS NOT DISTINCT FROM requests.service AND usual.method IS NOT DISTINCT FROM requests.method AND usual.route IS NOT DISTINCT FROM requests.route
  ${held.length > 0 ? sql`LEFT JOIN entries ON entries.gap = requests.gap` : sql``}
  WHERE at_us >= from_us AND ${sooner}
)
SELECT gap, kind, service, method, route, CASE WHEN ${failure} OR ${left} THEN status END AS status,
  CASE WHEN ${failure} OR (${left} AND status IS NULL) THEN error_type END AS error_type, CASE WHEN ${failure} THEN error_group END AS error_group,
  CASE WHEN ${failure} THEN owner END AS error_owner, CAST(min(at_us) AS BIGINT) AS first_us, CAST(max(at_us) AS BIGINT) AS last_us
FROM met WHERE kind IS NOT NULL GROUP BY ALL`;
}

const FILTERS_OF = {
  matched: (filters: readonly Filter[]): readonly Filter[] | undefined => filters,
  tried: askedFilters,
  untimed: untimedFilters,
};

/** A number with a bit for every step that a request matches, or, whatever its answer, tries, or would match if time did not count. */
export function stepBits(query: FunnelQuery, { context }: FunnelRun, what: keyof typeof FILTERS_OF): Sql {
  const conditions = query.steps.map(({ filters }, index) => {
    const of = FILTERS_OF[what](filters);
    const condition = of ? context.condition(of, `steps[${index}].filters`) : sql`FALSE`;
    const counts = what !== 'tried' && query.successOnly ? sql` AND status < 400` : sql``;
    return sql`CASE WHEN (${condition})${counts} THEN ${raw(String(2 ** index))} ELSE 0 END`;
  });
  return sql`CAST(${join(conditions, ' + ')} AS INTEGER)`;
}

/** The steps that attempts can begin with, as bits. */
function firstSteps(query: FunnelQuery): Sql {
  return raw(String(stagesOf(query)[0]!.reduce((mask, index) => mask + 2 ** index, 0)));
}
