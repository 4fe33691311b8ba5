import type { DataFrameJSON } from '@apitrail/contract';

import type { Value } from '../harness/same-answer';
import { routeOf } from '../lake/requests-sql';
import { HOUR_US, rowsOf, type QueryCase, type RawContext } from './case';

const FIELDS = ['step', 'units', 'dropped', 'pending', 'median_ms', 'p90_ms'];

/** A row per step, and one for the share of rows without a unit. */
function answer([frame]: readonly DataFrameJSON[]): Value[][] {
  const marker = frame!.schema.meta?.custom?.apitrail as { rowsWithoutUnit: number };
  return [...rowsOf(frame, FIELDS), [0, marker.rowsWithoutUnit, 0, 0, null, null]];
}

function query(count: number, more: Record<string, unknown>) {
  const steps = Array.from({ length: count }, (_, r) => ({
    name: `Step ${r + 1}`,
    filters: [{ key: 'route', operator: '=', value: routeOf(r).route }],
  }));
  return { queryType: 'funnel', steps, window: '1h', ...more };
}

/**
 * First entry, then each step's earliest request after the step before, within the window. What happens outside the
 * window of the one entry a unit has is dropped as soon as that is known, which leaves little to follow.
 */
function steps({ newestUs }: RawContext, count: number, { events, rows }: { events: string; rows: string }): string {
  const reached = Array.from(
    { length: count - 1 },
    (_, index) => `, reached_${index + 2} AS MATERIALIZED (
  SELECT unit, any_value(entry) AS entry, min(f.moment) AS moment, any_value(r.moment) AS before
  FROM followed AS f JOIN reached_${index + 1} AS r USING (unit, entry) WHERE step = ${index + 2} AND f.moment >= r.moment GROUP BY unit
)`
  );
  const totals = Array.from({ length: count }, (_, index) => {
    const times =
      index === 0
        ? 'NULL, NULL'
        : `quantile_cont((moment - before) / 1000, 0.5), quantile_cont((moment - before) / 1000, 0.9)`;
    return `SELECT ${index + 1} AS step, count(*) AS units, count(*) FILTER (WHERE entry + ${HOUR_US} > ${newestUs}) AS open, ${times} FROM reached_${index + 1}`;
  });
  return `WITH ${events}, reached_1 AS MATERIALIZED (
  SELECT unit, min(moment) AS entry, min(moment) AS moment FROM events WHERE step = 1 GROUP BY unit
), followed AS MATERIALIZED (
  SELECT events.* , entry FROM events JOIN reached_1 USING (unit) WHERE step > 1 AND events.moment BETWEEN entry AND entry + ${HOUR_US}
)${reached.join('')}, totals(step, units, open, median, p90) AS (${totals.join('\nUNION ALL\n')})
SELECT step, units::DOUBLE, coalesce(lag(units) OVER steps - units - (lag(open) OVER steps - open), 0)::DOUBLE,
  coalesce(lag(open) OVER steps - open, 0)::DOUBLE, median, p90 FROM totals WINDOW steps AS (ORDER BY step)
UNION ALL SELECT 0, (${rows}), 0, 0, NULL, NULL`;
}

function stepOf(count: number): string {
  const whens = Array.from({ length: count }, (_, r) => `WHEN route = '${routeOf(r).route}' THEN ${r + 1}`);
  return `CASE ${whens.join(' ')} END`;
}

function routes(count: number): string {
  return `route IN (${Array.from({ length: count }, (_, r) => `'${routeOf(r).route}'`).join(', ')}) AND status < 400`;
}

/** Units that stand in a column of the row. */
function own(context: RawContext, count: number, unit: string): string {
  const { requests, inRange } = context;
  return steps(context, count, {
    events: `events AS MATERIALIZED (
  SELECT ${unit} AS unit, epoch_us(time) AS moment, ${stepOf(count)} AS step FROM ${requests}
  WHERE ${inRange} AND ${routes(count)} AND ${unit} IS NOT NULL
)`,
    rows: `SELECT 1 - count(${unit}) / count(*) FROM ${requests} WHERE ${inRange}`,
  });
}

/** Requests without a customer are their session's, when that has exactly one. */
function ofSessions(context: RawContext, count: number): string {
  const { requests, inRange } = context;
  return steps(context, count, {
    events: `sessions AS MATERIALIZED (
  SELECT session, min(customer) AS least, max(customer) AS most, count(*) FILTER (WHERE customer IS NULL) AS without, count(*) AS requests
  FROM ${requests} WHERE ${inRange} GROUP BY session
), events AS MATERIALIZED (
  SELECT coalesce(customer, CASE WHEN least = most THEN least END) AS unit, moment, step FROM (
    SELECT customer, CASE WHEN customer IS NULL THEN session END AS session, epoch_us(time) AS moment, ${stepOf(count)} AS step FROM ${requests}
    WHERE ${inRange} AND ${routes(count)}
  ) LEFT JOIN sessions USING (session) WHERE unit IS NOT NULL
)`,
    rows: `SELECT coalesce(sum(without) FILTER (WHERE least IS DISTINCT FROM most OR least IS NULL), 0) / sum(requests) FROM sessions`,
  });
}

export const FUNNEL: QueryCase[] = [
  {
    name: 'funnel: 3 steps, customers as they stand',
    query: query(3, { identity: 'strict' }),
    raw: (context) => own(context, 3, 'customer'),
    answer,
    keys: 1,
  },
  {
    name: 'funnel: 5 steps, customers as they stand',
    query: query(5, { identity: 'strict' }),
    raw: (context) => own(context, 5, 'customer'),
    answer,
    keys: 1,
  },
  {
    name: 'funnel: 5 steps, sessions',
    query: query(5, { unit: 'session' }),
    raw: (context) => own(context, 5, 'session'),
    answer,
    keys: 1,
  },
  {
    name: 'funnel: 5 steps, customers through sessions',
    query: query(5, {}),
    raw: (context) => ofSessions(context, 5),
    answer,
    keys: 1,
  },
];
