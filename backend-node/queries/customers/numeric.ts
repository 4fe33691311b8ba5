import { CUSTOMER_SUMMARIES, type CustomersQuery, type Field } from '@apitrail/contract';

import type { HandlerContext } from '../handler';
import { comparedNumber } from '../shared/compared';
import type { CustomersAnswer } from './answer';
import { METRIC_FIELDS, numberField } from './fields';
import { listCustomers, numberOf, type CustomerPage } from './list';
import { outreachOrder, readOutreach } from './outreach';
import { customerSource, type CustomerSource } from './source';

/** One number per customer, or one of all of them, for alerts and expressions. */
export async function numericAnswer(query: CustomersQuery, context: HandlerContext): Promise<CustomersAnswer> {
  const source = await customerSource(query, context);
  const { names, values, previous, withoutUnit } =
    query.view === 'outreach' ? await ofOutreach(query, context, source) : await ofList(query, context, source);
  const number = numberField(query.metric, values, METRIC_FIELDS[query.metric]);
  const value: Field = previous ? comparedNumber(number, previous, query.compare) : number;
  return {
    frames: [
      {
        meta: { type: 'numeric-long' },
        fields: [...(names ? [{ name: query.unit, type: 'string' as const, values: names }] : []), value],
      },
    ],
    marker: {},
    withoutUnit,
  };
}

interface Numbers {
  /** Whose they are; undefined for one number of all. */
  names?: string[];
  values: Array<number | null>;
  previous?: Array<number | null> | undefined;
  withoutUnit: number;
}

async function ofList(query: CustomersQuery, context: HandlerContext, source: CustomerSource): Promise<Numbers> {
  const orderBy = query.orderBy === undefined || query.orderBy === 'priority' ? 'health' : query.orderBy;
  // The 95th percentile of every customer is told only where it is asked for.
  const order = query.metric === 'p95' ? 'p95' : orderBy;
  const { direction } = query;
  const page = await listCustomers(query, source, context, { orderBy: order, direction });
  const { earlier } = context;
  const earlierSource = earlier && (await customerSource(query, earlier));
  if (isSummary(query)) {
    const then = earlier && earlierSource && (await listCustomers(query, earlierSource, earlier, { orderBy: order }));
    return {
      withoutUnit: page.withoutUnit,
      values: [summaryOf(query, page)],
      previous: then && [summaryOf(query, then)],
    };
  }
  const names = page.rows.map(({ unit }) => unit);
  const before =
    earlier && earlierSource && (await listCustomers(query, earlierSource, earlier, { orderBy: order, only: names }));
  const then = before && new Map(before.rows.map((row) => [row.unit, row]));
  return {
    names,
    withoutUnit: page.withoutUnit,
    values: page.rows.map((row) => numberOf(row, query.metric)),
    previous: then && names.map((unit) => (then.has(unit) ? numberOf(then.get(unit)!, query.metric) : null)),
  };
}

function isSummary({ metric }: CustomersQuery): boolean {
  return CUSTOMER_SUMMARIES.some((name) => name === metric);
}

function summaryOf({ metric }: CustomersQuery, page: CustomerPage): number | null {
  switch (metric) {
    case 'customers':
      return page.total;
    case 'at_risk':
      return page.atRisk;
    default:
      return page.meanHealth;
  }
}

async function ofOutreach(query: CustomersQuery, context: HandlerContext, source: CustomerSource): Promise<Numbers> {
  const order = outreachOrder(query);
  const { rows, total, withoutUnit } = await readOutreach(query, source, context, order);
  const { earlier } = context;
  const before = earlier && (await readOutreach(query, await customerSource(query, earlier), earlier, order));
  if (query.metric === 'customers') {
    return { withoutUnit, values: [total], previous: before && [before.total] };
  }
  const then = before && new Map(before.rows.map((row) => [row.unit, row]));
  const of = (row: object | undefined) => (row as Record<string, number | null> | undefined)?.[query.metric] ?? null;
  return {
    withoutUnit,
    names: rows.map(({ unit }) => unit),
    values: rows.map(of),
    previous: then && rows.map(({ unit }) => of(then.get(unit))),
  };
}
