import type { Filter, FunnelQuery } from '@apitrail/contract';

import type { Dialect } from '../../../engine/dialect';
import { identifier, join, literal, raw, sql, type Sql } from '../../../engine/sql';
import { keyAsText } from '../../shared/keys';
import { columnSql } from '../../shared/columns';
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
 * A SELECT of the requests in gaps that were passed or are over, as far as they say something: `gap`, `kind` and `slow` (the kinds that it is: at most one of
 * `slow` and `givenUp` beside at most one of the others), `gone` (whether the client gave up), `route_number`, `at_us`, and, of what failed or was given up,
 * `status`, `error_type`, `error_group` and `error_owner`. One look at the requests of the units. `routes` has the routes they are to.
 */
export function happeningsOf(query: FunnelQuery, run: FunnelRun, gaps: Sql, routes: Sql): Sql {
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
    sql`${gaveUp(dialect)} AS gone`,
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
  const kind = sql`CASE WHEN NOT ${later} THEN ${raw(String(KINDS.own))}
      WHEN failed AND ${tries} AND matched & open_steps = 0 THEN ${raw(String(KINDS.failed))}
      WHEN failed THEN ${raw(String(KINDS.failedElsewhere))}
      WHEN NOT gone AND NOT ${tries} THEN ${raw(String(KINDS.went))} END`;
  const slow = sql`CASE WHEN ${later} AND ${tries} AND (gone OR ${tooSlow}) THEN ${raw(String(KINDS.givenUp))} WHEN duration_ms > slow_ms OR (gone AND ${later}) THEN ${raw(String(KINDS.slow))} END`;
  const failure = sql`kind >= ${raw(String(KINDS.failedElsewhere))}`;
  const moment = dialect.epochUs(sql`time`);
  // What is held constant is told by the entry, which may come before the gap.
  const since = held.length > 0 ? sql`entry_us` : sql`from_us`;
  const sameRoute = ['service', 'method', 'route']
    .map(identifier)
    .map((key) => sql`routes.${key} IS NOT DISTINCT FROM requests.${key}`);
  return sql`WITH ${tables ? sql`${tables}, ` : sql``}gaps AS (
  SELECT gap, unit AS gap_unit, segment AS gap_segment, fate, entry_us, from_us, until_us, before_steps, step_steps, open_steps
  FROM ${gaps} WHERE fate IN ('converted', 'stopped')
), requests AS (
  SELECT gap, fate, entry_us, from_us, until_us, before_steps, step_steps, open_steps, ${moment} AS at_us, ${join(columns)}
  FROM ${rows.relation} JOIN gaps ON ${unit} = gap_unit AND ${moment} >= ${since} AND ${moment} <= until_us${apart ? sql` AND ${keyAsText(query.breakdown!, dialect)} IS NOT DISTINCT FROM gap_segment` : sql``}
  WHERE ${rows.where}
)${held.length > 0 ? entries : sql``}, met AS (
  SELECT requests.gap, CAST(${kind} AS TINYINT) AS kind, CAST(${slow} AS TINYINT) AS slow, gone, route_number, at_us, status, error_type, error_group, owner
  FROM requests JOIN ${routes} AS routes ON ${join(sameRoute, ' AND ')}
  ${held.length > 0 ? sql`LEFT JOIN entries ON entries.gap = requests.gap` : sql``}
  WHERE at_us >= from_us AND ${sooner}
)
SELECT gap, kind, slow, gone, route_number, at_us, CASE WHEN ${failure} OR gone THEN status END AS status, CASE WHEN ${failure} OR gone THEN error_type END AS error_type,
  CASE WHEN ${failure} THEN error_group END AS error_group, CASE WHEN ${failure} THEN owner END AS error_owner
FROM met WHERE kind IS NOT NULL OR slow IS NOT NULL`;
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
