import type { Filter } from '@apitrail/contract';

import { filterNotes, MANY_ROWS, matching, type WriteContext, type WrittenSql } from './context';
import { groupedSql } from './grouped';
import { keySql } from './keys';
import { identifier } from './literals';
import { metricNotes, metricOrZeroSql, metricSql } from './metrics';
import { bucketSeconds, bucketSql, RANGE_SECONDS } from './range';
import { remarked } from './statement';

export interface SeriesQuery {
  filters: readonly Filter[];
  groupBy: readonly string[];
  metrics: readonly string[];
  orderBy: string;
  limit: number;
  interval?: string | undefined;
  /** Conditions beyond the filters. */
  extra?: readonly string[];
}

/** Metrics over time, a row per bucket and group. */
export function seriesSql(
  query: SeriesQuery,
  format: 'time_series' | 'table',
  context: WriteContext,
  keys = unique(query.groupBy).map(keySql)
): WrittenSql {
  const { filters, metrics, orderBy, limit, interval, extra = [] } = query;
  const sql = groupedSql({
    keys,
    before: [`${bucketSql(interval)} AS time`],
    columns: unique(metrics).map((metric) => `${metricSql(metric, bucketSeconds(interval))} AS ${identifier(metric)}`),
    orderBy,
    limit,
    where: [...matching(filters, context), ...extra],
    order: 'before',
  });
  const notes = [
    ...metricNotes([...metrics, orderBy]),
    ...filterNotes(filters),
    'A bucket without requests has no row; the builder shows what counts as 0 there.',
  ];
  return { sql: remarked(notes, sql), format, limit: MANY_ROWS };
}

/** One number per group over the whole range. */
export function numericSql(
  query: SeriesQuery,
  context: WriteContext,
  keys = unique(query.groupBy).map(keySql)
): WrittenSql {
  const { filters, metrics, orderBy, limit, extra = [] } = query;
  // Without keys there is a row where there are no requests, too.
  const valueOf = keys.length === 0 ? metricOrZeroSql : metricSql;
  const sql = groupedSql({
    keys,
    columns: metrics.slice(0, 1).map((metric) => `${valueOf(metric, RANGE_SECONDS)} AS ${identifier(metric)}`),
    orderBy,
    limit,
    where: [...matching(filters, context), ...extra],
    order: 'groups',
  });
  return { sql: remarked([...metricNotes([...metrics, orderBy]), ...filterNotes(filters)], sql), format: 'numeric' };
}

export function unique<T>(values: readonly T[]): T[] {
  return [...new Set(values)];
}
