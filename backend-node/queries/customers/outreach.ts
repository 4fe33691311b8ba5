import { OUTREACH_ORDERS, type CustomersQuery, type Frame, type OutreachReason } from '@apitrail/contract';

import { join, param, raw, sql } from '../../engine/sql';
import type { HandlerContext } from '../handler';
import { withTables } from './experience-sql';
import { METRIC_FIELDS, numberField, textField, timeField, unitField } from './fields';
import { outreachTables } from './outreach-sql';
import { isCustomer, pageOf, withoutUnitTable, type CustomerSource } from './source';

/** Whom to talk to, and why. */
export interface OutreachRow {
  unit: string;
  account: string | null;
  reason: OutreachReason;
  service: string | null;
  method: string | null;
  route: string | null;
  status: number | null;
  error_group: string | null;
  error_type: string | null;
  failures: number;
  abandoned: number;
  last_failure: number | null;
  recovered: boolean;
  requests: number;
  slow: number;
  timed: number;
  health: number;
  priority: number;
  reached: number | null;
}

const VALUES: Readonly<Record<keyof OutreachRow, string>> = {
  ...{ unit: 'unit', account: 'account', reason: 'reason', service: 'service', method: 'method', route: 'route' },
  ...{ status: 'status', error_group: 'error_group', error_type: 'error_type', failures: 'failures' },
  ...{ abandoned: 'abandoned', last_failure: 'CAST(failure_us AS DOUBLE) / 1000', recovered: 'recovered' },
  ...{ requests: 'requests', slow: 'slow', timed: 'timed', health: 'health', priority: 'priority', reached: 'reached' },
};
const COLUMNS = Object.keys(VALUES) as Array<keyof OutreachRow>;

/** What rows may be ordered by. */
export type OutreachOrder = (typeof OUTREACH_ORDERS)[number];

/** What a query orders them by: its schema has refused what they have not. */
export function outreachOrder({ orderBy }: Pick<CustomersQuery, 'orderBy'>): OutreachOrder {
  return OUTREACH_ORDERS.find((order) => order === orderBy) ?? 'priority';
}

/** Customers whom something happened to, most worth talking to first, a page of them; and how many there are. */
export async function readOutreach(
  query: CustomersQuery,
  source: CustomerSource,
  context: HandlerContext,
  orderBy: OutreachOrder
): Promise<{ rows: OutreachRow[]; total: number; withoutUnit: number }> {
  const conditions = [
    ...(query.reason === undefined ? [] : [sql`reason = ${param('varchar', query.reason)}`]),
    ...(query.customer === '' ? [] : [isCustomer(query, context, sql`unit`)]),
  ];
  const where = conditions.length === 0 ? sql`` : sql` WHERE ${join(conditions, ' AND ')}`;
  const descending = query.direction ? query.direction === 'desc' : orderBy !== 'health';
  const order = sql`${raw(orderBy)} ${raw(descending ? 'DESC' : 'ASC')} NULLS LAST, priority DESC, unit`;
  const tables = [
    ...outreachTables(source.experience),
    sql`chosen AS (SELECT * FROM outreach${where})`,
    sql`page AS (
  SELECT ${join(COLUMNS.map((name) => sql`${raw(VALUES[name])} AS shown_${raw(name)}`))}, row_number() OVER (ORDER BY ${order}) AS place
  FROM chosen ORDER BY place ${pageOf(query)}
)`,
    sql`summary AS (SELECT CAST(count(*) AS DOUBLE) AS total FROM chosen)`,
    withoutUnitTable(source),
  ];
  const table =
    await context.run(sql`${withTables(tables)}SELECT without_unit, total, place IS NOT NULL, ${join(COLUMNS.map((name) => raw(`shown_${name}`)))}
FROM summary CROSS JOIN uncounted LEFT JOIN page ON TRUE ORDER BY place`);
  const [withoutUnit, total, there, ...columns] = table.values;
  const rows = there!.flatMap((shown, row) =>
    shown === true
      ? [Object.fromEntries(COLUMNS.map((name, index) => [name, columns[index]![row]])) as unknown as OutreachRow]
      : []
  );
  return { rows, total: Number(total![0]), withoutUnit: Number(withoutUnit![0]) };
}

export function outreachFrame(query: CustomersQuery, rows: readonly OutreachRow[]): Frame {
  const of = <K extends keyof OutreachRow>(name: K) => rows.map((row) => row[name]);
  return {
    meta: { type: 'table', preferredVisualisationType: 'table' },
    fields: [
      unitField(query.unit, of('unit')),
      ...(query.unit === 'customer' ? [textField('account', of('account'), 'Account')] : []),
      textField('reason', of('reason'), 'Reason', 'abandoned (a journey, after a failure), failed or slow.'),
      textField(
        'detail',
        rows.map((row) => detailOf(row, query)),
        'What happened'
      ),
      textField('service', of('service'), 'Service'),
      textField('method', of('method'), 'Method'),
      textField('route', of('route'), 'Route'),
      numberField('status', of('status'), { displayNameFromDS: 'Status', filterable: true }),
      textField('error_group', of('error_group'), 'Error group'),
      numberField('failures', of('failures'), {
        displayNameFromDS: 'Failures',
        unit: 'short',
        description: 'Requests that failed for a reason that is not the client’s.',
      }),
      numberField('abandoned', of('abandoned'), METRIC_FIELDS.abandoned),
      timeField('last_failure', of('last_failure'), 'Last failure'),
      {
        name: 'recovered',
        type: 'boolean',
        values: of('recovered'),
        config: { displayNameFromDS: 'Recovered', description: 'The same endpoint answered well after it.' },
      },
      numberField('requests', of('requests'), METRIC_FIELDS.requests),
      numberField('health', of('health'), METRIC_FIELDS.health),
      numberField('priority', of('priority'), {
        displayNameFromDS: 'Priority',
        ...{ unit: 'none', decimals: 0, min: 0, max: 100 },
        description: '100 × severity of the reason × freshness × repetition × how active the customer is.',
      }),
    ],
  };
}

/** What happened, for a person who is going to write to them. */
export function detailOf(row: OutreachRow, { funnel }: Pick<CustomersQuery, 'funnel'>): string {
  const endpoint = [row.method, row.route ?? row.service].filter((part) => part !== null).join(' ') || 'A request';
  if (row.reason === 'slow') {
    return `${Math.round(row.slow).toLocaleString('en')} of ${Math.round(row.timed).toLocaleString('en')} requests were slower than usual, most often ${endpoint}`;
  }
  const answer =
    row.status === null
      ? `gave no answer${row.error_type === null ? '' : ` (${row.error_type})`}`
      : `answered ${row.status}`;
  const step = row.reason === 'abandoned' && row.reached !== null ? funnel?.steps[row.reached - 1]?.name : undefined;
  return `${step === undefined ? '' : `Stopped after ${step}: `}${endpoint} ${answer}`;
}
