import { promisify } from 'node:util';
import { gzip } from 'node:zlib';

import { ApitrailError, type ErrorBody } from '@apitrail/contract';

import { backoffMs, pause, retryAfterMs } from './backoff';

/** What is sent must be sent in smaller pieces. */
export class TooLarge extends Error {}

const compress = promisify(gzip);
/** A request that has no answer after this time is sent again. */
const ANSWER_MS = 120_000;
/** Compressing less costs more than it saves. */
const PLAIN_BYTES = 1024;

export interface CompanionOptions {
  /** Address of the ingest listener. */
  url: URL;
  /** A key of the scope ingest. */
  key: string | undefined;
  /** Told when a companion does not answer or wants to be left alone, and when it is back. */
  note: (text: string) => void;
}

/** The ingest listener of a companion, seen from who sends to it: what can be tried again is, until it is taken in. */
export class CompanionClient {
  retries = 0;
  private trouble = false;

  constructor(private readonly options: CompanionOptions) {}

  /** For people: where it is. */
  get name(): string {
    return this.options.url.origin;
  }

  /**
   * Posts a body until it is taken in, and gives the answer. Throws a TooLarge when it is, an ApitrailError when it is
   * refused for good, and the signal’s reason when that is aborted.
   */
  async post(path: string, body: Buffer, idempotencyKey: string, signal: AbortSignal): Promise<unknown> {
    const { url, key } = this.options;
    const zipped = body.length > PLAIN_BYTES ? await compress(body, { level: 1 }) : undefined;
    const request = {
      method: 'POST',
      redirect: 'manual' as const,
      headers: {
        'content-type': 'text/plain; charset=utf-8',
        'idempotency-key': idempotencyKey,
        ...(zipped ? { 'content-encoding': 'gzip' } : {}),
        ...(key ? { authorization: `Bearer ${key}` } : {}),
      },
      body: new Uint8Array(zipped ?? body),
    };
    for (let attempt = 0; ; attempt++) {
      signal.throwIfAborted();
      const answer = await this.attempt(new URL(path, url), request, signal);
      if ('taken' in answer) {
        this.calm();
        return answer.taken;
      }
      this.retries++;
      this.complain(answer.why);
      await pause(answer.afterMs ?? backoffMs(attempt), signal);
    }
  }

  private async attempt(
    address: URL,
    request: RequestInit,
    signal: AbortSignal
  ): Promise<{ taken: unknown } | { why: string; afterMs: number | undefined }> {
    let answer: Response;
    let text: string;
    try {
      const ended = AbortSignal.any([signal, AbortSignal.timeout(ANSWER_MS)]);
      answer = await fetch(address, { ...request, signal: ended });
      text = await answer.text();
    } catch (error) {
      signal.throwIfAborted();
      const reason = error instanceof Error && error.cause instanceof Error ? error.cause : (error as Error);
      return { why: `does not answer (${reason.message || (reason as { code?: string }).code})`, afterMs: undefined };
    }
    const body = readJson(text);
    if (answer.ok && body !== undefined) {
      return { taken: body };
    }
    const { code, message, where } = (body as Partial<ErrorBody> | undefined)?.error ?? {};
    if (answer.status >= 500 || answer.status === 429 || answer.status === 408) {
      const why = `answers ${answer.status}${message ? `: ${message}` : ''}`;
      return { why, afterMs: retryAfterMs(answer.headers.get('retry-after'), Date.now()) };
    }
    if (answer.status === 413) {
      throw new TooLarge(message);
    }
    throw new ApitrailError(
      (code as ApitrailError['code'] | undefined) ?? 'APITRAIL_NOT_FOUND',
      message ?? `${address.origin} answered ${answer.status}; it is not the ingest listener of a companion.`,
      where === undefined ? { where: '--to' } : { where }
    );
  }

  /** Says once what is wrong, until it is right again. */
  private complain(why: string): void {
    if (!this.trouble) {
      this.trouble = true;
      this.options.note(`${this.name} ${why}. Trying again until it takes things in; nothing is read on meanwhile.`);
    }
  }

  private calm(): void {
    if (this.trouble) {
      this.trouble = false;
      this.options.note(`${this.name} takes things in again.`);
    }
  }
}

/** The address of an ingest listener as a person writes it. Throws APITRAIL_USAGE. */
export function companionAddress(text: string, option: string): URL {
  const url = URL.canParse(text) ? new URL(text.endsWith('/') ? text : `${text}/`) : undefined;
  if (!url || (url.protocol !== 'http:' && url.protocol !== 'https:') || url.username || url.search || url.hash) {
    throw new ApitrailError(
      'APITRAIL_USAGE',
      `${option} must be an address such as http://127.0.0.1:8586, not ${text.slice(0, 200)}.`,
      { where: option }
    );
  }
  return url;
}

function readJson(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined;
  }
}
