import {
  ApitrailError,
  isLiveQueryType,
  LIVE_QUERY_TYPES,
  parseDuration,
  parseQuery,
  writeFrame,
  type DataFrameJSON,
  type FrameMarker,
  type RequestsQuery,
  type TrafficQuery,
} from '@apitrail/contract';

import { duckDbDialect } from '../../engine/dialect';
import type { Engine } from '../../engine/engine';
import type { Snapshot } from '../../lake/dataset';
import { cohortsNamedIn } from '../cohorts/cohort-filters';
import { EARLIEST, LATEST } from '../range-bounds';
import { RunContext } from '../run-context';
import type { Range } from '../shared/interval';
import { checkPatterns } from '../shared/patterns';
import type { LiveHandler } from './live-handler';
import { liveRequests } from './requests';
import { liveTraffic } from './traffic';

export type LiveQuery = RequestsQuery | TrafficQuery;

/** What live streams are answered from. */
export interface LiveContext {
  engine: Engine;
  signal: AbortSignal;
  /** What else the stored value of a key may be, given what a person wrote. */
  pseudonyms: (key: string, value: string) => string[];
}

/** Width of the windows that a stream of `traffic` has without an interval. */
const DEFAULT_WINDOW_MS = 5_000;
/** What has come in is there to be read again for longer than this, and not for much longer. */
const MOST_WINDOW_MS = 60_000;

/** Reads the query of a live stream. Throws an ApitrailError for one that there is no stream of. */
export function parseLiveQuery(input: unknown): LiveQuery {
  const type = (input as { queryType?: unknown } | null)?.queryType;
  const query = parseQuery(input);
  if (!isLiveQueryType(query.queryType)) {
    throw new ApitrailError(
      'APITRAIL_UNKNOWN_QUERY_TYPE',
      `There is no live stream of ${String(type)}. Use one of: ${LIVE_QUERY_TYPES.join(', ')}.`,
      { where: 'queryType' }
    );
  }
  const live = query as LiveQuery;
  if (live.dataset !== 'requests') {
    throw refuse('dataset', `only the dataset requests takes in anything, not ${JSON.stringify(live.dataset)}`);
  }
  if (live.timeShift !== undefined) {
    throw refuse('timeShift', 'nothing comes in earlier; leave it out of a live stream');
  }
  if (cohortsNamedIn(live).length > 0) {
    throw refuse('filters', 'a live stream cannot be filtered by saved cohorts, since who is in them is not known yet');
  }
  windowOf(live);
  return live;
}

/** Over how long a stream of `traffic` takes rows together, milliseconds; undefined where every lot is told of at once. */
export function windowOf(query: LiveQuery): number | undefined {
  if (query.queryType === 'requests') {
    return undefined;
  }
  const width = query.interval === undefined ? DEFAULT_WINDOW_MS : parseDuration(query.interval);
  if (width < 1000 || width > MOST_WINDOW_MS) {
    throw refuse('interval', 'must be from 1s to 1m in a live stream');
  }
  return width;
}

function refuse(where: string, what: string): ApitrailError {
  return new ApitrailError('APITRAIL_BAD_VALUE', `${where}: ${what}.`, { where });
}

/** A live stream of one query: makes frames of what came in, lot by lot. */
export class LiveReader {
  private readonly handle: LiveHandler;

  private constructor(
    readonly query: LiveQuery,
    private readonly context: LiveContext
  ) {
    this.handle = query.queryType === 'requests' ? liveRequests(query) : liveTraffic(query);
  }

  /** Throws an ApitrailError where the query can never be answered. */
  static async open(query: LiveQuery, context: LiveContext): Promise<LiveReader> {
    const reader = new LiveReader(query, context);
    await checkPatterns(query, (statement) => context.engine.run(statement, { signal: context.signal }));
    return reader;
  }

  /** Frames of the rows of `snapshot`, all of which came in within the window; none when there is nothing to tell. */
  async read(snapshot: Snapshot, window: Range, notices: readonly string[] = []): Promise<DataFrameJSON[]> {
    const { query } = this;
    const context = new RunContext({
      ...this.context,
      ...{ query, snapshot, now: window.to, dialect: duckDbDialect, forAlerting: false },
      range: { from: EARLIEST, to: LATEST },
      userSql: undefined,
      tablesIn: () => Promise.resolve([]),
      postedAnnotations: () => Promise.resolve(undefined),
    });
    notices.forEach((text) => context.notice('warning', text));
    const frame = await this.handle({ context, window });
    if (!frame) {
      return [];
    }
    const marker: FrameMarker = {
      ...{ queryType: query.queryType, dataset: query.dataset, filters: query.filters },
      ...{ from: window.from, to: window.to, live: true },
      ...(context.sampled ? { sampled: context.sampled } : {}),
    };
    const meta = {
      ...frame.meta,
      ...(context.notices.length > 0 ? { notices: context.notices } : {}),
      custom: { ...frame.meta?.custom, apitrail: marker },
    };
    return [writeFrame({ ...frame, meta }, query.refId)];
  }
}
