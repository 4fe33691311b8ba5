import type { CustomersQuery, Field, FieldConfig, Frame } from '@apitrail/contract';

import { param, raw, sql } from '../../engine/sql';
import type { HandlerContext } from '../handler';
import type { Buckets } from '../shared/interval';
import { POPULATION, knownPopulation, populationOf } from './health-sql';
import type { Population } from './health';
import { withTables } from './experience-sql';
import { METRIC_FIELDS, partFields } from './fields';
import { isCustomer, type CustomerSource } from './source';
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
  { experience }: CustomerSource,
  context: HandlerContext,
  buckets: Buckets
): Promise<{ columns: TrendColumns; population: Population }> {
  const cellOf = (us: Parameters<Buckets['cell']>[0]) => buckets.cell(context.shift?.moveUs(us) ?? us);
  const tables = [
    ...cellTables(experience, cellOf),
    sql`population AS (${populationOf('cells', undefined)})`,
    scoredCells(POPULATION, sql`cells, population`),
  ];
  const wanted = query.customer === '' ? sql`TRUE` : isCustomer(query, context, sql`unit`);
  const table =
    await context.run(sql`${withTables(tables)}SELECT cell, avg(health), avg(failures_part), avg(slowness_part), avg(abandoned_part), sum(requests), sum(errors), CAST(count(*) AS DOUBLE), CAST(count(*) FILTER (WHERE health < ${param('double', query.threshold)}) AS DOUBLE), any_value(usual_failures), any_value(usual_abandoned)
FROM scored_cells WHERE ${wanted} GROUP BY 1`);
  const [cells, ...values] = table.values;
  const empty = <T>(value: T) => new Array<T>(buckets.starts.length).fill(value);
  const columns = Object.fromEntries([
    ...NULLABLE.map((name) => [name, empty<number | null>(null)]),
    ...COUNTS.map((name) => [name, empty(0)]),
  ]) as unknown as TrendColumns;
  cells!.forEach((cell, row) => {
    const bucket = buckets.locate(cell);
    if (bucket < buckets.starts.length) {
      [...NULLABLE, ...COUNTS].forEach((name, index) => (columns[name][bucket] = Number(values[index]![row])));
    }
  });
  const [failures, abandoned] = [values.at(-2)![0], values.at(-1)![0]].map((one) => Number(one ?? 0));
  return { columns, population: { failures: failures!, abandoned: abandoned!, rhythm: null } };
}

/** Health per bucket of some customers: a list for each, null where one did not come. */
export async function trendsOf(
  { experience }: CustomerSource,
  context: HandlerContext,
  buckets: Buckets,
  population: Population,
  only: readonly string[]
): Promise<Map<string, Array<number | null>>> {
  const trends = new Map(only.map((unit) => [unit, new Array<number | null>(buckets.starts.length).fill(null)]));
  if (only.length === 0) {
    return trends;
  }
  const tables = [
    ...cellTables({ ...experience, only }, (us) => buckets.cell(context.shift?.moveUs(us) ?? us)),
    scoredCells(knownPopulation(population), raw('cells')),
  ];
  const table = await context.run(sql`${withTables(tables)}SELECT unit, cell, health FROM scored_cells`);
  const [units, cells, health] = table.values as [string[], unknown[], number[]];
  units.forEach((unit, row) => {
    const bucket = buckets.locate(cells[row]);
    const own = trends.get(unit);
    if (own && bucket < own.length) {
      own[bucket] = health[row]!;
    }
  });
  return trends;
}

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
