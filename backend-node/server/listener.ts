import { randomUUID } from 'node:crypto';

import { ApitrailError } from '@apitrail/contract';
import fastify, {
  LogController,
  type FastifyBaseLogger,
  type FastifyInstance,
  type FastifyReply,
  type FastifyRequest,
} from 'fastify';

import { noteAnswer, type Answered } from './access-log';
import { ConnectionLimit } from './connection-limit';
import { answerEndpoint, type Endpoint } from './endpoint';
import { errorBody, toApitrailError } from './errors';
import { Gate, RetryableRefusal, type Caller, type GateOptions } from './gate';
import { PathTable } from './path-table';
import { ProtocolListener, type ProtocolMatch, type ProtocolOptions } from './protocol-listener';
import { refuseGarbage } from './refuse-garbage';

export interface ListenerOptions {
  gate: GateOptions;
  endpoints: readonly Endpoint[];
  /** Protocols of senders that are answered beside the endpoints. */
  ingest?: ProtocolOptions;
  log: FastifyBaseLogger;
  /** Most bytes a body of an endpoint may have. */
  bodyLimit: number;
  /** How long a request may take to arrive, milliseconds. Default: 30 s. */
  requestTimeoutMs?: number;
  /** How long the headers of a request may take to arrive, milliseconds. Default: 15 s. */
  headersTimeoutMs?: number;
  /** Told of every answer, for metrics. */
  onAnswer?: (answered: Answered) => void;
}

declare module 'fastify' {
  interface FastifyRequest {
    caller: Caller | undefined;
    notes: Record<string, unknown> | undefined;
    gone: AbortController;
    /** Set for what is of a protocol: it refuses in its own form. */
    matched: ProtocolMatch | undefined;
  }
}

const MOST_CONNECTIONS = 1024;
/** Of one address, of those no request of which was let in yet. */
const MOST_WAITING = MOST_CONNECTIONS / 4;
/** An address of nothing: no declared path has an empty part. */
const NOWHERE = '/_//';
const REQUEST_ID = /^[\w.-]{1,64}$/;

const SECURITY_HEADERS = {
  'content-security-policy': "default-src 'none'; frame-ancestors 'none'",
  'x-content-type-options': 'nosniff',
  'referrer-policy': 'no-referrer',
  'cache-control': 'no-store',
};

/**
 * A listener: exact paths, hosts and origins checked, keys asked for, bodies bounded, every refusal coded, one line in the
 * log per request without query strings, filters or secrets.
 */
