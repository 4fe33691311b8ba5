import type { CustomerMetric, CustomerOrder, CustomersQuery } from '@apitrail/contract';

import { join, param, raw, sql, type Sql } from '../../engine/sql';
import type { HandlerContext } from '../handler';
import { measureOf } from '../shared/metrics';
import { selectMeasures } from '../shared/select';
import { withTables, type ExperienceSql } from './experience-sql';
import type { Population } from './health';
import { scoredTables } from './scored';
import { isCustomer, pageOf, withoutUnitTable, type CustomerSource } from './source';

/** A customer of a list, as the engine gave it. Times are milliseconds since the epoch. */
export interface CustomerRow {
  unit: string;
  account: string | null;
  health: number;
  failures_part: number;
  slowness_part: number;
  abandoned_part: number;
  recency_part: number;
  requests: number;
  sessions: number;
  errors: number;
  error_rate: number | null;
  apdex: number | null;
  abandoned: number;
  first_seen: number;
  last_seen: number;
  /** Only where customers are ordered by it. */
  p95: number | null;
}

/** A page of customers, and what is to be said of all. */
export interface CustomerPage {
  rows: CustomerRow[];
  /** How many there are, of whom this is a page. */
  total: number;
  /** Of all customers, whoever was asked for. */
  customers: number;
  atRisk: number;
  meanHealth: number | null;
  population: Population;
  /** Share of rows that have no unit. */
  withoutUnit: number;
}

/** What each column of `CustomerRow` is of `scored`. */
const VALUES: Readonly<Record<keyof CustomerRow, string>> = {
  unit: 'unit',
  account: 'account',
  health: 'health',
  failures_part: 'failures_part',
  slowness_part: 'slowness_part',
  abandoned_part: 'abandoned_part',
  recency_part: 'recency_part',
  requests: 'requests',
  sessions: 'visits',
  errors: 'errors',
  error_rate: 'errors / nullif(requests, 0)',
  apdex: '(satisfied + tolerating / 2) / nullif(durations, 0)',
  abandoned: 'abandoned',
  first_seen: 'first_us / 1000',
  last_seen: 'last_us / 1000',
  p95: 'p95',
};
const COLUMNS = Object.keys(VALUES) as Array<keyof CustomerRow>;

/** What is worst when it is least; of all others most comes first. */
const LEAST_FIRST: ReadonlySet<CustomerOrder> = new Set(['health', 'apdex']);

export interface ListRequest {
  orderBy: Exclude<CustomerOrder, 'priority'>;
  direction?: 'asc' | 'desc' | undefined;
  /** Only these, as they are stored; in the place of the customer that the query asks for. */
  only?: readonly string[];
}

/** Customers in order, a page of them. */
export async function listCustomers(
  query: CustomersQuery,
  source: CustomerSource,
  context: HandlerContext,
  { orderBy, direction, only }: ListRequest
): Promise<CustomerPage> {
  const { experience } = source;
  const withP95 = orderBy === 'p95';
  const wanted = only
    ? context.dialect.oneOf(sql`unit`, only.length > 0 ? only : [''])
    : query.customer === ''
      ? sql`TRUE`
      : isCustomer(query, context, sql`unit`);
  const value = (name: keyof CustomerRow): Sql =>
    (name === 'p95' && !withP95) || (name === 'account' && !experience.withAccount) ? sql`NULL` : raw(VALUES[name]);
  const descending = direction ? direction === 'desc' : !LEAST_FIRST.has(orderBy);
  const order = sql`${value(orderBy)} ${raw(descending ? 'DESC' : 'ASC')} NULLS LAST, requests DESC, unit`;
  const page = only ? sql`` : pageOf(query);
  const tables = [
    ...scoredTables(experience),
    ...(withP95 ? [sql`percentiles AS (${percentiles(experience)})`] : []),
    sql`page AS (
  SELECT ${join(COLUMNS.map((name) => sql`${value(name)} AS shown_${raw(name)}`))}, row_number() OVER (ORDER BY ${order}) AS place
  FROM scored${withP95 ? sql` LEFT JOIN percentiles ON unit = percentile_unit` : sql``} WHERE ${wanted} ORDER BY place ${page}
)`,
    sql`summary AS (
  SELECT count(*) FILTER (WHERE ${wanted}) AS total, count(*) AS customers, count(*) FILTER (WHERE health < ${param('double', query.threshold)}) AS at_risk, avg(health) AS mean_health FROM scored
)`,
    withoutUnitTable(source),
  ];
  const table =
    await context.run(sql`${withTables(tables)}SELECT without_unit, CAST(total AS DOUBLE), CAST(customers AS DOUBLE), CAST(at_risk AS DOUBLE), mean_health, usual_failures, usual_abandoned, usual_rhythm / 1000, place IS NOT NULL, ${join(COLUMNS.map((name) => raw(`shown_${name}`)))}
FROM summary CROSS JOIN population CROSS JOIN uncounted LEFT JOIN page ON TRUE ORDER BY place`);
  const [withoutUnit, total, customers, atRisk, meanHealth, failures, abandoned, rhythm, there, ...columns] =
    table.values;
  const rows = there!.flatMap((shown, row) =>
    shown === true
      ? [Object.fromEntries(COLUMNS.map((name, index) => [name, columns[index]![row]])) as unknown as CustomerRow]
      : []
  );
  return {
    rows,
    withoutUnit: Number(withoutUnit![0]),
    total: Number(total![0]),
    customers: Number(customers![0]),
    atRisk: Number(atRisk![0]),
    meanHealth: (meanHealth![0] as number | null) ?? null,
    population: {
      failures: Number(failures![0]),
      abandoned: Number(abandoned![0]),
      rhythm: (rhythm![0] as number | null) ?? null,
    },
  };
}

/** The 95th percentile of each customer's durations: `percentile_unit`, `p95`. */
export function percentiles({ rows, unit, weighted, dialect, only }: ExperienceSql): Sql {
  const among = only === undefined ? sql`${unit} IS NOT NULL` : dialect.oneOf(unit, only.length > 0 ? only : ['']);
  return selectMeasures({
    rows: { ...rows, where: sql`${rows.where} AND ${among}` },
    by: [{ name: 'percentile_unit', sql: unit }],
    measures: [measureOf('p95')],
    weighted,
    dialect,
  });
}

/** The number of a customer that `numeric` answers with. */
export function numberOf(row: CustomerRow, metric: CustomerMetric): number | null {
  return (row as unknown as Record<string, number | null>)[metric] ?? null;
}
