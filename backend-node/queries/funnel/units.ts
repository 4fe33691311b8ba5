import type { FunnelQuery } from '@apitrail/contract';

import { identifier, param, sql, type Sql } from '../../engine/sql';
import type { TimeRange } from '../../lake/dataset';
import type { HandlerContext } from '../handler';
import type { RowSource } from '../shared/select';

/** Rows with the unit each belongs to. */
export interface UnitRows {
  rows: RowSource;
  /** The unit of a row, null where it has none. */
  unit: Sql;
  /** Share of the rows in the query's range, after its filters, that have no unit. 0 to 1. */
  withoutUnit: number;
}

/** How long before the range a session may have begun for its customer to be known: a day, milliseconds. */
const SESSION_REACH_MS = 86_400_000;

/**
 * Whose each request is. With `identity: session` requests without a customer belong to the customer of their session,
 * when the session has exactly one from a day before the range to the end of what is read, and a day at least after the
 * range, whatever the filters leave of it.
 */
export async function unitRows(query: FunnelQuery, context: HandlerContext, reach: TimeRange): Promise<UnitRows> {
  const rows = context.rows(query.filters, reach);
  const own = identifier(query.unit);
  const plain = await counted(context, rows, own);
  if (query.unit !== 'customer' || query.identity !== 'session' || plain.missing === 0) {
    return { rows, unit: own, withoutUnit: plain.withoutUnit };
  }
  const inSessions = await context.run(
    sql`SELECT 1 FROM ${rows.relation} WHERE ${rows.where} AND customer IS NULL AND session IS NOT NULL LIMIT 1`
  );
  if (inSessions.rowCount === 0) {
    return { rows, unit: own, withoutUnit: plain.withoutUnit };
  }
  const resolved = withSessions(context, rows, reach);
  const { withoutUnit } = await counted(context, resolved.rows, resolved.unit);
  return { ...resolved, withoutUnit };
}

/** How many rows that are read have no unit, and the share of those of the query's range. */
async function counted(context: HandlerContext, rows: RowSource, unit: Sql) {
  const inRange = sql`FILTER (WHERE time < ${param('timestamptz_us', context.range.to * 1000)})`;
  const table =
    await context.run(sql`SELECT CAST(count(*) - count(${unit}) AS DOUBLE) AS missing, CAST(count(*) ${inRange} AS DOUBLE) AS requests, CAST(count(${unit}) ${inRange} AS DOUBLE) AS with_unit
FROM ${rows.relation}
WHERE ${rows.where}`);
  const [missing, requests, withUnit] = table.values.map((column) => Number(column[0])) as [number, number, number];
  return { missing, withoutUnit: share(requests - withUnit, requests) };
}

function share(part: number, whole: number): number {
  return whole > 0 ? part / whole : 0;
}

function withSessions(context: HandlerContext, rows: RowSource, reach: TimeRange): { rows: RowSource; unit: Sql } {
  const { range } = context;
  const everything = context.rows([], {
    from: range.from - SESSION_REACH_MS,
    to: Math.max(reach.to ?? range.to, range.to + SESSION_REACH_MS),
  });
  const read = context.rows([], reach);
  const needed = sql`SELECT session FROM ${read.relation} WHERE ${read.where} AND customer IS NULL AND session IS NOT NULL`;
  const owners = sql`SELECT session AS owned_session, min(customer) AS session_customer
FROM ${everything.relation}
WHERE ${everything.where} AND customer IS NOT NULL AND session IN (${needed})
GROUP BY session
HAVING min(customer) = max(customer)`;
  return {
    rows: {
      ...rows,
      relation: sql`${rows.relation} LEFT JOIN (${owners}) AS owners ON CASE WHEN customer IS NULL THEN session END = owned_session`,
    },
    unit: sql`coalesce(customer, session_customer)`,
  };
}
