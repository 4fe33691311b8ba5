import type { ErrorCode } from '@apitrail/contract';

import type { Decoder } from '../intake/decoder';
import type { Intake } from '../intake/intake';

/** A request to the ingest listener that was let in. */
export interface ProtocolRequest {
  method: string;
  /** Path without the query string. */
  path: string;
  /** What stands in the address in the place of the `:names` of the route’s path. */
  params: Readonly<Record<string, string>>;
  /** Parameters of the query string; of several of one name the first. */
  query: Readonly<Record<string, string>>;
  /** A header; undefined when it has none. */
  header(name: string): string | undefined;
  /** Media type of the body in lower case, without parameters; empty without. */
  mediaType: string;
  /** The body, decompressed as `Content-Encoding` says; empty without one. */
  body: Buffer;
  /** When it came in, microseconds since the epoch. */
  receivedAt: number;
  /** Id of the key it came with; empty without keys. */
  from: string;
  /** Aborts when the sender goes away. */
  signal: AbortSignal;
  /** Adds to the line of the access log. Counts only: nothing of what was sent. */
  note(fields: Record<string, unknown>): void;
}

/** An answer of the ingest listener, as the protocol’s clients expect it. */
export interface ProtocolReply {
  status: number;
  headers?: Readonly<Record<string, string>>;
  /** Content type of the body. Default: `application/json`. */
  type?: string;
  body?: string | Buffer;
}

/** A request that is not let in or not taken in: bad key, too large, overload, fault. */
export interface Refusal {
  code: ErrorCode;
  /** HTTP status of the code; the protocol may answer with another. */
  status: number;
  message: string;
  /** The parameter, header or line that is wrong. */
  where?: string;
  /** Set when it should be sent again, and after how many seconds. */
  retryAfterSeconds?: number;
}

/**
 * The status of a refusal where a protocol’s clients give up after 400 and not after whatever else is of the sender’s fault:
 * several try 422 again for ever.
 */
export function plainStatus({ code, status }: Pick<Refusal, 'code' | 'status'>): number {
  return code === 'APITRAIL_IDEMPOTENCY_MISMATCH' ? 400 : status;
}

/** What of a refused request is known: it may be refused before anything of it was read. */
export type RefusedRequest = Pick<ProtocolRequest, 'method' | 'path' | 'header' | 'mediaType'>;

/** Something the ingest listener answers to. */
export interface ProtocolRoute {
  /** `OPTIONS` of pages of other origins is answered before. */
  method: 'GET' | 'HEAD' | 'POST' | 'PUT' | 'DELETE' | 'OPTIONS';
  /** Exact path, in which `:name` stands for anything without a slash. */
  path: string;
  /** Most bytes of a body after decompression, when less than the setting `ingest.request_bytes`. */
  bodyLimit?: number;
  /** Content codings in lower case that the protocol undoes itself, such as `snappy`; gzip, deflate and zstd are undone. */
  ownCodings?: readonly string[];
  /** Answered without a key, as health checks of the protocol’s clients are. Never for what takes something in. */
  open?: boolean;
  answer(request: ProtocolRequest, intake: Intake): Promise<ProtocolReply>;
}

/**
 * A protocol that senders speak: what it answers to, how its clients show their key, how it says no, and how bodies are
 * read again from the write-ahead log.
 */
export interface Protocol {
  readonly name: string;
  readonly routes: readonly ProtocolRoute[];
  readonly decoders: readonly Decoder[];
  /**
   * The key where the protocol’s clients put it, in a header or a parameter of the query string (see credentials.ts).
   * `Authorization: Bearer <key>` and the password of `Basic` are read without.
   */
  token?(header: (name: string) => string | undefined, query: Readonly<Record<string, string>>): string | undefined;
  /** Whether an address that nothing is at is one of the protocol’s, so that its clients are told so in its form. Default: none is. */
  owns?(path: string): boolean;
  /** A refusal in the protocol’s own form, with its own status: what is to be sent again must be told from what is not. */
  refuse(refusal: Refusal, request: RefusedRequest): ProtocolReply;
}
