import type { DataQueryRequest } from '@grafana/data';
import { isLiveQueryType } from '@apitrail/contract';

import type { ApitrailQuery, ApitrailQueryOf } from '../types';

/** A query of which there is a live stream. */
export type LiveQuery = ApitrailQueryOf<'requests'> | ApitrailQueryOf<'traffic'>;

/**
 * Whether a query goes on live after its answer: where it says so and the range ends now, or where Explore is switched to
 * live. A single number does not.
 */
export function goesLive(query: ApitrailQuery, request: DataQueryRequest<ApitrailQuery>): query is LiveQuery {
  if (!isLiveQueryType(query.queryType) || query.hide || (query as LiveQuery).format === 'numeric') {
    return false;
  }
  const { to } = request.rangeRaw ?? request.range?.raw ?? {};
  const endsNow = typeof to === 'string' && to.startsWith('now') && !to.startsWith('now-');
  return request.liveStreaming === true || (Boolean((query as LiveQuery).live) && endsNow);
}
