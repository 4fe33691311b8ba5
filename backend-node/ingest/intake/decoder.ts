import type { RequestRecord } from '../normalise';
import type { ShortRows } from '../record-lines';

/** Something in a body that is no row, and why. */
export interface DecodedReject {
  /** Its place in the body, from 0, counted in the protocol’s items: lines, log records, documents. */
  index: number;
  /** What is wrong with it, as in "line 3 …": no full stop, nothing of its content. */
  reason: string;
  /**
   * The whole item as it was sent, for the dead letters, so that it can be tried again after a fix: a line, a document with
   * its action line, a log record as JSON. `Decoder.decodeItem` reads it.
   */
  text: string;
  /** `text` is only the beginning of the item. */
  cut?: boolean;
  /** What is to be known to read the item again, where the body had to be looked at for it. Default: what the body came with. */
  params?: Readonly<Record<string, string>>;
}

/** What a decoder made of a body. */
export interface Decoded {
  /** Records that have been through `normaliseRecord`, in the order of the body. */
  records: RequestRecord[];
  /**
   * Further rows, which were read the short way, with ids and places of their own; without places they come before the
   * records. Once they are in a hot file the memory of the body is another body's: a decoder that gives such rows keeps
   * nothing that refers to it.
   */
  rows?: ShortRows;
  /** Places of the records in the body, where not every item is a record or a reject. */
  indexes?: number[];
  rejects: DecodedReject[];
  /** Items that are no requests and are not meant to be, such as metrics or spans within a service. */
  ignored?: number;
  /**
   * Ids the sender gave records of its own, such as `_id` of Elasticsearch; aligned with `records`. A record whose id was
   * taken in before, from the same sender, is not taken in again.
   */
  ids?: ReadonlyArray<string | undefined>;
  /** Roughly the memory all this takes beside the body and its text, bytes. Default: 0. */
  memory?: number;
}

/** How many rows a body has. */
export function rowsOf({ records, rows }: Pick<Decoded, 'records' | 'rows'>): number {
  return records.length + (rows?.count ?? 0);
}

/** What a decoder knows beside the body. */
export interface DecodeContext {
  params: Readonly<Record<string, string>>;
  /** When the body came in, microseconds since the epoch. */
  receivedAt: number;
  /**
   * When it is told whether times can be true, microseconds since the epoch. Later than `receivedAt` when a dead letter is
   * tried again: what lay in the future may not do so any more. Default: `receivedAt`.
   */
  judgedAt?: number;
  /** Makes records of all rows: `Decoded.rows` is not wanted. */
  recordsOnly?: boolean;
}

/**
 * Makes records of a body. The same body and context always give the same records: bodies are decoded again from the
 * write-ahead log after a crash. Throws an ApitrailError with status 400 when the body as a whole cannot be read; what is
 * wrong with one item is a reject.
 */
export interface Decoder {
  readonly name: string;
  decode(body: Buffer, context: DecodeContext): Decoded;
  /** Reads the `text` of a reject again, when it is replayed. Default: as a body that has this item alone. */
  decodeItem?(text: string, context: DecodeContext): Decoded;
}
