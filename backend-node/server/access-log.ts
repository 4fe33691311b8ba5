import type { FastifyReply, FastifyRequest } from 'fastify';

/** An answer, for metrics. `path` is one of the listener's, or `{unmatched}`. */
export interface Answered {
  method: string;
  path: string;
  status: number;
  seconds: number;
}

export interface AccessLogOptions {
  /** Paths that are asked again and again by machines: logged only when they fail, or at the level debug. */
  polled: ReadonlySet<string>;
  /** Paths that answer with a stream. */
  streams: ReadonlySet<string>;
  onAnswer: ((answered: Answered) => void) | undefined;
}

/**
 * Notes an answer: one line in the log with who asked, for what and what became of it, and the metrics. No query string,
 * no body, no key is in it. Status 499 is for those who went away before they were answered, as nginx has it.
 */
export function noteAnswer(
  request: FastifyRequest,
  reply: FastifyReply,
  path: string,
  status: number,
  { polled, streams, onAnswer }: AccessLogOptions
): void {
  // A stream lasts as long as somebody looks, and has metrics of its own.
  if (!streams.has(path) || (status !== 200 && status !== 499)) {
    onAnswer?.({ method: request.method, path, status, seconds: reply.elapsedTime / 1000 });
  }
  const { key, identity } = request.caller ?? {};
  const level = polled.has(path) && status < 400 ? 'debug' : 'info';
  request.log[level](
    {
      method: request.method,
      path,
      status,
      ms: Math.round(reply.elapsedTime),
      address: request.ip,
      ...(key ? { key: key.id, keyName: key.name } : {}),
      ...(identity ? { identity } : {}),
      ...request.notes,
    },
    'request'
  );
}
