import type { FunnelQuery } from '@apitrail/contract';

import { identifier, sql, type Sql } from '../../engine/sql';
import type { TimeRange } from '../../lake/dataset';
import type { HandlerContext } from '../handler';
import type { RowSource } from '../shared/select';

/** Rows with the unit each belongs to. */
export interface UnitRows {
  rows: RowSource;
  /** The unit of a row, null where it has none. */
  unit: Sql;
  /** Common table expressions that the rows are made with. */
  tables?: Sql;
  /**
   * A SELECT of one row over the rows of the query's range, after its filters: `without_unit`, how many have no unit, and
   * `requests`, how many there are.
   */
  counted: Sql;
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
  if (query.unit === 'customer' && query.identity === 'session') {
    const inSessions = await context.run(
      sql`SELECT 1 FROM ${rows.relation} WHERE ${rows.where} AND customer IS NULL AND session IS NOT NULL LIMIT 1`
    );
    if (inSessions.rowCount > 0) {
      return customersOfSessions(query, context, rows, reach);
    }
  }
  const unit = identifier(query.unit);
  const own = context.rows(query.filters);
  return {
    rows,
    unit,
    counted: sql`SELECT CAST(count(*) - count(${unit}) AS DOUBLE) AS without_unit, CAST(count(*) AS DOUBLE) AS requests FROM ${own.relation} WHERE ${own.where}`,
  };
}

/** Every session is looked at once: it tells whose its requests are, and how many are nobody's. */
function customersOfSessions(query: FunnelQuery, context: HandlerContext, rows: RowSource, reach: TimeRange): UnitRows {
  const { range } = context;
  const everything = context.rows([], {
    from: range.from - SESSION_REACH_MS,
    to: Math.max(reach.to ?? range.to, range.to + SESSION_REACH_MS),
  });
  const own = context.rows(query.filters).where;
  return {
    rows: {
      ...rows,
      relation: sql`${rows.relation} LEFT JOIN owners ON CASE WHEN customer IS NULL THEN session END = owned_session`,
    },
    unit: sql`coalesce(customer, session_customer)`,
    tables: sql`sessions AS (
  SELECT session, min(customer) AS least, max(customer) AS most, count(*) FILTER (WHERE ${own}) AS requests, count(*) FILTER (WHERE ${own} AND customer IS NULL) AS anonymous
  FROM ${everything.relation}
  WHERE ${everything.where}
  GROUP BY session
), owners AS (
  SELECT session AS owned_session, least AS session_customer FROM sessions WHERE session IS NOT NULL AND least = most
)`,
    counted: sql`SELECT CAST(coalesce(sum(anonymous) FILTER (WHERE session IS NULL OR (least = most) IS NOT TRUE), 0) AS DOUBLE) AS without_unit, CAST(coalesce(sum(requests), 0) AS DOUBLE) AS requests FROM sessions`,
  };
}
