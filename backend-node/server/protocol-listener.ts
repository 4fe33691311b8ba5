import { ApitrailError } from '@apitrail/contract';
import type { FastifyReply, FastifyRequest } from 'fastify';

import type { BodyHold, BodyMemory } from '../ingest/intake/body-memory';
import type { Intake } from '../ingest/intake/intake';
import { Overload } from '../ingest/intake/overload';
import { commonToken } from '../ingest/protocols/credentials';
import type { Protocol, ProtocolReply, ProtocolRequest, ProtocolRoute, Refusal } from '../ingest/protocols/protocol';
import { RetryableRefusal } from './gate';
import { PathTable } from './path-table';
import { declaredLength, readRequestBody } from './request-body';

export interface ProtocolOptions {
  protocols: readonly Protocol[];
  intake: Intake;
  /** Where bodies count while they are read and worked on. */
  memory: BodyMemory;
  /** Most bytes of a body, as sent and after decompression: the setting `ingest.request_bytes`. */
  requestBytes: number;
  /** How long a body may come too slowly, milliseconds. Default: 10 s. */
  patienceMs?: number;
}

/** A route of a protocol that a request is for. */
export interface ProtocolMatch {
  protocol: Protocol;
  route: ProtocolRoute;
  params: Record<string, string>;
  query: Record<string, string>;
}

/** After how many seconds to send again what was refused for a while without saying how long. */
const RETRY_SECONDS = 5;
/** How long, and how much, the rest of a refused body is still read, so that the sender gets to read the answer. */
const LINGER_MS = 2_000;
const LINGER_BYTES = 32 * 1024 * 1024;

/** Answers the requests of senders: finds the protocol, reads the body, hands it over, and refuses in the protocol’s form. */
export class ProtocolListener {
  private readonly table: PathTable;
  private readonly routes = new Map<string, { protocol: Protocol; route: ProtocolRoute }>();

  constructor(private readonly options: ProtocolOptions) {
    for (const protocol of options.protocols) {
      for (const route of protocol.routes) {
        this.routes.set(`${route.method} ${route.path}`, { protocol, route });
      }
    }
    this.table = new PathTable(this.paths.map(([path]) => path));
  }

  /** Paths with their methods, in the order of the protocols. */
  get paths(): Array<[path: string, method: string]> {
    return this.options.protocols.flatMap(({ routes }) =>
      routes.map(({ path, method }): [string, string] => [path, method])
    );
  }

  /** The route of a request; undefined for what is of no protocol. HEAD is answered where GET is. */
  match(request: FastifyRequest): ProtocolMatch | undefined {
    const [address, search] = splitUrl(request.raw.url ?? '');
    const found = this.table.find(address);
    const { method } = request;
    const known =
      found &&
      (this.routes.get(`${method} ${found.path}`) ??
        (method === 'HEAD' ? this.routes.get(`GET ${found.path}`) : undefined));
    return known && { ...known, params: found.params, query: queryOf(search) };
  }

  /** The protocol that says no at an address: the one that takes other methods there, or whose addresses look like it. */
  protocolAt(address: string): Protocol | undefined {
    const path = this.table.find(address)?.path;
    return this.options.protocols.find(
      ({ routes, owns }) => routes.some((route) => route.path === path) || owns?.(address)
    );
  }

  /** The key a request came with, where its protocol’s clients put it. */
  token({ protocol, query }: ProtocolMatch, request: FastifyRequest): string | undefined {
    const header = headerReader(request);
    return protocol.token?.(header, query) ?? commonToken(header);
  }

