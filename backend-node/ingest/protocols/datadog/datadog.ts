import type { Intake } from '../../intake/intake';
import {
  plainStatus,
  type Protocol,
  type ProtocolReply,
  type ProtocolRequest,
  type ProtocolRoute,
  type Refusal,
  type RefusedRequest,
} from '../protocol';
import { batchOf } from '../shared/batch-of';
import { datadogLogs, RESERVED } from './logs';

/** Datadog’s own limit on a body. */
const MOST_BYTES = 5 * 1024 * 1024;
const TEXT = new Set(['text/plain', 'application/logplex-1']);

const TITLES: Record<number, string> = {
  400: 'Bad Request',
  401: 'Unauthorized',
  403: 'Forbidden',
  408: 'Request Timeout',
  413: 'Payload Too Large',
  415: 'Unsupported Media Type',
  429: 'Too Many Requests',
  500: 'Internal Server Error',
  503: 'Service Unavailable',
};

/** Datadog’s intake of logs, version 2 and the older one that some loggers still speak. */
export const datadog: Protocol = {
  name: 'datadog',
  routes: [post('/api/v2/logs', 202), post('/v1/input', 200)],
  decoders: [datadogLogs],
  token: (header, query) => header('dd-api-key') ?? query['dd-api-key'],
  refuse,
};

function post(path: string, success: number): ProtocolRoute {
  const answer = async (request: ProtocolRequest, intake: Intake): Promise<ProtocolReply> => {
    const params = paramsOf(request);
    const decoded = datadogLogs.decode(request.body, { params, receivedAt: request.receivedAt });
    if (decoded.records.length + decoded.rejects.length > 0) {
      await intake.submit(batchOf(request, datadogLogs.name, { params }), decoded);
    }
    request.note({ records: decoded.records.length, rejects: decoded.rejects.length });
    return { status: success, body: '{}' };
  };
  return { method: 'POST', path, bodyLimit: MOST_BYTES, answer };
}

function paramsOf({ query, mediaType }: ProtocolRequest): Record<string, string> {
  return {
    ...Object.fromEntries(RESERVED.flatMap((name) => (query[name] === undefined ? [] : [[name, query[name]]]))),
    ...(TEXT.has(mediaType) ? { form: 'text' } : {}),
  };
}

/**
 * Errors as Datadog’s clients read them: 401 without a key, 403 with a wrong one, 429 and 5xx for what is to be sent again,
 * after the seconds of `Retry-After` and, for its own clients, of `X-RateLimit-Reset`.
 */
function refuse({ code, status, message, retryAfterSeconds }: Refusal, request: RefusedRequest): ProtocolReply {
  const given = request.header('dd-api-key') ?? request.header('authorization');
  const answered =
    code === 'APITRAIL_UNAUTHENTICATED' && given !== undefined
      ? 403
      : code === 'APITRAIL_INGEST_BUSY'
        ? 429
        : plainStatus({ code, status });
  const headers: Record<string, string> =
    retryAfterSeconds === undefined ? {} : { 'x-ratelimit-reset': String(retryAfterSeconds) };
  const title = TITLES[answered] ?? (answered >= 500 ? TITLES[500]! : TITLES[400]!);
  const body =
    request.path === '/v1/input'
      ? { code: answered, message }
      : { errors: [{ status: String(answered), title, detail: message }] };
  return { status: answered, headers, body: JSON.stringify(body) };
}
