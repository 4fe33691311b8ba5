import type { CustomersQuery } from '@apitrail/contract';

import { join, literal, raw, sql, type Sql } from '../../../engine/sql';
import type { HandlerContext } from '../../handler';
import { columnSql } from '../../shared/columns';
import { ERROR } from '../../shared/metrics';
import type { RowSource } from '../../shared/select';
import { VISIT_GAP_US } from '../experience-sql';
import { SLOW, besideUsual } from '../usual';
import { boundsTable, CONTINUED, ORDER } from './pages';

/** Columns of a row of a timeline, as the statement gives them. Times are microseconds. */
export const EVENT_COLUMNS = [
  'kind',
  'at_us',
  'end_us',
  'session',
  'service',
  'method',
  'route',
  'path',
  'status',
  'duration_ms',
  'usual_ms',
  'slow',
  'error_group',
  'error_owner',
  'error_type',
  'error_message',
  'trace_id',
  'requests',
  'errors',
  'step',
  'outcome',
] as const;
export type EventColumn = (typeof EVENT_COLUMNS)[number];

/** Types of the columns that a kind of row leaves empty. */
const TYPES: Readonly<Record<EventColumn, string>> = {
  ...{ kind: 'VARCHAR', at_us: 'BIGINT', end_us: 'BIGINT', session: 'VARCHAR', service: 'VARCHAR', method: 'VARCHAR' },
  ...{ route: 'VARCHAR', path: 'VARCHAR', status: 'INTEGER', duration_ms: 'DOUBLE', usual_ms: 'DOUBLE' },
  ...{ slow: 'BOOLEAN', error_group: 'VARCHAR', error_owner: 'VARCHAR', error_type: 'VARCHAR' },
  ...{ error_message: 'VARCHAR', trace_id: 'VARCHAR', requests: 'DOUBLE', errors: 'DOUBLE' },
  ...{ step: 'INTEGER', outcome: 'VARCHAR' },
};

/** What comes first of one moment: a session before its requests, a journey's step after the request that reached it. */
const RANKS = ['session', 'request', 'error', 'journey'];

/** What a request says, as it was recorded: what tells requests of one moment apart. */
const SAID = ['session', 'service', 'method', 'route', 'path', 'status', 'duration_ms', 'error_group'];
const SAID_OF_ERRORS = ['error_owner', 'error_type', 'error_message', 'trace_id'];

/** A number of 128 bits that stands for values, null unlike the empty text. */
const digestOf = (values: readonly Sql[]): Sql =>
  sql`md5_number(concat_ws(chr(31), ${join(values.map((value) => sql`coalesce(CAST(${value} AS VARCHAR), chr(30))`))}))`;

/** What the statement tells beside the columns of a row. */
export const PLACE_COLUMNS = ['kind_rank', 'part', 'digest', 'nth', 'place', 'older'] as const;
export type PlaceColumn = (typeof PLACE_COLUMNS)[number];

/** What a timeline is told from. */
export interface TimelineSql {
  /** The rows of the customer. */
  rows: RowSource;
  /** The table `usual` of the endpoints among them. */
  usual: Sql;
  /** Journey rows: `at_us`, `end_us`, `step`, `outcome`. */
  journeys: Sql | undefined;
}

/**
 * A page of the rows of a timeline beside how many there are: `total`, one count per kind, then the columns, and where each row is.
 * `place` counts rows in their order from 1; of a session that began on an older page, which has no row on this one, `older` says how
 * many of its requests are there. What a session is, the list counts alike (`visits`): requests without one belong to the session that
 * was going on or ended less than the gap before, or to what such requests belong to less than the gap before; others begin a visit.
 */
