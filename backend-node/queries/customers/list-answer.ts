import type { CustomersQuery, Field, Frame } from '@apitrail/contract';

import type { HandlerContext } from '../handler';
import { changeField, previousField } from '../shared/compared';
import { planInterval } from '../shared/interval';
import { begun } from '../shared/series';
import { shareWithoutUnit } from '../shared/units';
import type { CustomersAnswer } from './answer';
import { METRIC_FIELDS, numberField, partFields, textField, timeField, unitField } from './fields';
import { rulesOf } from './health';

import { listCustomers, percentilesOf, type CustomerRow } from './list';
import { noticePage } from './page-notice';
import { customerSource } from './source';
import { trendsOf } from './trend';

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
  const p95 = await percentilesOf(source, context, shown);
  const rows = page.rows.map((row) => ({ ...row, p95: p95.get(row.unit) ?? null }));
  const request = {
    timezone: query.timezone,
    ...(query.interval ? { interval: query.interval, maxDataPoints: MOST_POINTS } : {}),
  };
  const { buckets } = begun(planInterval(request, context.range, TREND_POINTS), context);
  const trends = await trendsOf(source, context, buckets, page.population, shown);
  const earlier = context.earlier && (await earlierRows(query, context.earlier, shown));
  return {
    frames: [listFrame(query, rows, trends, earlier)],
    marker: {
      total: page.total,
      atRisk: page.atRisk,
      trendTimes: buckets.starts,
      health: rulesOf(page.population),
    },
    withoutUnit: await shareWithoutUnit(source.units, context),
  };
}

/** What the customers of a page were like in the earlier time; what is missing did not come then. */
async function earlierRows(
  query: CustomersQuery,
  earlier: HandlerContext,
  only: readonly string[]
): Promise<Map<string, CustomerRow>> {
  const source = await customerSource(query, earlier);
  const { rows } = await listCustomers(query, source, earlier, { orderBy: 'health', only });
  const p95 = await percentilesOf(source, earlier, only);
  return new Map(rows.map((row) => [row.unit, { ...row, p95: p95.get(row.unit) ?? null }]));
}

function listFrame(
  query: CustomersQuery,
  rows: readonly CustomerRow[],
  trends: ReadonlyMap<string, Array<number | null>>,
  earlier: ReadonlyMap<string, CustomerRow> | undefined
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
      {
        name: 'trend',
        type: 'json',
        values: rows.map(({ unit }) => trends.get(unit) ?? []),
        config: { displayNameFromDS: 'Trend', description: 'Health of the requests of each point, without recency.' },
      },
    ],
  };
}

function isCount(name: string): boolean {
  return name === 'requests' || name === 'sessions' || name === 'errors' || name === 'abandoned';
}
