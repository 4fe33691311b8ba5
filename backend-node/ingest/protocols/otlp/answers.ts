import type { ErrorCode } from '@apitrail/contract';
import { PbfWriter } from 'pbf';

import { plainStatus, type ProtocolReply, type Refusal } from '../protocol';

/** The two encodings of OTLP, by their media type. */
export const PROTOBUF = 'application/x-protobuf';
export const JSON_TYPE = 'application/json';

/** What is answered when some of what was sent was not taken: its count, and why. */
export interface PartialSuccess {
  /** What is counted, as JSON calls it. */
  counted: 'rejectedSpans' | 'rejectedLogRecords' | 'rejectedDataPoints';
  rejected: number;
  message: string;
}

/** Export…ServiceResponse in the encoding of the request; without `partial` everything was taken. */
export function exportAnswer(mediaType: string, partial?: PartialSuccess): ProtocolReply {
  if (mediaType === PROTOBUF) {
    const writer = new PbfWriter();
    if (partial) {
      writer.writeMessage(
        1,
        ({ rejected, message }: PartialSuccess, inner: PbfWriter) => {
          inner.writeVarintField(1, rejected);
          inner.writeBytesField(2, Buffer.from(message));
        },
        partial
      );
    }
    return { status: 200, type: PROTOBUF, body: Buffer.from(writer.finish()) };
  }
  const body = partial
    ? { partialSuccess: { [partial.counted]: String(partial.rejected), errorMessage: partial.message } }
    : {};
  return { status: 200, type: JSON_TYPE, body: JSON.stringify(body) };
}

/** Codes of google.rpc.Status. */
const STATUS_CODES: Partial<Record<ErrorCode, number>> = {
  APITRAIL_UNAUTHENTICATED: 16,
  APITRAIL_FORBIDDEN: 7,
  APITRAIL_NOT_FOUND: 5,
  APITRAIL_METHOD_NOT_ALLOWED: 12,
  APITRAIL_TOO_MANY_ATTEMPTS: 8,
  APITRAIL_DISK_FULL: 8,
};
const INVALID_ARGUMENT = 3;
const INTERNAL = 13;
const UNAVAILABLE = 14;

/** The answers after which senders try again (OTLP/HTTP, Failures); after any other they drop what they have. */
const RETRIED = new Set([429, 502, 503, 504]);
const RETRY_AFTER_SECONDS = 5;

/** A refusal as google.rpc.Status, in the encoding of the request. What may be sent again says when. */
export function refusalAnswer(refusal: Refusal, mediaType: string): ProtocolReply {
  const again = refusal.retryAfterSeconds;
  const status = again !== undefined && !RETRIED.has(refusal.status) ? 503 : plainStatus(refusal);
  const code =
    STATUS_CODES[refusal.code] ?? (RETRIED.has(status) ? UNAVAILABLE : status < 500 ? INVALID_ARGUMENT : INTERNAL);
  const headers: Record<string, string> = RETRIED.has(status)
    ? { 'retry-after': String(Math.ceil(again ?? RETRY_AFTER_SECONDS)) }
    : {};
  const message = `${refusal.message} [${refusal.code}]`;
  if (mediaType === PROTOBUF) {
    const writer = new PbfWriter();
    writer.writeVarintField(1, code);
    writer.writeBytesField(2, Buffer.from(message));
    return { status, headers, type: PROTOBUF, body: Buffer.from(writer.finish()) };
  }
  return { status, headers, type: JSON_TYPE, body: JSON.stringify({ code, message }) };
}
