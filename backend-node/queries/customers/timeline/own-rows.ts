import type { CustomersQuery, Filter } from '@apitrail/contract';

import { sql, type Sql } from '../../../engine/sql';
import type { HandlerContext } from '../../handler';
import { keyAsText } from '../../shared/keys';
import type { RowSource } from '../../shared/select';
import { DAY_MS } from '../../shared/timezone';
import { IS_OWN_REQUEST } from '../own-request';
import { namesOf } from '../source';

/** Most values of a filter that is one of many. */
const MOST_VALUES = 1000;

/** The rows of one customer. */
export interface OwnRows {
  rows: RowSource;
  /** What says the same as filters. */
  filters: Filter[];
}

/**
 * The rows of one customer, found by predicates that leave out most files and row groups: those that name it, and, with
 * `identity: session`, those without a customer in sessions that are its alone, as `unitRows` says it for everybody.
 */
export async function ownRows(query: CustomersQuery, context: HandlerContext): Promise<OwnRows> {
  const { dialect } = context;
  const isOwn = dialect.oneOf(keyAsText(query.unit, dialect), namesOf(query, context));
  const named: Filter = { key: query.unit, operator: '=', value: query.customer };
  const read = context.rows(query.filters);
  const rows = { ...read, where: sql`${read.where} AND ${IS_OWN_REQUEST}` };
  const sessions = await ownSessions(query, context, isOwn);
  if (sessions.length === 0) {
    return { rows: { ...rows, where: sql`${rows.where} AND ${isOwn}` }, filters: [...query.filters, named] };
  }
  const parts = Array.from({ length: Math.ceil(sessions.length / MOST_VALUES) }, (_, part): Filter => ({
    key: 'session',
    operator: '=|',
    values: sessions.slice(part * MOST_VALUES, (part + 1) * MOST_VALUES),
  }));
  return {
    rows: {
      ...rows,
      where: sql`${rows.where} AND (${isOwn} OR (customer IS NULL AND ${dialect.oneOf(sql`session`, sessions)}))`,
    },
    filters: [...query.filters, { any: [named, ...parts] }],
  };
}

/** The sessions whose requests without a customer are this one's. */
async function ownSessions({ unit, identity }: CustomersQuery, context: HandlerContext, isOwn: Sql): Promise<string[]> {
  if (unit !== 'customer' || identity === 'strict') {
    return [];
  }
  const { dialect, range } = context;
  const around = context.rows([], { from: range.from - DAY_MS, to: range.to + DAY_MS });
  const found = await context.run(
    sql`SELECT DISTINCT session FROM ${around.relation} WHERE ${around.where} AND ${isOwn} AND session IS NOT NULL`
  );
  const named = found.values[0] as string[];
  if (named.length === 0) {
    return [];
  }
  const alone = await context.run(
    sql`SELECT session FROM ${around.relation} WHERE ${around.where} AND ${dialect.oneOf(sql`session`, named)} GROUP BY session HAVING min(customer) = max(customer)`
  );
  return alone.values[0] as string[];
}
