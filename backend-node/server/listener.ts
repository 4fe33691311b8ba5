import { randomUUID } from 'node:crypto';
import { STATUS_CODES } from 'node:http';
import type { Socket } from 'node:net';

import { ApitrailError } from '@apitrail/contract';
import fastify, {
  LogController,
  type FastifyBaseLogger,
  type FastifyInstance,
  type FastifyReply,
  type FastifyRequest,
} from 'fastify';

import { formatListen, type ListenAddress } from '../config/listen';
import { noteAnswer, type Answered } from './access-log';
import { errorBody, toApitrailError } from './errors';
import { Gate, RetryableRefusal, type Caller, type GateOptions } from './gate';
import { PathTable } from './path-table';
import { ProtocolListener, type ProtocolMatch, type ProtocolOptions } from './protocol-listener';

/** A request that was let in. */
export interface Ask {
  body: unknown;
  query: Record<string, string>;
  /** What stands in the address in the place of the names of the endpoint's path. */
  params: Record<string, string>;
  caller: Caller;
  /** Id of the request, in its answer and in the log. */
  id: string;
  /** Aborts when the one who asks goes away. */
  signal: AbortSignal;
  /** A header of the request; undefined when it has none. */
  requestHeader(name: string): string | undefined;
  /** Sets a header of the answer. */
  header(name: string, value: string): void;
  /** Sets the status of the answer; 200 without. */
  status(code: number): void;
  /** Adds to the line of the access log. */
  note(fields: Record<string, unknown>): void;
}

/**
 * Something a listener answers to, at exactly that path, in which a `:name` stands for anything without a slash. A string is
 * sent as it is, anything else as JSON.
 */
export interface Endpoint {
  method: 'GET' | 'POST' | 'DELETE';
  path: string;
  /** Content type of a string answer; JSON without. */
  type?: string;
  /** Asked again and again by machines: logged only when it fails, or at the level debug. */
  polled?: boolean;
  /** Answered without a key: only what says nothing that is not for everybody. */
  open?: boolean;
  /** Answers with a stream that goes on until the client goes away: asked for with GET only, never with HEAD. */
  stream?: boolean;
  answer(ask: Ask): Promise<unknown>;
}

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
  const open = new Set(endpoints.filter((endpoint) => endpoint.open).map(({ path }) => path));
  const polled = new Set(endpoints.filter((endpoint) => endpoint.polled).map(({ path }) => path));
  const note = (request: FastifyRequest, reply: FastifyReply, status: number) =>
    noteAnswer(request, reply, findPath(pathOf(request)) ?? '{unmatched}', status, { polled, onAnswer });
  const app = fastify({
    loggerInstance: log,
    logController: new LogController({ disableRequestLogging: true }),
    bodyLimit,
    requestTimeout: requestTimeoutMs,
    keepAliveTimeout: 30_000,
    http: { maxHeaderSize: 16_384, headersTimeout: 15_000 },
    forceCloseConnections: 'idle',
    clientErrorHandler: refuseGarbage,
    genReqId: ({ headers }) => {
      const given = headers['x-request-id'];
      return typeof given === 'string' && REQUEST_ID.test(given) ? given : randomUUID();
    },
    routerOptions: {
      ...{ caseSensitive: true, ignoreTrailingSlash: false, ignoreDuplicateSlashes: false },
      maxParamLength: 512,
    },
  });
  app.server.maxConnections = 1024;
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
    const origin = gate.checkOrigin(request.headers);
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
        request.caller = await gate.identify(request.headers, request.ip);
      }
      if (request.headers.expect !== undefined) {
        reply.raw.writeContinue();
      }
      return;
    }
    if (!matched.route.open) {
      request.caller = await gate.identify(request.headers, request.ip, protocols.token(matched, request));
    }
    return protocols.answer(matched, request, reply);
  });

  for (const endpoint of endpoints) {
    app.route({
      method: endpoint.method,
      url: endpoint.path,
      ...(endpoint.stream ? { exposeHeadRoute: false } : {}),
      handler: (request, reply) => answer(endpoint, request, reply),
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
    if (protocols && request.matched) {
      return protocols.refuse(request.matched, error, request, reply);
    }
    return reply.code(error.status).send(errorBody(error));
  });

  app.addHook('onResponse', async (request, reply) => note(request, reply, reply.statusCode));
  return app;
}

/** Listens, and gives the address it really has. Throws APITRAIL_PORT_IN_USE, naming the setting to change. */
export async function listen(app: FastifyInstance, address: ListenAddress, setting: string): Promise<ListenAddress> {
  try {
    await app.listen({ host: address.host, port: address.port, backlog: 511 });
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    const flag = `--${setting.replaceAll('_', '-')}`;
    const change = `change it with ${flag} HOST:PORT, APITRAIL_${setting.toUpperCase()} or ${setting} in apitrail.yaml`;
    if (code === 'EADDRINUSE') {
      throw new ApitrailError(
        'APITRAIL_PORT_IN_USE',
        `Another program listens on ${formatListen(address)} already. Stop it, or ${change}.`,
        {
          where: setting,
          cause: error,
        }
      );
    }
    throw new ApitrailError(
      'APITRAIL_BAD_CONFIG',
      `Nothing can listen on ${formatListen(address)} (${message}): ${change}.`,
      {
        where: setting,
        cause: error,
      }
    );
  }
  const bound = app.server.address();
  return { host: address.host, port: typeof bound === 'object' && bound ? bound.port : address.port };
}

async function answer(endpoint: Endpoint, request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply> {
  const content = await endpoint.answer({
    body: request.body,
    query: request.query as Record<string, string>,
    params: request.params as Record<string, string>,
    caller: request.caller!,
    id: request.id,
    signal: request.gone.signal,
    requestHeader: (name) => {
      const value = request.headers[name.toLowerCase()];
      return Array.isArray(value) ? value[0] : value;
    },
    header: (name, value) => void reply.header(name, value),
    status: (code) => void reply.code(code),
    note: (fields) => {
      request.notes = { ...request.notes, ...fields };
    },
  });
  return typeof content === 'string'
    ? reply.type(endpoint.type ?? 'application/json; charset=utf-8').send(content)
    : reply.send(content);
}

/** What is not even HTTP never becomes a request; it is refused on the socket. */
function refuseGarbage(error: Error & { code?: string }, socket: Socket): void {
  if (error.code === 'ECONNRESET' || !socket.writable) {
    socket.destroy();
    return;
  }
  const refusal =
    error.code === 'ERR_HTTP_REQUEST_TIMEOUT'
      ? new ApitrailError('APITRAIL_TOO_SLOW', 'The request did not arrive in time.')
      : new ApitrailError('APITRAIL_BAD_REQUEST', 'The request is not valid HTTP, or its headers are too large.');
  const body = JSON.stringify(errorBody(refusal));
  socket.end(
    `HTTP/1.1 ${refusal.status} ${STATUS_CODES[refusal.status]}\r\nContent-Type: application/json\r\nContent-Length: ${body.length}\r\nConnection: close\r\n\r\n${body}`
  );
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

function pathOf(request: FastifyRequest): string {
  const url = request.raw.url ?? '';
  const end = url.indexOf('?');
  return end < 0 ? url : url.slice(0, end);
}
