import type { TrafficQuery } from '@apitrail/contract';

import type { WriteContext, WrittenSql } from './context';
import { numericSql, seriesSql } from './series';

/** Metrics over time, one series per group. */
export function trafficSql(query: TrafficQuery, context: WriteContext): WrittenSql {
  return query.format === 'numeric' ? numericSql(query, context) : seriesSql(query, query.format, context);
}
