import { ApitrailError } from '@apitrail/contract';

import type { Batch } from './batch';

/** A batch as the write-ahead log has it. */
export interface StoredBatch {
  batch: Batch;
  /** Places of records that had been taken in before by their id, when the batch came, ascending. */
  known: readonly number[];
}

type Header = Omit<Batch, 'body'> & { known?: readonly number[] };

const FORMAT = 1;
const PREFIX_BYTES = 5;

/** Pieces of a payload of the write-ahead log: format u8 · length of the header u32 little-endian · header as JSON · body. */
export function encodeBatch({ batch, known }: StoredBatch): Buffer[] {
  const { decoder, params, receivedAt, from, idempotencyKey } = batch;
  const header: Header = {
    ...{ decoder, params, receivedAt, from },
    ...(idempotencyKey === undefined ? {} : { idempotencyKey }),
    ...(known.length === 0 ? {} : { known }),
  };
  const text = JSON.stringify(header);
  const length = Buffer.byteLength(text);
  const start = Buffer.allocUnsafe(PREFIX_BYTES + length);
  start.writeUInt8(FORMAT, 0);
  start.writeUInt32LE(length, 1);
  start.write(text, PREFIX_BYTES, 'utf8');
  return [start, batch.body];
}

/** Reads a payload. Throws APITRAIL_WAL_DAMAGED when it is none, or of a newer Apitrail. */
export function decodeBatch(payload: Buffer): StoredBatch {
  try {
    const format = payload.readUInt8(0);
    if (format !== FORMAT) {
      throw new RangeError(`format ${format}`);
    }
    const end = PREFIX_BYTES + payload.readUInt32LE(1);
    const { known = [], ...facts } = JSON.parse(payload.toString('utf8', PREFIX_BYTES, end)) as Header;
    return { batch: { ...facts, body: payload.subarray(end) }, known };
  } catch (cause) {
    throw new ApitrailError(
      'APITRAIL_WAL_DAMAGED',
      `A batch of the write-ahead log cannot be read (${(cause as Error).message}); it may be of a newer Apitrail.`,
      { cause }
    );
  }
}
