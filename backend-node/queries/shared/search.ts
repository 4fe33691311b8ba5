import type { Filter } from '@apitrail/contract';

import { identifier, join, param, sql, type Sql } from '../../engine/sql';
import type { TimeRange } from '../../lake/dataset';
import type { HandlerContext } from '../handler';
import type { RowSource } from './select';

/** Whether a text contains another, without regard to case; null when it is null, which no condition takes for true. */
export function containsText(text: Sql, search: string): Sql {
  return sql`contains(lower(${text}), ${param('varchar', search.toLowerCase())})`;
}

/** Columns a free search looks in. */
const SEARCHED = ['path', 'route', 'error_message', 'customer', 'session', 'request_id', 'trace_id'];

/**
 * Whether a request has the text in its path, route, error message, customer, session, request or trace id, without
 * regard to case; a customer may be searched by the original id as well.
 */
function requestContains(search: string, pseudonyms: (key: string, value: string) => string[]): Sql {
  const contains = SEARCHED.map((name) => containsText(identifier(name), search));
  const stored = ['customer', 'session', 'account'].flatMap((key) =>
    pseudonyms(key, search).map((value) => sql`${identifier(key)} = ${param('varchar', value)}`)
  );
  return sql`(${join([...contains, ...stored], ' OR ')})`;
}

/** Rows that meet the filters and, unless it is empty, have the text that is searched. */
export function searchedRows(
  context: HandlerContext,
  { filters, search }: { filters: readonly Filter[]; search: string },
  range?: TimeRange
): RowSource {
  const rows = context.rows(filters, range);
  if (search === '') {
    return rows;
  }
  const contains = requestContains(search, (key, value) => context.pseudonyms(key, value));
  return { ...rows, where: sql`${rows.where} AND ${contains}` };
}
