import type { IncomingMessage } from 'node:http';

import { ApitrailError } from '@apitrail/contract';

import type { BodyHold } from '../ingest/intake/body-memory';
import { decoderOf, type BodyDecoder } from './content-encoding';

export interface BodyOptions {
  /** Most bytes, as sent and after decompression. */
  limit: number;
  /** Content codings that are left to the protocol. */
  ownCodings: readonly string[];
  /** Where what is in memory counts. */
  hold: BodyHold;
  /** How long it may come more slowly than `SLOWEST_BYTES_PER_SECOND`, milliseconds. Default: 10 s. */
  patienceMs?: number;
}

/** A sender is too slow that sends less than this for so long. */
const SLOWEST_BYTES_PER_SECOND = 512;
const PATIENCE_MS = 10_000;
/** More than this, and so many times what was sent, is a bomb. */
const EXPANSION_FREE_BYTES = 1024 * 1024;
const MOST_EXPANSION = 1000;

/** Bytes a request says its body has; 0 when it does not say. Throws APITRAIL_BODY_TOO_LARGE when that is too much. */
export function declaredLength(raw: IncomingMessage, limit: number): number {
  const declared = Number(raw.headers['content-length'] ?? 0);
  if (declared > limit) {
    throw tooLarge(limit);
  }
  return declared;
}

/**
 * Reads the body of a request and undoes its `Content-Encoding`, no more than `limit` bytes of it. Throws an ApitrailError
 * for what is too large, too slow, damaged or in a coding that is not known, and leaves the rest of the body unread.
 */
export function readRequestBody(
  raw: IncomingMessage,
  { limit, ownCodings, hold, patienceMs = PATIENCE_MS }: BodyOptions
): Promise<Buffer> {
  const coding = (raw.headers['content-encoding'] ?? '').trim().toLowerCase();
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    let sent = 0;
    let size = 0;
    let sentBefore = 0;

    const settle = (outcome: () => void): void => {
      clearInterval(watch);
      raw.off('data', onData).off('end', onEnd).off('error', onGone).off('close', onGone);
      decoder?.stop();
      outcome();
    };
    const fail = (error: unknown): void => settle(() => reject(error as Error));
    /** Notes what came out; what is thrown ends the reading. */
    const onOutput = (chunk: Buffer): void => {
      size += chunk.length;
      if (size > limit) {
        throw tooLarge(limit);
      }
      if (decoder && size > EXPANSION_FREE_BYTES && size > sent * MOST_EXPANSION) {
        throw new ApitrailError(
          'APITRAIL_BODY_TOO_LARGE',
          `The body expands to more than ${MOST_EXPANSION} times what was sent.`
        );
      }
      // Its pieces, the whole body and its text lie there at the same time.
      hold.grow(3 * chunk.length);
      chunks.push(chunk);
    };
    const onData = (chunk: Buffer): void => {
      sent += chunk.length;
      try {
        if (sent > limit) {
          throw tooLarge(limit);
        }
        if (!decoder) {
          onOutput(chunk);
        } else if (!decoder.write(chunk)) {
          raw.pause();
        }
      } catch (error) {
        fail(error);
      }
    };
    const onDone = (): void => settle(() => resolve(joined(chunks, size, hold)));
    const onEnd = (): void => {
      if (decoder && sent > 0) {
        clearInterval(watch);
        raw.off('close', onGone);
        decoder.end();
      } else {
        onDone();
      }
    };
    const onGone = (): void => fail(new ApitrailError('APITRAIL_QUERY_CANCELLED', 'The sender went away.'));
    const watch = setInterval(() => {
      if (!raw.isPaused() && sent - sentBefore < (SLOWEST_BYTES_PER_SECOND * patienceMs) / 1000) {
        fail(
          new ApitrailError(
            'APITRAIL_TOO_SLOW',
            `The body comes at less than ${SLOWEST_BYTES_PER_SECOND} bytes per second.`
          )
        );
      }
      sentBefore = sent;
    }, patienceMs).unref();

    let decoder: BodyDecoder | undefined;
    try {
      decoder = ownCodings.includes(coding)
        ? undefined
        : decoderOf(coding, {
            limit,
            onOutput,
            onDone,
            onFail: fail,
            onDrain: () => raw.resume(),
          });
    } catch (error) {
      clearInterval(watch);
      reject(error as Error);
      return;
    }
    raw.on('data', onData).on('end', onEnd).on('error', onGone).on('close', onGone);
    if (raw.destroyed) {
      onGone();
    }
  });
}

function joined(chunks: readonly Buffer[], size: number, hold: BodyHold): Buffer {
  if (chunks.length === 1) {
    return chunks[0]!;
  }
  const body = hold.allocate(size);
  let at = 0;
  for (const chunk of chunks) {
    at += chunk.copy(body, at);
  }
  return body;
}

function tooLarge(limit: number): ApitrailError {
  return new ApitrailError(
    'APITRAIL_BODY_TOO_LARGE',
    `The body is larger than ${limit} bytes, sent or decompressed. Send smaller batches, or raise ingest.request_bytes.`
  );
}
