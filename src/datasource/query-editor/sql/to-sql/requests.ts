import type { RequestsQuery } from '@apitrail/contract';

import { filterNotes, matching, type WriteContext, type WrittenSql } from './context';
import { keySql } from './keys';
import { requestsWith } from './search';
import { unique } from './series';
import { remarked, select } from './statement';

/** Columns of log lines before the labels. */
const BODY =
  "concat_ws(' ', method, coalesce(path, route), status, round(duration_ms, 1) || ' ms', error_type, error_message)";
const SEVERITY = `CASE
    WHEN status >= 500 OR (status IS NULL AND error_type IS NOT NULL) THEN 'error'
    WHEN status >= 400 THEN 'warning'
    ELSE 'info'
  END`;

/** The rows themselves. */
export function requestsSql(query: RequestsQuery, context: WriteContext): WrittenSql {
  const { columns, orderBy, limit, filters, search, format } = query;
  const wanted = unique(columns).map(keySql);
  const sql = select({
    columns: format === 'logs' ? logColumns(wanted) : wanted.map(({ sql, name }) => named(sql, name)),
    from: 'requests',
    where: [...matching(filters, context), ...requestsWith(search, context.variables)],
    rest: [
      `ORDER BY ${orderBy.map(({ key, direction }) => `${keySql(key).sql} ${(direction ?? 'desc').toUpperCase()} NULLS LAST`).join(', ')}`,
      `LIMIT ${limit}`,
    ],
  });
  return { sql: remarked(filterNotes(filters), sql), format };
}

function logColumns(wanted: ReadonlyArray<ReturnType<typeof keySql>>): string[] {
  const labels = wanted.filter(({ key }) => key !== 'time').map(({ text: label, name }) => named(label, name));
  return ['time', `${BODY} AS body`, `${SEVERITY} AS severity`, ...labels];
}

function named(sql: string, name: string): string {
  return sql === name ? sql : `${sql} AS ${name}`;
}
