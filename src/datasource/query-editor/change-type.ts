import { QUERY_VERSION, RETENTION_INTERVALS, type QueryType } from '@apitrail/contract';

import type { ApitrailQuery } from '../types';
import { QUERY_TYPE_FORMS } from './forms';

/** What every query type has: kept when the type changes. */
const COMMON = ['refId', 'datasource', 'key', 'hide', 'dataset', 'filters', 'timezone', 'interval', 'timeShift'];

/** The query as one of another type: what both have is kept, the rest starts anew. */
export function changeType(query: ApitrailQuery, queryType: QueryType): ApitrailQuery {
  const kept = Object.fromEntries(
    Object.entries(query).filter(([field, value]) => COMMON.includes(field) && !isOfRetention(field, value))
  );
  return { ...kept, ...QUERY_TYPE_FORMS[queryType].initial, version: QUERY_VERSION, queryType } as ApitrailQuery;
}

/** Cohorts have intervals of the calendar, which are no widths of buckets. */
function isOfRetention(field: string, value: unknown): boolean {
  return field === 'interval' && RETENTION_INTERVALS.some((interval) => interval === value);
}
