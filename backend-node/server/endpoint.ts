import type { FastifyReply, FastifyRequest } from 'fastify';

import type { Scope } from '../access/scopes';
import type { Caller } from './gate';

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
  method: 'GET' | 'POST' | 'PUT' | 'DELETE';
  path: string;
  /** Content type of a string answer; JSON without. */
  type?: string;
  /** Asked again and again by machines: logged only when it fails, or at the level debug. */
  polled?: boolean;
  /** Answered without a key: only what says nothing that is not for everybody. */
  open?: boolean;
  /** Answers with a stream that goes on until the client goes away: asked for with GET only, never with HEAD. */
  stream?: boolean;
  /** What a key must open, where it is not what the listener asks for. */
  scope?: Scope;
  answer(ask: Ask): Promise<unknown>;
}

/** Answers a request that was let in with what an endpoint says. */
export async function answerEndpoint(
  endpoint: Endpoint,
  request: FastifyRequest,
  reply: FastifyReply
): Promise<FastifyReply> {
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
