import {
  type DataFrame,
  type DataFrameJSON,
  dataFrameFromJSON,
  isLiveChannelMessageEvent,
  isLiveChannelStatusEvent,
  LiveChannelScope,
} from '@grafana/data';
import { getGrafanaLiveSrv } from '@grafana/runtime';
import { catchError, defer, EMPTY, mergeMap, type Observable, of, switchMap } from 'rxjs';

/** Asks the data source’s backend. */
export interface LiveBackend {
  uid: string;
  postResource<T>(path: string, data: unknown): Promise<T>;
}

/**
 * What comes in for a query of `/api/live`, through Grafana Live. The forwarder names the channel, which is for this user and
 * this query alone. What goes wrong is an empty frame with a notice.
 */
export function liveFrames(backend: LiveBackend, query: Record<string, unknown>): Observable<DataFrame> {
  return defer(() => backend.postResource<{ path: string }>('live', query)).pipe(
    switchMap(({ path }) =>
      getGrafanaLiveSrv().getStream<DataFrameJSON>({
        scope: LiveChannelScope.DataSource,
        stream: backend.uid,
        // The name it has up to Grafana 12.
        // eslint-disable-next-line @typescript-eslint/no-deprecated
        namespace: backend.uid,
        path,
        data: query,
      })
    ),
    mergeMap((event) => {
      if (isLiveChannelMessageEvent(event)) {
        return of(dataFrameFromJSON(event.message));
      }
      return isLiveChannelStatusEvent(event) && event.error ? of(noticeFrame(event.error)) : EMPTY;
    }),
    catchError((error: unknown) => of(noticeFrame(error)))
  );
}

function noticeFrame(error: unknown): DataFrame {
  const { data, message } = (error ?? {}) as { data?: { message?: string }; message?: string };
  const why = data?.message ?? message ?? String(error);
  return {
    fields: [],
    length: 0,
    meta: { notices: [{ severity: 'warning', text: `Nothing live comes in: ${why}` }] },
  };
}
