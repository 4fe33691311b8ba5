import { ApitrailError, type CustomersQuery } from '@apitrail/contract';

import { param, sql, type Sql } from '../../engine/sql';
import type { HandlerContext } from '../handler';
import { newestOf } from '../shared/newest';
import { shareSql, unitRows, type UnitRows } from '../shared/units';
import type { ExperienceSql } from './experience-sql';
import { journeysOf } from './journeys';
import { IS_OWN_REQUEST } from './own-request';
import { usualTable } from './usual';

/** What all views of customers are told from. */
export interface CustomerSource {
  units: UnitRows;
  experience: ExperienceSql;
  /** The table `usual`. */
  usual: Sql;
}

/** Finds whose each request is, what is usual, and what became of journeys. */
export async function customerSource(query: CustomersQuery, context: HandlerContext): Promise<CustomerSource> {
  const { range, dialect } = context;
  const units = await unitRows(query, context, range);
  const rows = { ...units.rows, where: sql`${units.rows.where} AND ${IS_OWN_REQUEST}` };
  const horizonUs = Math.min(await newestOf(context), range.to * 1000);
  const oldest = context.snapshot.oldest ?? range.from;
  const usual = await usualTable(context);
  const journeys = query.funnel && (await journeysOf(query, query.funnel, context));
  return {
    units,
    usual,
    experience: {
      rows,
      tables: [...(units.tables ? [units.tables] : []), usual],
      unit: units.unit,
      withAccount: query.unit === 'customer',
      horizonUs,
      observedUs: Math.max(0, horizonUs - Math.max(range.from, oldest) * 1000),
      weighted: await context.isWeighted(),
      dialect,
      journeys: journeys?.relation,
      journeySteps: query.funnel?.steps.length,
    },
  };
}

/** A condition on the unit of a row: the customer asked for, by the original id or as it is stored. */
export function isCustomer(query: CustomersQuery, context: HandlerContext, unit: Sql): Sql {
  return context.dialect.oneOf(unit, namesOf(query, context));
}

/** What the customer that was asked for may be stored as. Throws an ApitrailError when none was. */
export function namesOf({ customer, unit }: CustomersQuery, context: HandlerContext): string[] {
  if (customer === '') {
    throw new ApitrailError('APITRAIL_BAD_VALUE', 'customer: whose? Give the value of a customer.', {
      where: 'customer',
    });
  }
  return [...new Set([customer, ...context.pseudonyms(unit, customer)])];
}

/** The share of rows that have no unit, as a table `uncounted` of one row: its column `without_unit`. */
export function withoutUnitTable({ units }: CustomerSource): Sql {
  return sql`uncounted AS (${shareSql(units)})`;
}

/** A page of what is ordered. */
export function pageOf({ limit, offset }: Pick<CustomersQuery, 'limit' | 'offset'>): Sql {
  return sql`LIMIT ${param('bigint', limit)} OFFSET ${param('bigint', offset)}`;
}
