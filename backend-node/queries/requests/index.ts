import type { Frame, RequestsQuery } from '@apitrail/contract';

import { identifier, join, param, raw, sql, type Sql } from '../../engine/sql';
import type { TimeRange } from '../../lake/dataset';
import type { HandlerContext, QueryHandler } from '../handler';
import { keyField, unique } from '../shared/fields';
import { keyExpression, type KeyExpression } from '../shared/keys';
import { searchedRows } from '../shared/search';
import { LOG_COLUMNS, logsFrame } from './logs';
import { timeSlices } from './slices';

/** A row of the answer as columns, by key. */
export interface RequestRows {
  keys: KeyExpression[];
  /** One list per key. */
  values: Array<Array<string | number | null>>;
  count: number;
}

/** The rows themselves, as a table or as log lines. */
export const requests: QueryHandler<'requests'> = {
  async run(query, context) {
    const frames = [await requestsFrame(query, context)];
    return context.earlier ? { frames, earlierFrames: [await requestsFrame(query, context.earlier)] } : { frames };
  },
};

async function requestsFrame(query: RequestsQuery, context: HandlerContext): Promise<Frame> {
  const [first] = query.orderBy;
  const wanted = query.filters.length === 0 && query.search === '' ? query.limit : undefined;
  const slices =
    first?.key === 'time' ? timeSlices(context.range, context.snapshot, first.direction, wanted) : [context.range];
  const rows = await readRows(query, context, slices);
  if (rows.more) {
    const when = context.shift ? ` of ${context.shift.by} earlier` : '';
    context.notice('info', `Only the first ${rows.count} requests${when} are shown; there are more.`);
  }
  return frameOfRows(query, rows);
}

/** Rows as the query's format has them. */
export function frameOfRows(query: RequestsQuery, rows: RequestRows): Frame {
  return query.format === 'logs' ? logsFrame(rows, unique(query.columns)) : tableFrame(rows);
}

/** The rows of stretches of time, in the query's order within each, until there are as many as its limit. */
export async function readRows(
  query: RequestsQuery,
  context: HandlerContext,
  slices: readonly TimeRange[]
): Promise<RequestRows & { more: boolean }> {
  const { dialect } = context;
  const columns = unique([...query.columns, ...(query.format === 'logs' ? LOG_COLUMNS : [])]);
  const keys = columns.map((key) => keyExpression(key, dialect));
  const order = query.orderBy.map(
    ({ key, direction }) =>
      sql`${orderOf(keyExpression(key, dialect))} ${raw(direction === 'asc' ? 'ASC' : 'DESC')} NULLS LAST`
  );
  const found = keys.map((): unknown[] => []);
  let left = query.limit + 1;
  for (const slice of slices) {
    const rows = searchedRows(context, query, slice);
    const table = await context.run(sql`SELECT ${join(keys.map((key) => key.sql))}
FROM ${rows.relation}
WHERE ${rows.where}
ORDER BY ${join(order)}
LIMIT ${param('bigint', left)}`);
    found.forEach((column, index) => column.push(...table.values[index]!));
    left -= table.rowCount;
    if (left === 0) {
      break;
    }
  }
  const count = Math.min(found[0]!.length, query.limit);
  return {
    keys,
    count,
    more: left === 0,
    values: keys.map((key, index) => found[index]!.slice(0, count).map((value) => key.read(value))),
  };
}

/** What rows are ordered by: a time by its column as it is, by whose statistics the engine leaves out what is too old. */
function orderOf({ key, kind, sql: expression }: KeyExpression): Sql {
  return kind === 'time' ? identifier(key) : expression;
}

function tableFrame({ keys, values }: RequestRows) {
  return {
    meta: { type: 'table' as const, preferredVisualisationType: 'table' as const },
    fields: keys.map((key, index) => keyField(key, values[index]!)),
  };
}
