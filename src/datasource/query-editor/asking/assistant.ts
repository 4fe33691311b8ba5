import { CoreApp, type DataFrame, type DataQueryRequest } from '@grafana/data';
import { firstValueFrom, fromEvent, merge, map, type Observable, take } from 'rxjs';

import type { ApitrailDataSource } from '../../apitrail-data-source';
import type { ApitrailQuery } from '../../types';
import type { ResolveContext } from '../resolve';

/** How long an answer is good for, of a range that has not changed. */
const FRESH_MS = 60_000;
/** The most answers that are kept. */
const MOST_KEPT = 40;

const WIDTH = 1000;

/**
 * Asks what an editor shows beside its fields: one question at a time, the next when the one before is answered or no
 * longer wanted. Answers are kept for a minute.
 */
export class Assistant {
  readonly #dataSource: ApitrailDataSource;
  readonly #kept = new Map<string, { until: number; frames: DataFrame[] }>();
  #last: Promise<unknown> = Promise.resolve();
  #asked = 0;

  constructor(dataSource: ApitrailDataSource) {
    this.#dataSource = dataSource;
  }

  /** An answer that is still good; the key is all that it depends on. */
  kept(key: string): DataFrame[] | undefined {
    const found = this.#kept.get(key);
    return found && found.until > Date.now() ? found.frames : undefined;
  }

  /**
   * The frames that answer the query, in its turn.
   *
   * @throws What the companion refuses with, or the reason of the signal, which ends the request on its way too.
   */
  async ask(key: string, query: ApitrailQuery, context: ResolveContext, signal: AbortSignal): Promise<DataFrame[]> {
    const before = this.#last;
    let done!: () => void;
    this.#last = new Promise<void>((resolve) => (done = resolve));
    try {
      await before;
      if (signal.aborted) {
        throw signal.reason;
      }
      const kept = this.kept(key);
      if (kept) {
        return kept;
      }
      const frames = await this.#answer(query, context, signal);
      this.#keep(key, frames);
      return frames;
    } finally {
      done();
    }
  }

  async #answer(query: ApitrailQuery, context: ResolveContext, signal: AbortSignal): Promise<DataFrame[]> {
    const { range, scopedVars = {}, filters, timezone = 'browser' } = context;
    this.#asked += 1;
    const request = {
      app: CoreApp.Unknown,
      requestId: `apitrail-editor-${this.#asked}`,
      targets: [{ ...query, refId: 'A', hide: false }],
      range,
      scopedVars,
      filters,
      timezone,
      interval: '1m',
      intervalMs: Math.max(1, Math.round((range.to.valueOf() - range.from.valueOf()) / WIDTH)),
      maxDataPoints: WIDTH,
      startTime: Date.now(),
    } as DataQueryRequest<ApitrailQuery>;
    const { data, errors } = await untilAborted(this.#dataSource.query(request), signal);
    if (errors && errors.length > 0) {
      throw new Error(errors[0].data?.message ?? errors[0].message ?? 'The companion gave no reason.');
    }
    return data as DataFrame[];
  }

  #keep(key: string, frames: DataFrame[]): void {
    this.#kept.delete(key);
    this.#kept.set(key, { until: Date.now() + FRESH_MS, frames });
    for (const oldest of [...this.#kept.keys()].slice(0, this.#kept.size - MOST_KEPT)) {
      this.#kept.delete(oldest);
    }
  }
}

/** The first of what comes; what is asked is given up, and an error is thrown, when the signal says so. */
function untilAborted<T>(answer: Observable<T>, signal: AbortSignal): Promise<T> {
  const ended = fromEvent(signal, 'abort').pipe(
    map((): never => {
      throw signal.reason;
    })
  );
  return firstValueFrom(merge(answer, ended).pipe(take(1)));
}