  /** Reads the body of a request that was let in, and answers it. */
  async answer(match: ProtocolMatch, request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply> {
    const { intake, memory } = this.options;
    const receivedAt = Date.now() * 1000;
    const hold = memory.hold();
    try {
      const body = await this.readBody(match.route, request, reply, hold);
      request.notes = { ...request.notes, protocol: match.protocol.name, bytes: body.length };
      const ask: ProtocolRequest = {
        ...refusedRequest(request),
        params: match.params,
        query: match.query,
        body,
        receivedAt,
        from: request.caller?.key?.id ?? '',
        signal: request.gone.signal,
        note: (fields) => {
          request.notes = { ...request.notes, ...fields };
        },
      };
      return send(reply, await match.route.answer(ask, intake));
    } finally {
      hold.release();
    }
  }

  /** A refusal in the protocol’s form. What is left of the body is read for a moment, then the connection is cut. */
  refuse(protocol: Protocol, error: ApitrailError, request: FastifyRequest, reply: FastifyReply): FastifyReply {
    const refusal = refusalOf(error);
    if (!request.raw.complete) {
      lingerAndCut(request, reply);
    }
    if (refusal.retryAfterSeconds !== undefined) {
      reply.header('retry-after', String(refusal.retryAfterSeconds));
    }
    return send(reply, protocol.refuse(refusal, refusedRequest(request)));
  }

  private async readBody(
    route: ProtocolRoute,
    request: FastifyRequest,
    reply: FastifyReply,
    hold: BodyHold
  ): Promise<Buffer> {
    const { raw } = request;
    if (raw.headers['content-length'] === undefined && raw.headers['transfer-encoding'] === undefined) {
      return Buffer.alloc(0);
    }
    const { requestBytes, patienceMs } = this.options;
    const limit = Math.min(route.bodyLimit ?? Infinity, requestBytes);
    this.options.intake.admit(declaredLength(raw, limit));
    if (raw.headers.expect !== undefined) {
      reply.raw.writeContinue();
    }
    return readRequestBody(raw, {
      ...{ limit, ownCodings: route.ownCodings ?? [], hold },
      ...(patienceMs === undefined ? {} : { patienceMs }),
    });
  }
}

/** What a protocol is told of an error. Nothing that comes from the lake being busy or full is the sender’s fault. */
function refusalOf(error: ApitrailError): Refusal {
  const { code, message, where } = error;
  const transient = code === 'APITRAIL_LAKE_BUSY' || code === 'APITRAIL_LAKE_CONFLICT';
  const status = transient ? 503 : error.status;
  const seconds =
    error instanceof Overload || error instanceof RetryableRefusal
      ? error.retryAfterSeconds
      : status === 503 || status === 429
        ? RETRY_SECONDS
        : undefined;
  return {
    code,
    message,
    status,
    ...(where === undefined ? {} : { where }),
    ...(seconds === undefined ? {} : { retryAfterSeconds: seconds }),
  };
}

function lingerAndCut({ raw }: FastifyRequest, reply: FastifyReply): void {
  if (raw.headers.expect !== undefined) {
    // Nothing of the body was sent: what comes next on the connection may be the body or the next request.
    reply.header('connection', 'close');
    return;
  }
  let bytes = 0;
  const cut = (): void => void (raw.complete || raw.socket.destroy());
  raw.on('data', (chunk: Buffer) => {
    bytes += chunk.length;
    if (bytes > LINGER_BYTES && reply.raw.writableFinished) {
      cut();
    }
  });
  raw.on('error', () => undefined);
  raw.resume();
  const timer = setTimeout(cut, LINGER_MS).unref();
  raw.once('close', () => clearTimeout(timer));
}

function send(reply: FastifyReply, { status, headers, type, body }: ProtocolReply): FastifyReply {
  reply.code(status).headers(headers ?? {});
  if (body === undefined) {
    return reply.send();
  }
  // Fastify adds a charset to the media type of texts, which not every client takes.
  return reply.header('content-type', type ?? 'application/json').send(Buffer.from(body as string));
}

function refusedRequest(request: FastifyRequest): Pick<ProtocolRequest, 'method' | 'path' | 'header' | 'mediaType'> {
  const header = headerReader(request);
  return {
    method: request.method,
    path: splitUrl(request.raw.url ?? '')[0],
    header,
    mediaType: (header('content-type') ?? '').split(';', 1)[0]!.trim().toLowerCase(),
  };
}

function headerReader({ headers }: FastifyRequest): (name: string) => string | undefined {
  return (name) => {
    const value = headers[name.toLowerCase()];
    return Array.isArray(value) ? value[0] : value;
  };
}

function splitUrl(url: string): [path: string, search: string] {
  const end = url.indexOf('?');
  return end < 0 ? [url, ''] : [url.slice(0, end), url.slice(end + 1)];
}

function queryOf(search: string): Record<string, string> {
  const query: Record<string, string> = Object.create(null) as Record<string, string>;
  for (const [name, value] of new URLSearchParams(search)) {
    query[name] ??= value;
  }
  return query;
}
