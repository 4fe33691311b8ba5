import { ApitrailError } from '@apitrail/contract';

import type { Engine } from '../../engine/engine';
import { LiveReader, parseLiveQuery } from '../../queries/live';
import type { Ask, Endpoint } from '../endpoint';
import { liveFormatFor } from './live-format';
import type { LiveStreams } from './live-streams';

export interface LiveEndpointOptions {
  streams: LiveStreams;
  engine: Engine;
  /** What else the stored value of a key may be, given what a person wrote. */
  pseudonyms(): Promise<(key: string, value: string) => string[]>;
}

const PARAMETERS = new Set(['query', 'queryType']);

/** Seconds after which a stream that found no room may be asked for again. */
const RETRY_AFTER_SECONDS = 5;

/** `GET /api/live?query={…}`: what comes in, as it comes in, until the client goes away. */
export function liveEndpoint({ streams, engine, pseudonyms }: LiveEndpointOptions): Endpoint {
  return {
    method: 'GET',
    path: '/api/live',
    stream: true,
    answer: async (ask) => {
      const query = parseLiveQuery(queryOf(ask));
      const format = liveFormatFor(ask.requestHeader('accept'));
      ask.note({ queries: [query.queryType] });
      const known = await pseudonyms();
      try {
        const stream = await streams.start(ask.caller.name, ask.signal, format, (signal) =>
          LiveReader.open(query, { engine, signal, pseudonyms: known })
        );
        ask.header('content-type', format.contentType);
        // Proxies such as nginx would hold back what comes in small pieces.
        ask.header('x-accel-buffering', 'no');
        // So that a listener that closes need not wait for the connection after the stream.
        ask.header('connection', 'close');
        return stream;
      } catch (error) {
        if (error instanceof ApitrailError && error.code === 'APITRAIL_BUSY') {
          ask.header('retry-after', String(RETRY_AFTER_SECONDS));
        }
        throw error;
      }
    },
  };
}

/** The query as `/api/ds/query` takes one, of the parameters `query`, its JSON, and `queryType`. */
function queryOf({ query: parameters }: Ask): Record<string, unknown> {
  const unknown = Object.keys(parameters).find((name) => !PARAMETERS.has(name));
  if (unknown !== undefined) {
    throw new ApitrailError(
      'APITRAIL_UNKNOWN_FIELD',
      `There is no parameter ${JSON.stringify(unknown)}. A live stream takes query, the query as JSON, and queryType.`,
      { where: unknown }
    );
  }
  const { query: text = '{}', queryType } = parameters;
  let query: unknown;
  try {
    query = JSON.parse(text);
  } catch (error) {
    throw new ApitrailError('APITRAIL_BAD_VALUE', 'query: must be a query as JSON.', { where: 'query', cause: error });
  }
  if (typeof query !== 'object' || query === null || Array.isArray(query)) {
    throw new ApitrailError('APITRAIL_BAD_VALUE', 'query: must be a JSON object.', { where: 'query' });
  }
  return { refId: 'A', queryType: 'requests', ...query, ...(queryType === undefined ? {} : { queryType }) };
}
