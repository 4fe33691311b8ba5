import type { TrafficQuery } from '@apitrail/contract';

import type { WriteContext, WrittenSql } from './context';
import { requestsWith } from './search';
import { numericSql, seriesSql } from './series';

/** Metrics over time, one series per group. */
export function trafficSql(query: TrafficQuery, context: WriteContext): WrittenSql {
  const searching = { ...query, extra: requestsWith(query.search, context.variables) };
  return query.format === 'numeric' ? numericSql(searching, context) : seriesSql(searching, query.format, context);
}