export function createListener({
  gate: gateOptions,
  endpoints,
  ingest,
  log,
  bodyLimit,
  requestTimeoutMs = 30_000,
  headersTimeoutMs = 15_000,
  onAnswer,
}: ListenerOptions): FastifyInstance {
  const gate = new Gate(gateOptions);
  const protocols = ingest && new ProtocolListener(ingest);
  const methods = new Map<string, string[]>();
  const declared = [...endpoints.map(({ path, method }) => [path, method] as const), ...(protocols?.paths ?? [])];
  for (const [path, method] of declared) {
    const all = [...(methods.get(path) ?? []), ...(method === 'GET' ? ['GET', 'HEAD'] : [method])];
    methods.set(path, [...new Set(all)]);
  }
  endpoints.filter(({ stream }) => stream).forEach(({ path, method }) => methods.set(path, [method]));
  const table = new PathTable(methods.keys());
  const findPath = (address: string) => table.find(address)?.path;
  const own = new Set(endpoints.map(({ path }) => path));
  const open = new Set(endpoints.filter((endpoint) => endpoint.open).map(({ path }) => path));
  const scopes = new Map(endpoints.flatMap(({ path, scope }) => (scope ? [[path, scope] as const] : [])));
  const polled = new Set(endpoints.filter((endpoint) => endpoint.polled).map(({ path }) => path));
  const streams = new Set(endpoints.filter((endpoint) => endpoint.stream).map(({ path }) => path));
  const note = (request: FastifyRequest, reply: FastifyReply, status: number) =>
    noteAnswer(request, reply, findPath(pathOf(request)) ?? '{unmatched}', status, { polled, streams, onAnswer });
  const app = fastify({
    loggerInstance: log,
    logController: new LogController({ disableRequestLogging: true }),
    bodyLimit,
    requestTimeout: requestTimeoutMs,
    keepAliveTimeout: 30_000,
    http: {
      maxHeaderSize: 16_384,
      headersTimeout: headersTimeoutMs,
      // Node looks for requests that are late every 30 s by itself.
      connectionsCheckingInterval: Math.min(headersTimeoutMs, 1_000),
    },
    forceCloseConnections: 'idle',
    clientErrorHandler: refuseGarbage,
    genReqId: ({ headers }) => {
      const given = headers['x-request-id'];
      return typeof given === 'string' && REQUEST_ID.test(given) ? given : randomUUID();
    },
    // Fastify would refuse it without a hook: what no address can be is one that is not there.
    rewriteUrl: ({ url = '/' }) => (isDecodable(url) ? url : NOWHERE),
    routerOptions: {
      ...{ caseSensitive: true, ignoreTrailingSlash: false, ignoreDuplicateSlashes: false },
      maxParamLength: 16_384,
    },
  });
  app.server.maxConnections = MOST_CONNECTIONS;
  const connections = new ConnectionLimit(MOST_WAITING, () =>
    log.debug({ most: MOST_WAITING }, 'an address has too many connections that were not let in')
  );
  connections.watch(app.server);
  app.removeContentTypeParser('text/plain');
  app.decorateRequest('caller', undefined);
  app.decorateRequest('notes', undefined);
  app.decorateRequest('gone');
  app.decorateRequest('matched', undefined);
  // A body is asked for only after the key was looked at.
  app.server.on('checkContinue', (request, response) => app.server.emit('request', request, response));

  app.addHook('onRequest', async (request, reply) => {
    request.gone = new AbortController();
    request.matched = protocols?.match(request);
    reply.raw.once('close', () => {
      if (!reply.raw.writableFinished) {
        request.gone.abort(new ApitrailError('APITRAIL_QUERY_CANCELLED', 'The one who asked went away.'));
        note(request, reply, 499);
      }
    });
    reply.headers({ ...SECURITY_HEADERS, 'x-request-id': request.id });
    gate.checkHost(request.headers.host);
    const origin = gate.checkOrigin(request.headers, request.method);
    reply.header('cross-origin-resource-policy', origin ? 'cross-origin' : 'same-origin');
    if (gateOptions.allowedOrigins.length > 0) {
      reply.header('vary', 'Origin');
    }
    if (origin) {
      reply.headers({
        'access-control-allow-origin': origin,
        'access-control-expose-headers': 'X-Request-Id, Retry-After',
      });
    }
    const allowed = methods.get(findPath(pathOf(request)) ?? '');
    if (!allowed) {
      throw new ApitrailError(
        'APITRAIL_NOT_FOUND',
        'There is nothing at that address. The address must be exact, without a slash at its end.'
      );
    }
    if (request.method === 'OPTIONS' && origin) {
      return preflight(reply, allowed);
    }
    if (!allowed.includes(request.method)) {
      reply.header('allow', allowed.join(', '));
      throw new ApitrailError(
        'APITRAIL_METHOD_NOT_ALLOWED',
        `${request.method} is not allowed here; use ${allowed.join(' or ')}.`
      );
    }
    const { matched } = request;
    if (!protocols || !matched) {
      if (!open.has(pathOf(request))) {
        const scope = scopes.get(findPath(pathOf(request)) ?? '');
        request.caller = await gate.identify(request.headers, request.ip, undefined, scope);
        connections.letIn(request.raw.socket);
      }
      if (request.headers.expect !== undefined) {
        reply.raw.writeContinue();
      }
      return;
    }
    if (!matched.route.open) {
      request.caller = await gate.identify(request.headers, request.ip, protocols.token(matched, request));
      connections.letIn(request.raw.socket);
    }
    return protocols.answer(matched, request, reply);
  });

  for (const endpoint of endpoints) {
    app.route({
      method: endpoint.method,
      url: endpoint.path,
      ...(endpoint.stream ? { exposeHeadRoute: false } : {}),
      handler: (request, reply) => answerEndpoint(endpoint, request, reply),
    });
  }
  // Reached only for what the hook has refused already: Fastify looks for a route before it asks the hook.
  app.setNotFoundHandler(() => {
    throw new ApitrailError('APITRAIL_NOT_FOUND', 'There is nothing at that address.');
  });

  app.setErrorHandler((thrown, request, reply) => {
    const error = toApitrailError(thrown);
    if (error.code === 'APITRAIL_INTERNAL') {
      request.log.error({ err: error.cause ?? error }, 'fault');
    }
    if (error.status === 401) {
      reply.header('www-authenticate', 'Bearer');
    }
    if (error instanceof RetryableRefusal) {
      reply.header('retry-after', String(error.retryAfterSeconds));
    }
    request.notes = { ...request.notes, code: error.code };
    const protocol =
      request.matched?.protocol ?? (own.has(pathOf(request)) ? undefined : protocols?.protocolAt(pathOf(request)));
    if (protocols && protocol) {
      return protocols.refuse(protocol, error, request, reply);
    }
    return reply.code(error.status).send(errorBody(error));
  });

  app.addHook('onResponse', async (request, reply) => note(request, reply, reply.statusCode));
  return app;
}

function preflight(reply: FastifyReply, allowed: string[]): FastifyReply {
  return reply
    .headers({
      'access-control-allow-methods': allowed.join(', '),
      'access-control-allow-headers': 'Authorization, Content-Type, Idempotency-Key, X-Request-Id',
      'access-control-max-age': '600',
    })
    .code(204)
    .send();
}

function isDecodable(url: string): boolean {
  try {
    decodeURI(url.split('?', 1)[0]!);
    return true;
  } catch {
    return false;
  }
}

function pathOf(request: FastifyRequest): string {
  const url = request.raw.url ?? '';
  const end = url.indexOf('?');
  return end < 0 ? url : url.slice(0, end);
}
