import {
  type DataQueryRequest,
  dateTime,
  type LogRowContextOptions,
  LogRowContextQueryDirection,
  type LogRowModel,
} from '@grafana/data';
import type { Filter } from '@apitrail/contract';

import type { ApitrailQueryOf } from '../types';
import { placeOf } from './place-of';

/** How far before and after a request Explore looks, when it does not say. */
const WINDOW_MS = 24 * 3_600_000;
const LIMIT = 100;

/** Whose requests come before and after, the nearest to a person first; then the trace, then the service. */
const SUBJECTS = ['customer', 'session', 'account', 'client_ip', 'trace_id', 'service'];

/**
 * The requests just before or after one, of the same customer; where the row has none, of the same session, account,
 * address, trace or service. Filters of the query are left out: what else a customer met is what is asked for.
 */
export function contextQuery(
  row: LogRowModel,
  query: ApitrailQueryOf<'requests'>,
  { direction, limit = LIMIT }: LogRowContextOptions = {}
): ApitrailQueryOf<'requests'> {
  const forward = direction === LogRowContextQueryDirection.Forward;
  const filters: Filter[] = subjectFilter(row);
  if (direction) {
    filters.push({ key: 'time', operator: forward ? '>=' : '<=', value: exactTime(row) });
  }
  return {
    ...placeOf(query),
    ...(query.columns ? { columns: query.columns } : {}),
    queryType: 'requests',
    refId: `log-context-${query.refId}`,
    format: 'logs',
    filters,
    orderBy: [{ key: 'time', direction: forward ? 'asc' : 'desc' }],
    limit,
  };
}

/** What asks a context query: the range around the row, whatever Explore's is. */
export function contextRequest(
  row: LogRowModel,
  query: ApitrailQueryOf<'requests'>,
  { direction, timeWindowMs = WINDOW_MS }: LogRowContextOptions = {}
): DataQueryRequest<ApitrailQueryOf<'requests'>> {
  const [from, to] = [dateTime(row.timeEpochMs - timeWindowMs), dateTime(row.timeEpochMs + timeWindowMs)];
  return {
    // What comes before and after is asked for at once, and Grafana drops the older of two requests of one id.
    requestId: `log-context-${row.uid}-${direction ?? 'around'}`,
    app: 'explore',
    startTime: Date.now(),
    interval: '1s',
    intervalMs: 1000,
    range: { from, to, raw: { from, to } },
    scopedVars: {},
    targets: [query],
    timezone: 'utc',
  };
}

function subjectFilter({ labels }: LogRowModel): Filter[] {
  const key = SUBJECTS.find((name) => labels[name]);
  return key === undefined ? [] : [{ key, operator: '=', value: labels[key]! }];
}

/** The time of a row to the microsecond, so that requests of the same millisecond are neither lost nor doubled. */
function exactTime({ timeEpochMs, timeEpochNs }: LogRowModel): string {
  const micros = /^\d{13}\d{6}$/.test(timeEpochNs) ? timeEpochNs.slice(13, 16) : '000';
  return new Date(timeEpochMs).toISOString().replace('Z', `${micros}Z`);
}
