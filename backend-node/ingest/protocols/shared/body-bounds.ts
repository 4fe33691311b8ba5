import { ApitrailError } from '@apitrail/contract';

import type { RequestRecord } from '../../normalise';

/** Most items of a body: lines (blank ones too), documents, events, log records, spans. */
export const MOST_ITEMS = 200_000;
/** Most things of a body that hold items and may hold none: streams, scopes. */
const MOST_GROUPS = 50_000;
/** Roughly the memory that may be made of one body, its rows and what is rejected, in bytes: a small one can make much. */
export const MOST_MEMORY = 96 * 1024 * 1024;

/**
 * Roughly what things take at their most, bytes, as measured in V8 and in the columns that rows become: a record with its
 * columns; an attribute of its own, beside its name and twice its value; one whose text it shares with others.
 */
export const RECORD_BYTES = 640;
export const ATTRIBUTE_BYTES = 80;
export const SHARED_ATTRIBUTE_BYTES = 64;
/** What an attribute takes in columns alone, where no record has it. */
export const COLUMN_ATTRIBUTE_BYTES = 16;
const REJECT_BYTES = 128;

/**
 * Bounds on what is made of one body, which depend on the body alone: whoever reads it again from the write-ahead log finds
 * the same. All throw APITRAIL_BODY_TOO_LARGE as soon as it is too much.
 */
export class BodyBounds {
  private items = 0;
  private read = 0;
  private groups = 0;
  private taken = 0;

  /** Roughly the memory of what was made, bytes. */
  get memory(): number {
    return this.taken;
  }

  /** Another item. */
  item(): void {
    if (++this.items > MOST_ITEMS) {
      throw tooMany();
    }
  }

  /** Entries that are read before they are items. */
  entries(count: number): void {
    this.read += count;
    if (this.read > MOST_ITEMS) {
      throw tooMany();
    }
  }

  /** Another thing that holds items and may hold none: a stream, a scope. */
  group(count = 1): void {
    this.groups += count;
    if (this.groups > MOST_GROUPS) {
      throw tooMany();
    }
  }

  /** So many bytes more in memory. */
  take(bytes: number): void {
    this.taken += bytes;
    if (this.taken > MOST_MEMORY) {
      throw new ApitrailError(
        'APITRAIL_BODY_TOO_LARGE',
        `What was sent takes more than ${MOST_MEMORY / 2 ** 20} MiB when it is read. ${ADVICE}`
      );
    }
  }

  /** A record; `shared` are attributes that it may have from what it was sent with, as others do. */
  record(record: RequestRecord, shared?: RequestRecord['attributes']): void {
    this.take(recordBytes(record, shared));
  }

  /** Something rejected, whose text is kept. */
  reject(characters: number): void {
    this.take(REJECT_BYTES + characters);
  }
}

/** Roughly what a record takes, and what becomes of it. */
export function recordBytes({ attributes }: RequestRecord, shared?: RequestRecord['attributes']): number {
  let bytes = RECORD_BYTES;
  for (const name in attributes) {
    const value = attributes[name]!;
    bytes +=
      shared !== undefined && shared[name] === value
        ? SHARED_ATTRIBUTE_BYTES
        : ATTRIBUTE_BYTES + name.length + 2 * value.length;
  }
  return bytes;
}

/** Looks whether a body has more lines than items may be; `perItem` lines are one item. */
export function boundLines(body: Buffer, perItem = 1): void {
  const most = MOST_ITEMS * perItem;
  let lines = 0;
  for (let at = body.indexOf(10); at >= 0 && at + 1 < body.length; at = body.indexOf(10, at + 1)) {
    if (++lines >= most) {
      throw tooMany();
    }
  }
}

function tooMany(): ApitrailError {
  return new ApitrailError(
    'APITRAIL_BODY_TOO_LARGE',
    `A body has at most ${MOST_ITEMS} lines, documents, events, log records or spans. ${ADVICE}`
  );
}

const ADVICE = 'Send smaller batches; for files, use split -C, apitrail tail or apitrail import.';