export function timelineStatement(query: CustomersQuery, context: HandlerContext, of: TimelineSql): Sql {
  const { relation, where } = besideUsual(of.rows);
  const us = context.dialect.epochUs(sql`time`);
  const gap = raw(String(VISIT_GAP_US));
  const row = (values: Partial<Record<EventColumn, Sql>>, order: { part?: Sql; digest: Sql; visit?: Sql }) =>
    join([
      ...EVENT_COLUMNS.map((name) => sql`CAST(${values[name] ?? sql`NULL`} AS ${raw(TYPES[name])}) AS ${raw(name)}`),
      sql`CAST(${order.part ?? sql`0`} AS INTEGER) AS part, ${order.digest} AS digest, CAST(${order.visit ?? sql`NULL`} AS BIGINT) AS visit`,
    ]);
  const asIs = (...names: EventColumn[]) => Object.fromEntries(names.map((name) => [name, raw(name)]));
  const kinds = query.kinds.map(literal);
  const newestFirst = query.direction === 'desc';
  const said = digestOf([...SAID, ...SAID_OF_ERRORS].map(raw));
  const placed = join(
    PLACE_COLUMNS.map((name) => sql`CAST(${raw(name)} AS ${raw(name === 'digest' ? 'VARCHAR' : 'DOUBLE')})`)
  );
  return sql`WITH ${of.usual}, mine AS (
  SELECT *, ${said} AS digest FROM (
    SELECT ${us} AS at_us, session, service, method, route, path, status, duration_ms, usual_ms, ${SLOW} AS slow, error_group, ${columnSql('error_owner')} AS error_owner, error_type, error_message, trace_id, coalesce(${ERROR}, FALSE) AS failed
    FROM ${relation} WHERE ${where}
  ) AS recorded
), spans AS (
  SELECT *, CASE WHEN session IS NULL THEN at_us ELSE max(at_us) OVER (PARTITION BY session) END AS until_us FROM mine
), placed AS (
  SELECT *, coalesce(at_us - max(until_us) OVER before > ${gap}, TRUE) AS alone, CASE WHEN at_us - max(until_us) FILTER (WHERE session IS NOT NULL) OVER before <= ${gap} THEN arg_max(session, until_us) FILTER (WHERE session IS NOT NULL) OVER before END AS beside, row_number() OVER in_order AS place
  FROM spans WINDOW in_order AS (ORDER BY at_us, session IS NULL), before AS (ORDER BY at_us, session IS NULL ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING)
), chained AS (
  SELECT *, CASE WHEN session IS NULL AND beside IS NULL THEN last_value(CASE WHEN session IS NOT NULL OR alone THEN place END IGNORE NULLS) OVER (ORDER BY place ROWS UNBOUNDED PRECEDING) END AS opened FROM placed
), numbered AS (
  SELECT chained.* REPLACE (coalesce(chained.session, beside, opener.session) AS session), CASE WHEN coalesce(chained.session, beside, opener.session) IS NULL THEN opened END AS visit
  FROM chained LEFT JOIN (SELECT place, session FROM placed) AS opener ON opened = opener.place
), told AS (
  SELECT ${row({ ...asIs('at_us', 'session', 'service', 'method', 'route', 'path', 'status', 'duration_ms', 'usual_ms', 'slow', 'error_group', 'error_type', 'error_message', 'trace_id'), error_owner: sql`CASE WHEN failed THEN error_owner END`, kind: sql`CASE WHEN failed THEN 'error' ELSE 'request' END`, end_us: sql`at_us + CAST(coalesce(duration_ms, 0) * 1000 AS BIGINT)` }, { digest: sql`digest`, visit: sql`visit` })} FROM numbered
  UNION ALL
  SELECT ${row({ kind: sql`'session'`, at_us: sql`min(at_us)`, end_us: sql`max(at_us + CAST(coalesce(duration_ms, 0) * 1000 AS BIGINT))`, session: sql`session`, requests: sql`count(*)`, errors: sql`count(*) FILTER (WHERE failed)` }, { digest: digestOf([raw('session')]), visit: sql`visit` })} FROM numbered GROUP BY session, visit
${
  of.journeys
    ? sql`  UNION ALL
  SELECT ${row({ kind: sql`'journey'`, ...asIs('at_us', 'end_us', 'step', 'outcome') }, { part: sql`2 * step + CAST(outcome NOT IN (${join(UNDER_WAY.map(literal))}) AS INTEGER)`, digest: digestOf([raw('outcome')]) })} FROM ${of.journeys} AS journeys`
    : sql``
}
), events AS (
  SELECT *, CASE kind ${join(
    RANKS.map((kind, rank) => sql`WHEN ${literal(kind)} THEN ${raw(String(rank))}`),
    ' '
  )} END AS kind_rank FROM told
), summary AS (
  SELECT count(*) FILTER (WHERE kind IN (${join(kinds)})) AS total, ${join(RANKS.map((kind) => sql`count(*) FILTER (WHERE kind = ${literal(kind)}) AS ${raw(`${kind}_rows`)}`))} FROM events
), ranked AS (
  SELECT *, row_number() OVER in_order AS place, row_number() OVER in_order - rank() OVER in_order + 1 AS nth FROM events WHERE kind IN (${join(kinds)}) WINDOW in_order AS (ORDER BY ${ORDER})
), ${boundsTable(query)}, ${CONTINUED}, page AS (
  SELECT ranked.*, NULL AS older FROM ranked CROSS JOIN bounds WHERE place > low AND place <= high
  UNION ALL
  SELECT * FROM continued
)
SELECT CAST(total AS DOUBLE), ${join(RANKS.map((kind) => sql`CAST(${raw(`${kind}_rows`)} AS DOUBLE)`))}, ${join(EVENT_COLUMNS.map((name) => (name === 'at_us' || name === 'end_us' ? sql`CAST(${raw(name)} AS DOUBLE)` : raw(name))))}, ${placed}
FROM summary LEFT JOIN page ON TRUE ORDER BY place ${raw(newestFirst ? 'DESC' : 'ASC')} NULLS LAST`;
}

/** Outcomes after which a journey goes on, or has converted at its last step: the others say how it ended after a step. */
const UNDER_WAY = ['entered', 'reached', 'converted'];

/** What became of attempts at a journey, a row per step reached and one for how it ended, of the rows `journeysOf` keeps. */
export function journeyRows(relation: Sql, steps: number): Sql {
  const last = raw(String(steps));
  return sql`(
  SELECT at_us, NULL AS end_us, step, CASE WHEN step = 1 THEN 'entered' WHEN converted = 1 AND step = ${last} THEN 'converted' ELSE 'reached' END AS outcome FROM (
    SELECT unnest(at_us) AS at_us, generate_subscripts(at_us, 1) AS step, converted FROM ${relation} AS attempts
  ) AS reached_steps WHERE at_us IS NOT NULL
  UNION ALL
  SELECT coalesce(failed_us, reached_us), NULL, reached, CASE WHEN abandoned = 1 THEN 'abandoned' ELSE ended END FROM ${relation} AS attempts WHERE converted = 0
)`;
}
