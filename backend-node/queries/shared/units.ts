import { ApitrailError, parseKey, type ColumnType, type Filter } from '@apitrail/contract';

import { raw, sql, type Sql } from '../../engine/sql';
import type { TimeRange } from '../../lake/dataset';
import type { HandlerContext } from '../handler';
import { keyAsText } from './keys';
import type { RowSource } from './select';

/** What says whose a request is: the part of a query that funnels, paths, retention and cohorts share. */
export interface UnitQuery {
  /** `customer`, `account`, `session`, or any key of the record. */
  unit: string;
  /** Of customers: `session` gives the requests of a session with exactly one customer to that customer. */
  identity: 'session' | 'strict';
  filters: readonly Filter[];
}

/** Rows with the unit each belongs to. */
export interface UnitRows {
  /** The rows of the reach after the query's filters. What `tables` makes may be part of the relation. */
  rows: RowSource;
  /** The unit of a row, VARCHAR, null where it has none. */
  unit: Sql;
  /** Common table expressions that the rows are made with: `unit_sessions` and `unit_owners`. */
  tables?: Sql;
  /**
   * A SELECT of one row over the rows of the query's range, after its filters: `without_unit`, how many have no unit, and
   * `requests`, how many there are.
   */
  counted: Sql;
}

/** How long before what is read a session may have begun for its customer to be known: a day, milliseconds. */
const SESSION_REACH_MS = 86_400_000;

/**
 * Whose each request is. With `identity: session` requests without a customer belong to the customer of their session,
 * when the session has exactly one from a day before what is read to the end of it, and a day at least after the range,
 * whatever the filters leave of it. Throws an ApitrailError for a key that is nobody.
 */
export async function unitRows(query: UnitQuery, context: HandlerContext, reach: TimeRange): Promise<UnitRows> {
  checkUnit(query.unit);
  const rows = context.rows(query.filters, reach);
  if (query.unit === 'customer' && query.identity === 'session') {
    const inSessions = await context.run(
      sql`SELECT 1 FROM ${rows.relation} WHERE ${rows.where} AND customer IS NULL AND session IS NOT NULL LIMIT 1`
    );
    if (inSessions.rowCount > 0) {
      return customersOfSessions(query, context, rows, reach);
    }
  }
  const unit = keyAsText(query.unit, context.dialect);
  return { rows, unit, counted: rowsWithout(query, unit, context) };
}

/** What a column of such a type holds, that is nobody. */
const NOBODY: Partial<Record<ColumnType, string>> = {
  timestamp: 'a time',
  date: 'a time',
  double: 'a measure',
  long: 'a measure',
};

function checkUnit(unit: string): void {
  const key = parseKey(unit);
  const what = key?.kind === 'column' ? NOBODY[key.column.type] : undefined;
  if (what !== undefined) {
    throw new ApitrailError(
      'APITRAIL_BAD_VALUE',
      `unit: ${unit} is ${what}, and nobody. Choose who makes the requests: customer, account, session, or another key that tells, such as attributes.<name>.`,
      { where: 'unit' }
    );
  }
}

/** How many rows have no unit: of whole files their statistics say it, where no filter chooses among the rows. */
function rowsWithout({ unit: key, filters }: UnitQuery, unit: Sql, context: HandlerContext): Sql {
  const known = filters.length === 0 ? context.countedNulls(key) : { rows: 0, nulls: 0, rest: context.rows(filters) };
  const [nulls, rows] = [raw(String(known.nulls)), raw(String(known.rows))];
  const { rest } = known;
  return rest
    ? sql`SELECT CAST(count(*) - count(${unit}) + ${nulls} AS DOUBLE) AS without_unit, CAST(count(*) + ${rows} AS DOUBLE) AS requests FROM ${rest.relation} WHERE ${rest.where}`
    : sql`SELECT CAST(${nulls} AS DOUBLE) AS without_unit, CAST(${rows} AS DOUBLE) AS requests`;
}

/** Every session is looked at once: it tells whose its requests are, and how many are nobody's. */
function customersOfSessions(query: UnitQuery, context: HandlerContext, rows: RowSource, reach: TimeRange): UnitRows {
  const { range } = context;
  const everything = context.rows([], {
    ...(reach.from === undefined ? {} : { from: Math.min(reach.from, range.from) - SESSION_REACH_MS }),
    to: Math.max(reach.to ?? range.to, range.to + SESSION_REACH_MS),
  });
  const own = context.rows(query.filters).where;
  return {
    rows: {
      ...rows,
      relation: sql`${rows.relation} LEFT JOIN unit_owners ON CASE WHEN customer IS NULL THEN session END = owned_session`,
    },
    unit: sql`coalesce(customer, session_customer)`,
    tables: sql`unit_sessions AS (
  SELECT session, min(customer) AS least, max(customer) AS most, count(*) FILTER (WHERE ${own}) AS requests, count(*) FILTER (WHERE ${own} AND customer IS NULL) AS anonymous
  FROM ${everything.relation}
  WHERE ${everything.where}
  GROUP BY session
), unit_owners AS (
  SELECT session AS owned_session, least AS session_customer FROM unit_sessions WHERE session IS NOT NULL AND least = most
)`,
    counted: sql`SELECT CAST(coalesce(sum(anonymous) FILTER (WHERE session IS NULL OR (least = most) IS NOT TRUE), 0) AS DOUBLE) AS without_unit, CAST(coalesce(sum(requests), 0) AS DOUBLE) AS requests FROM unit_sessions`,
  };
}

/** Share of the rows in the query's range, after its filters, that have no unit. 0 to 1. */
export async function shareWithoutUnit(units: UnitRows, context: HandlerContext): Promise<number> {
  const { tables } = units;
  const table = await context.run(tables ? sql`WITH ${tables} ${shareSql(units)}` : shareSql(units));
  return table.values[0]![0] as number;
}

/** The same as a SELECT of one row, `without_unit`, for a statement that has the tables of the rows anyway. */
export function shareSql({ counted }: UnitRows): Sql {
  return sql`SELECT coalesce(without_unit / nullif(requests, 0), 0) AS without_unit FROM (${counted}) AS counted`;
}
