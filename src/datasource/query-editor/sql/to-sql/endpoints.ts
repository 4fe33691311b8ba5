import type { EndpointsQuery } from '@apitrail/contract';

import { filterNotes, matching, type WriteContext, type WrittenSql } from './context';
import { groupedSql } from './grouped';
import { keySql } from './keys';
import { identifier } from './literals';
import { metricNotes, metricSql, REQUESTS } from './metrics';
import { RANGE_SECONDS } from './range';
import { numericSql, seriesSql, unique } from './series';
import { remarked } from './statement';

/** A row per group over the whole range. */
export function endpointsSql(query: EndpointsQuery, context: WriteContext): WrittenSql {
  if (query.format === 'numeric') {
    return numericSql(query, context);
  }
  if (query.format === 'time_series') {
    return seriesSql(query, query.format, context);
  }
  const { groupBy, metrics, orderBy, limit, filters } = query;
  const sql = groupedSql({
    keys: unique(groupBy).map(keySql),
    columns: [
      ...unique(metrics).map((metric) => `${metricSql(metric, RANGE_SECONDS)} AS ${identifier(metric)}`),
      `${REQUESTS} / sum(${REQUESTS}) OVER () AS share`,
    ],
    orderBy,
    limit,
    where: matching(filters, context),
    order: 'groups',
  });
  return {
    sql: remarked(
      [...metricNotes([...metrics, orderBy]), ...filterNotes(filters), 'Without the trend of each row.'],
      sql
    ),
    format: 'table',
  };
}
