import { request as httpRequest, type IncomingMessage } from 'node:http';
import { request as httpsRequest } from 'node:https';
import { setTimeout as sleep } from 'node:timers/promises';

import { ApitrailError } from '@apitrail/contract';

import { VERSION } from '../../config/version';
import { guardedLookup } from './receiver-address';
import { SIGNATURE_HEADERS, signatureOf } from './signature';

/** Who is sent to. */
export interface Receiver {
  url: URL;
  secret: string;
  /** How long it may take to answer, milliseconds. */
  timeoutMs: number;
  allowHttp: boolean;
}

/** How often a page is sent before it is given up, and the first pause after one that was not taken; each is twice the one before. */
export interface Patience {
  attempts: number;
  pauseMs: number;
}

const PATIENCE: Patience = { attempts: 5, pauseMs: 1_000 };
const LONGEST_PAUSE_MS = 60_000;
/** Bytes of an answer that are read: for what is wrong. */
const MOST_READ = 4_096;

interface Answered {
  status: number;
  text: string;
  retryAfter: string | undefined;
}

/**
 * Posts a page, signed, and again after a pause where the receiver cannot be reached, is busy (408, 429) or failed (5xx). Redirects are
 * not followed. Every attempt at a page carries its `key` as `Idempotency-Key`. Throws APITRAIL_WEBHOOK_FAILED with what it answered.
 */
export async function postPage(
  receiver: Receiver,
  { page, key }: { page: unknown; key: string },
  signal?: AbortSignal,
  { attempts, pauseMs }: Patience = PATIENCE
): Promise<void> {
  const body = JSON.stringify(page);
  for (let attempt = 1; ; attempt++) {
    signal?.throwIfAborted();
    const answered = await postOnce(receiver, { body, key }, signal).catch((error: unknown) => error as Error);
    if (!(answered instanceof Error) && answered.status >= 200 && answered.status < 300) {
      return;
    }
    signal?.throwIfAborted();
    if (attempt >= attempts || !mayPass(answered)) {
      throw failure(receiver, answered, attempt);
    }
    const pause = Math.min(pauseMs * 2 ** (attempt - 1), LONGEST_PAUSE_MS);
    await sleep(Math.max(pause * (0.5 + Math.random()), askedPause(answered)), undefined, signal ? { signal } : {});
  }
}

/** Whether a receiver answered that it will not take a page, however often it is sent. */
export function isRefusal(error: unknown): boolean {
  const answered = error instanceof ApitrailError ? (error.cause as Partial<Answered> | undefined) : undefined;
  return typeof answered?.status === 'number' && !mayPass(answered as Answered);
}

function mayPass(answered: Answered | Error): boolean {
  return answered instanceof Error
    ? !(answered instanceof ApitrailError)
    : answered.status >= 500 || answered.status === 408 || answered.status === 429;
}

/** How long the receiver asks to be left alone, up to a minute; milliseconds. */
function askedPause(answered: Answered | Error): number {
  const seconds = answered instanceof Error ? NaN : Number(answered.retryAfter);
  return Number.isFinite(seconds) ? Math.min(Math.max(0, seconds * 1000), LONGEST_PAUSE_MS) : 0;
}

function failure({ url }: Receiver, answered: Answered | Error, attempts: number): ApitrailError {
  if (answered instanceof ApitrailError) {
    return answered;
  }
  const tried = attempts === 1 ? '' : ` after ${attempts} attempts`;
  const said =
    answered instanceof Error
      ? `cannot be reached: ${answered.message}`
      : answered.status >= 300 && answered.status < 400
        ? `answered ${answered.status}, which leads elsewhere; give the address it leads to`
        : `answered ${answered.status}${answered.text === '' ? '' : `: ${answered.text}`}`;
  return new ApitrailError('APITRAIL_WEBHOOK_FAILED', `The webhook at ${url.origin} ${said}${tried}.`, {
    where: url.origin,
    cause: answered,
  });
}

function postOnce(
  receiver: Receiver,
  { body, key }: { body: string; key: string },
  signal: AbortSignal | undefined
): Promise<Answered> {
  const { url, secret, timeoutMs, allowHttp } = receiver;
  const timestamp = Math.floor(Date.now() / 1000);
  const over = AbortSignal.timeout(timeoutMs);
  return new Promise((resolve, reject) => {
    const lookup = guardedLookup(url, { allowHttp });
    const send = url.protocol === 'https:' ? httpsRequest : httpRequest;
    const request = send(url, {
      method: 'POST',
      lookup,
      agent: false,
      signal: signal ? AbortSignal.any([signal, over]) : over,
      headers: {
        'content-type': 'application/json; charset=utf-8',
        'content-length': Buffer.byteLength(body),
        'user-agent': `apitrail/${VERSION}`,
        'idempotency-key': key,
        [SIGNATURE_HEADERS.timestamp]: String(timestamp),
        [SIGNATURE_HEADERS.signature]: signatureOf(secret, timestamp, body),
      },
    });
    request.once('error', (error) =>
      reject(over.aborted ? new Error(`it did not answer within ${timeoutMs / 1000} s`) : error)
    );
    request.once('response', (response) => void readAnswer(response).then(resolve, reject));
    request.end(body);
  });
}

async function readAnswer(response: IncomingMessage): Promise<Answered> {
  let text = '';
  response.setEncoding('utf8');
  for await (const part of response) {
    text += part as string;
    if (text.length >= MOST_READ) {
      break;
    }
  }
  return {
    status: response.statusCode ?? 0,
    text: text.replace(/\s+/g, ' ').trim().slice(0, 300),
    retryAfter: response.headers['retry-after'],
  };
}
