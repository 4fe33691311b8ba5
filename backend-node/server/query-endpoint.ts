import {
  ApitrailError,
  ERROR_CODES,
  QUERY_SCHEMAS,
  type QueryRequest,
  type QueryResponse,
  type QueryResult,
} from '@apitrail/contract';

import type { Admission } from './admission';
import type { Ask, Endpoint } from './endpoint';
import type { Metrics } from './metrics';

export interface QueryEndpointOptions {
  answer(request: QueryRequest, ask: Ask): Promise<QueryResponse>;
  admission: Admission;
  metrics: Metrics;
  /** Most bytes an answer may have. */
  resultBytes: number;
}

/** `POST /api/ds/query`: Grafana's own wire format. Status 200 whatever becomes of single queries: each result has its own. */
export function queryEndpoint({ answer, admission, metrics, resultBytes }: QueryEndpointOptions): Endpoint {
  return {
    method: 'POST',
    path: '/api/ds/query',
    answer: async (ask) => {
      const request = ask.body as QueryRequest | null;
      if (typeof request !== 'object' || request === null || Array.isArray(request)) {
        throw new ApitrailError(
          'APITRAIL_BAD_REQUEST',
          'The body must be a JSON object: {"from":…,"to":…,"queries":[…]}.'
        );
      }
      const { results } = await answer(request, ask);
      const types = new Map(request.queries.map((query) => [refIdOf(query), typeOf(query)]));
      for (const [refId, { status }] of Object.entries(results)) {
        metrics.onQuery(types.get(refId) ?? 'unknown', status);
      }
      ask.note({ queries: [...types.values()], statuses: Object.values(results).map(({ status }) => status) });
      if (Object.values(results).some(isBusy)) {
        ask.header('retry-after', String(admission.retryAfterSeconds));
        ask.status(Object.values(results).every(isBusy) ? ERROR_CODES.APITRAIL_BUSY.status : 200);
      }
      return writeResults(results, resultBytes);
    },
  };
}

/** The answer as JSON. A result that does not fit into what is left of the bytes is refused; those before it stay. */
export function writeResults(results: Record<string, QueryResult>, resultBytes: number): string {
  let left = resultBytes;
  const written = Object.entries(results).map(([refId, result]) => {
    let text = JSON.stringify(result);
    const bytes = Buffer.byteLength(text);
    if (bytes > left) {
      const error = new ApitrailError(
        'APITRAIL_RESULT_TOO_LARGE',
        `The answer would have ${bytes} bytes more, and of ${resultBytes} are ${left} left. Ask for fewer rows, columns or groups, or raise limits.result_bytes.`
      );
      text = JSON.stringify({
        status: error.status,
        error: error.userMessage,
        errorSource: 'downstream',
      } satisfies QueryResult);
    } else {
      left -= bytes;
    }
    return `${JSON.stringify(refId)}:${text}`;
  });
  return `{"results":{${written.join(',')}}}`;
}

function isBusy({ error }: QueryResult): boolean {
  return error?.endsWith('[APITRAIL_BUSY]') ?? false;
}

function refIdOf(query: unknown): string {
  return String((query as { refId?: unknown } | null)?.refId);
}

/** Only types that exist: what a caller makes up must not become a label or a line in the log. */
function typeOf(query: unknown): string {
  const type = (query as { queryType?: unknown } | null)?.queryType;
  return typeof type === 'string' && Object.hasOwn(QUERY_SCHEMAS, type) ? type : 'unknown';
}
