import type { CustomersQuery, Field, FieldConfig, Frame } from '@apitrail/contract';

import { join, param, raw, sql, type Sql } from '../../engine/sql';
import type { HandlerContext } from '../handler';
import type { Buckets } from '../shared/interval';
import { DAY_MS } from '../shared/timezone';
import { POPULATION, knownPopulation, populationOf } from './health-sql';
import type { Population } from './health';
import { withTables } from './experience-sql';
import { METRIC_FIELDS, partFields } from './fields';
import { percentiles } from './list';
import { isCustomer, withoutUnitTable, type CustomerSource } from './source';
import { cellTables, scoredCells } from './trend-sql';

/** What customers were like in each bucket; null where nobody came. */
interface TrendColumns {
  health: Array<number | null>;
  failures_part: Array<number | null>;
  slowness_part: Array<number | null>;
  abandoned_part: Array<number | null>;
  requests: number[];
  errors: number[];
  customers: number[];
  at_risk: number[];
}

const NULLABLE = ['health', 'failures_part', 'slowness_part', 'abandoned_part'] as const;
const COUNTS = ['requests', 'errors', 'customers', 'at_risk'] as const;

/** Health over time, of one customer or the mean of all that came; what the requests of each bucket alone give. */
export async function readTrend(
  query: CustomersQuery,
  source: CustomerSource,
  context: HandlerContext,
  buckets: Buckets
): Promise<{ columns: TrendColumns; population: Population; withoutUnit: number }> {
  const cellOf = (us: Parameters<Buckets['cell']>[0]) => buckets.cell(context.shift?.moveUs(us) ?? us);
  const tables = [
    ...cellTables(source.experience, cellOf),
    sql`population AS (${populationOf('cells', undefined)})`,
    scoredCells(POPULATION, sql`cells, population`),
    withoutUnitTable(source),
  ];
  const wanted = query.customer === '' ? sql`TRUE` : isCustomer(query, context, sql`unit`);
  const table =
    await context.run(sql`${withTables(tables)}SELECT cell, avg(health), avg(failures_part), avg(slowness_part), avg(abandoned_part), sum(requests), sum(errors), CAST(count(*) AS DOUBLE), CAST(count(*) FILTER (WHERE health < ${param('double', query.threshold)}) AS DOUBLE), any_value(usual_failures), any_value(usual_abandoned), NULL
FROM scored_cells WHERE ${wanted} GROUP BY 1
UNION ALL
SELECT NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, without_unit FROM uncounted`);
  const [cells, ...values] = table.values;
  const empty = <T>(value: T) => new Array<T>(buckets.starts.length).fill(value);
  const columns = Object.fromEntries([
    ...NULLABLE.map((name) => [name, empty<number | null>(null)]),
    ...COUNTS.map((name) => [name, empty(0)]),
  ]) as unknown as TrendColumns;
  cells!.forEach((cell, row) => {
    const bucket = cell == null ? Infinity : buckets.locate(cell);
    if (bucket < buckets.starts.length) {
      [...NULLABLE, ...COUNTS].forEach((name, index) => (columns[name][bucket] = Number(values[index]![row])));
    }
  });
  const [failures, abandoned, withoutUnit] = values
    .slice(-3)
    .map((one) => Number(one.find((value) => value != null) ?? 0));
  return {
    columns,
    population: { failures: failures!, abandoned: abandoned!, rhythm: null },
    withoutUnit: withoutUnit!,
  };
}

/** What a list has of each customer of its page beside what it is ordered by. */
export interface PageDetails {
  /** The 95th percentile of durations. */
  p95: number | null;
  /** Health per bucket, null where one did not come. */
  trend: Array<number | null>;
}

