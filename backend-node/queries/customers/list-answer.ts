import { previousName, type CustomersQuery, type Field, type Frame } from '@apitrail/contract';

import type { HandlerContext } from '../handler';
import { changeField, previousField } from '../shared/compared';
import { planInterval, type Buckets } from '../shared/interval';
import { begun } from '../shared/series';
import type { CustomersAnswer } from './answer';
import { METRIC_FIELDS, numberField, partFields, textField, timeField, unitField } from './fields';
import { rulesOf } from './health';
import { listCustomers, type CustomerRow } from './list';
import { noticePage } from './page-notice';
import { customerSource } from './source';
import { detailsOf, type PageDetails } from './trend';

/** About how many points a trend has: what a sparkline can show. */
const TREND_POINTS = 40;
const MOST_POINTS = 200;

const NUMBERS = ['requests', 'sessions', 'errors', 'error_rate', 'p95', 'apdex', 'abandoned'] as const;

/** Customers in order, with health, its parts, and what it is told from. */
export async function listAnswer(query: CustomersQuery, context: HandlerContext): Promise<CustomersAnswer> {
  const orderBy = query.orderBy === undefined || query.orderBy === 'priority' ? 'health' : query.orderBy;
  const source = await customerSource(query, context);
  const page = await listCustomers(query, source, context, { orderBy, direction: query.direction });
  noticePage(context, query, page.rows.length, page.total);
  const shown = page.rows.map(({ unit }) => unit);
  const request = {
    timezone: query.timezone,
    ...(query.interval ? { interval: query.interval, maxDataPoints: MOST_POINTS } : {}),
  };
  const { buckets } = begun(planInterval(request, context.range, TREND_POINTS), context);
  const details = await detailsOf(source, context, buckets, page.population, shown);
  const rows = page.rows.map((row) => ({ ...row, p95: details.get(row.unit)!.p95 }));
  const earlier = context.earlier && (await earlierRows(query, context.earlier, buckets, shown));
  return {
    frames: [listFrame(query, rows, details, earlier)],
    marker: {
      total: page.total,
      atRisk: page.atRisk,
      trendTimes: buckets.starts,
      health: rulesOf(page.population),
    },
    withoutUnit: page.withoutUnit,
  };
}

/** What the customers of a page were like in the earlier time; what is missing did not come then. */
async function earlierRows(
  query: CustomersQuery,
  earlier: HandlerContext,
  buckets: Buckets,
  only: readonly string[]
): Promise<Map<string, EarlierRow>> {
  const source = await customerSource(query, earlier);
  const { rows, population } = await listCustomers(query, source, earlier, { orderBy: 'health', only });
  const details = await detailsOf(source, earlier, buckets, population, only);
  return new Map(rows.map((row) => [row.unit, { ...row, ...details.get(row.unit)! }]));
}

/** A customer at the earlier time, at the points of the trend. */
type EarlierRow = CustomerRow & PageDetails;

function listFrame(
  query: CustomersQuery,
  rows: readonly CustomerRow[],
  details: ReadonlyMap<string, PageDetails>,
  earlier: ReadonlyMap<string, EarlierRow> | undefined
): Frame {
  const compared = (name: 'health' | (typeof NUMBERS)[number]): Field[] => {
    const field = numberField(
      name,
      rows.map((row) => row[name]),
      METRIC_FIELDS[name]
    );
    if (!earlier) {
      return [field];
    }
    const previous = rows.map(({ unit }) => earlier.get(unit)?.[name] ?? (isCount(name) ? 0 : null));
    return [field, previousField(field, previous), changeField(field, previous)];
  };
  return {
    meta: { type: 'table', preferredVisualisationType: 'table' },
    fields: [
      unitField(
        query.unit,
        rows.map(({ unit }) => unit)
      ),
      ...(query.unit === 'customer'
        ? [
            textField(
              'account',
              rows.map(({ account }) => account),
              'Account'
            ),
          ]
        : []),
      ...compared('health'),
      ...partFields({
        failures_part: rows.map((row) => row.failures_part),
        slowness_part: rows.map((row) => row.slowness_part),
        abandoned_part: rows.map((row) => row.abandoned_part),
        recency_part: rows.map((row) => row.recency_part),
      }),
      ...NUMBERS.flatMap(compared),
      timeField(
        'first_seen',
        rows.map((row) => row.first_seen),
        'First seen'
      ),
      timeField(
        'last_seen',
        rows.map((row) => row.last_seen),
        'Last seen'
      ),
      ...trendFields(rows, details, earlier),
    ],
  };
}

function trendFields(
  rows: readonly CustomerRow[],
  details: ReadonlyMap<string, PageDetails>,
  earlier: ReadonlyMap<string, EarlierRow> | undefined
): Field[] {
  const field: Field = {
    name: 'trend',
    type: 'json',
    values: rows.map(({ unit }) => details.get(unit)!.trend),
    config: { displayNameFromDS: 'Trend', description: 'Health of the requests of each point, without recency.' },
  };
  if (!earlier) {
    return [field];
  }
  const nothing = rows.map(({ unit }) => details.get(unit)!.trend.map(() => null));
  return [
    field,
    {
      ...field,
      name: previousName('trend'),
      values: rows.map(({ unit }, row) => earlier.get(unit)?.trend ?? nothing[row]!),
      config: {
        displayNameFromDS: 'Trend (earlier)',
        description: 'Health of the requests of the earlier time, at the points of the trend.',
      },
    },
  ];
}

function isCount(name: string): boolean {
  return name === 'requests' || name === 'sessions' || name === 'errors' || name === 'abandoned';
}
