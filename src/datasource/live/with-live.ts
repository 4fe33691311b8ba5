import {
  type DataFrame,
  type DataQueryRequest,
  type DataQueryResponse,
  LoadingState,
  type QueryResultMetaNotice,
} from '@grafana/data';
import { concat, defer, EMPTY, map, merge, NEVER, type Observable, of, switchMap } from 'rxjs';

import type { ApitrailQuery, ApitrailQueryOf } from '../types';
import { appendRequests } from './append-requests';
import { appendTraffic } from './append-traffic';
import type { LiveQuery } from './goes-live';
import { liveQueryOf } from './live-query';

/** All packets of one request take the place of each other. */
const KEY = 'apitrail-live';

export interface LiveRequest {
  request: DataQueryRequest<ApitrailQuery>;
  /** The queries that go on live, with every variable resolved. */
  targets: readonly LiveQuery[];
  /** What comes in for a query of `/api/live`. */
  frames: (query: Record<string, unknown>) => Observable<DataFrame>;
}

/** The answer to a request, then again and again with what came in for those of its queries that go on live. */
export function withLive(
  answers: Observable<DataQueryResponse>,
  { request, targets, frames }: LiveRequest
): Observable<DataQueryResponse> {
  return answers.pipe(
    switchMap((answer) => {
      const failed = (answer.errors?.length ?? 0) > 0;
      if (failed || answer.state === LoadingState.Error || answer.state === LoadingState.Loading) {
        return of({ ...answer, key: KEY });
      }
      let data = answer.data as DataFrame[];
      const notices = new Map<string, QueryResultMetaNotice[]>();
      const packet = (): DataQueryResponse => ({
        ...answer,
        key: KEY,
        state: LoadingState.Streaming,
        data: withNotices(data, notices),
      });
      const streams = targets.map((target) => {
        const query = liveQueryOf(
          target,
          data.filter(({ refId }) => refId === target.refId)
        );
        if (typeof query === 'string') {
          notices.set(target.refId, [{ severity: 'info', text: query }]);
          return EMPTY;
        }
        return frames(query).pipe(
          map((live) => {
            notices.set(target.refId, live.meta?.notices ?? []);
            data = appended(data, live, target, request);
            return packet();
          })
        );
      });
      // It never completes by itself: a panel that is live is live until it is left.
      const ongoing = streams.some((stream) => stream !== EMPTY);
      return ongoing
        ? concat(
            defer(() => of(packet())),
            merge(...streams, NEVER)
          )
        : of({ ...packet(), state: LoadingState.Done });
    })
  );
}

function appended(
  data: readonly DataFrame[],
  live: DataFrame,
  target: LiveQuery,
  request: DataQueryRequest<ApitrailQuery>
): DataFrame[] {
  const own = data.filter(({ refId }) => refId === target.refId);
  const span = request.range.to.valueOf() - request.range.from.valueOf();
  const now =
    target.queryType === 'requests'
      ? own.map((frame, index) => (index === 0 ? appendRequests(frame, live, target) : frame))
      : appendTraffic(own, live, target as ApitrailQueryOf<'traffic'>, Date.now() - span);
  // In the place of those before: the order of frames decides on colours.
  const at = data.findIndex(({ refId }) => refId === target.refId);
  const others = data.filter(({ refId }) => refId !== target.refId);
  const before = at < 0 ? others.length : data.slice(0, at).filter(({ refId }) => refId !== target.refId).length;
  return others.toSpliced(before, 0, ...now);
}

/** Notices of live streams stand on the first frame of their query, after its own. */
function withNotices(data: readonly DataFrame[], notices: ReadonlyMap<string, QueryResultMetaNotice[]>): DataFrame[] {
  const told = new Set<string>();
  return data.map((frame) => {
    const added = notices.get(frame.refId ?? '') ?? [];
    if (added.length === 0 || told.has(frame.refId!)) {
      return frame;
    }
    told.add(frame.refId!);
    return { ...frame, meta: { ...frame.meta, notices: [...(frame.meta?.notices ?? []), ...added] } };
  });
}
