import {
  type DataFrameJSON,
  type DataQueryResponse,
  type LiveChannelAddress,
  LiveChannelConnectionState,
  type LiveChannelEvent,
  LiveChannelEventType,
  type LiveChannelPresenceStatus,
} from '@grafana/data';
import type { GrafanaLiveSrv } from '@grafana/runtime';
import type { LiveMessage } from '@apitrail/contract';
import { Observable, of } from 'rxjs';

const RETRY_MS = 2_000;

/** Grafana Live for the one data source: a stream is a request to the companion’s `/api/live` that goes on. */
export class PlaygroundLiveSrv implements GrafanaLiveSrv {
  getConnectionState(): Observable<boolean> {
    return of(true);
  }

  /** The frames that come in for the query beside the address. What breaks off is opened again. */
  getStream<T>({ path, data }: LiveChannelAddress): Observable<LiveChannelEvent<T>> {
    return new Observable((subscriber) => {
      const controller = new AbortController();
      const next = (message: DataFrameJSON) =>
        subscriber.next({ type: LiveChannelEventType.Message, message: message as T });
      const fail = (error: unknown) =>
        subscriber.next({
          type: LiveChannelEventType.Status,
          id: path,
          timestamp: Date.now(),
          state: LiveChannelConnectionState.Pending,
          error,
        });
      void follow(data, next, fail, controller.signal);
      return () => controller.abort();
    });
  }

  getDataStream(): Observable<DataQueryResponse> {
    throw new Error('The playground has streams of messages alone.');
  }

  getPresence(): Promise<LiveChannelPresenceStatus> {
    return Promise.resolve({ users: {} });
  }

  publish(): Promise<unknown> {
    return Promise.reject(new Error('Nothing is published in the playground.'));
  }
}

async function follow(
  query: unknown,
  next: (frame: DataFrameJSON) => void,
  fail: (error: unknown) => void,
  signal: AbortSignal
): Promise<void> {
  while (!signal.aborted) {
    try {
      await readStream(query, next, signal);
    } catch (error) {
      if (!signal.aborted) {
        fail(error);
      }
    }
    await new Promise((resolve) => setTimeout(resolve, RETRY_MS));
  }
}

async function readStream(query: unknown, next: (frame: DataFrameJSON) => void, signal: AbortSignal): Promise<void> {
  const response = await fetch(`/api/live?query=${encodeURIComponent(JSON.stringify(query))}`, { signal });
  if (!response.ok || !response.body) {
    const { error } = (await response.json()) as { error?: { message: string } };
    throw new Error(error?.message ?? `The companion answered with status ${response.status}.`);
  }
  const reader = response.body.pipeThrough(new TextDecoderStream()).getReader();
  for (let rest = ''; ;) {
    const { done, value = '' } = await reader.read();
    if (done) {
      throw new Error('The companion went away.');
    }
    const lines = `${rest}${value}`.split('\n');
    rest = lines.pop()!;
    for (const line of lines) {
      const message = JSON.parse(line) as LiveMessage;
      if (message.type === 'end') {
        throw new Error(message.message);
      }
      if (message.type === 'frames') {
        message.frames.forEach((frame) => next(frame as unknown as DataFrameJSON));
      }
    }
  }
}