/** Percentiles and trends of some customers, whose rows are picked in one scan. */
export async function detailsOf(
  { experience, units, usual }: CustomerSource,
  context: HandlerContext,
  buckets: Buckets,
  population: Population,
  only: readonly string[]
): Promise<Map<string, PageDetails>> {
  const details = new Map(
    only.map((unit): [string, PageDetails] => [
      unit,
      { p95: null, trend: new Array<number | null>(buckets.starts.length).fill(null) },
    ])
  );
  if (only.length === 0) {
    return details;
  }
  const { rows, unit } = experience;
  const mine = { ...experience, rows: { relation: sql`mine`, where: sql`TRUE` }, unit: sql`mine_unit`, tables: [] };
  const all = [
    ...(units.tables ? [ownersOf(only, context)] : []),
    usual,
    sql`mine AS MATERIALIZED (
  SELECT ${NAMED_COLUMNS}, ${unit} AS mine_unit FROM ${rows.relation} WHERE ${rows.where} AND ${isAmong(unit, only)}
)`,
    ...cellTables(mine, (us) => buckets.cell(context.shift?.moveUs(us) ?? us)),
    scoredCells(knownPopulation(population), raw('cells')),
    sql`percentiles AS (${percentiles(mine)})`,
  ];
  const table = await context.run(
    sql`${withTables(all)}SELECT unit, cell, health FROM scored_cells UNION ALL SELECT percentile_unit, NULL, p95 FROM percentiles`
  );
  const [names, cells, values] = table.values as [string[], unknown[], Array<number | null>];
  names.forEach((name, row) => {
    const own = details.get(name);
    const value = values[row] ?? null;
    if (own && cells[row] == null) {
      own.p95 = value;
    } else if (own) {
      const bucket = buckets.locate(cells[row]);
      if (bucket < own.trend.length) {
        own.trend[bucket] = value;
      }
    }
  });
  return details;
}

/** As `unitRows` has it of everybody: the sessions that are one customer's alone, of some customers. */
function ownersOf(only: readonly string[], context: HandlerContext): Sql {
  const { range } = context;
  const around = context.rows([], { from: range.from - DAY_MS, to: range.to + DAY_MS });
  return sql`unit_owners AS (
  SELECT session AS owned_session, min(customer) AS session_customer FROM ${around.relation}
  WHERE ${around.where} AND session IN (SELECT session FROM ${around.relation} WHERE ${around.where} AND ${isAmong(sql`customer`, only)} AND session IS NOT NULL)
  GROUP BY session HAVING min(customer) = max(customer)
)`;
}

/** One of many: a join, which looks each up once, where a list is gone through for every row. */
function isAmong(value: Sql, names: readonly string[]): Sql {
  return sql`${value} IN (SELECT unnest(${param('varchar[]', names)}))`;
}

/** What of the record experience is told from. */
const NAMED_COLUMNS = join(
  [
    ...['time', 'duration_ms', 'service', 'method', 'route', 'status', 'error_type', 'error_owner'],
    ...['account', 'session', 'weight'],
  ].map((name) => raw(name))
);

/** A row per bucket. */
export function trendTable(query: CustomersQuery, buckets: Buckets, columns: TrendColumns): Frame {
  const one = query.customer !== '';
  const number = (name: keyof TrendColumns & keyof typeof METRIC_FIELDS): Field => ({
    name,
    type: 'number',
    values: columns[name],
    config: METRIC_FIELDS[name] as FieldConfig,
  });
  return {
    meta: { type: 'table', preferredVisualisationType: 'table' },
    fields: [
      timeField(buckets),
      number('health'),
      ...partFields(columns),
      number('requests'),
      number('errors'),
      ...(one ? [] : [number('customers'), number('at_risk')]),
    ],
  };
}

/** The metric of the query as a series. */
export function trendSeries(query: CustomersQuery, buckets: Buckets, columns: TrendColumns): Frame {
  const title = METRIC_FIELDS[query.metric].displayNameFromDS!;
  const label = query.customer === '' ? title : query.customer;
  return {
    name: label,
    meta: { type: 'timeseries-multi', preferredVisualisationType: 'graph' },
    fields: [
      timeField(buckets),
      {
        name: query.metric,
        type: 'number',
        values: valuesOf(query, columns),
        ...(query.customer === '' ? {} : { labels: { [query.unit]: query.customer } }),
        config: { ...METRIC_FIELDS[query.metric], displayNameFromDS: label },
      },
    ],
  };
}

function valuesOf({ metric }: CustomersQuery, columns: TrendColumns): Array<number | null> {
  switch (metric) {
    case 'error_rate':
      return columns.requests.map((requests, bucket) => (requests > 0 ? columns.errors[bucket]! / requests : null));
    case 'requests':
    case 'errors':
    case 'customers':
    case 'at_risk':
      return columns[metric];
    default:
      return columns.health;
  }
}

function timeField({ starts, interval }: Buckets): Field {
  return { name: 'time', type: 'time', values: starts, config: { interval } };
}
