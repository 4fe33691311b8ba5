import { hkdfSync, randomBytes, timingSafeEqual } from 'node:crypto';
import { crc32 } from 'node:zlib';

/**
 * A segment is a file of the log: a header, then frames. Layout of the header, numbers little-endian:
 * magic 8 · format u32 · reserved u32 · id 16 · key check 16 · after u64 · released u64 · created u64 · CRC-32 u32.
 */
export interface SegmentHeader {
  /** Random, never used twice: keys of segments differ, and blocks of another file are not taken for frames. */
  id: Buffer;
  /** Number of the last entry before this segment that was on the disk. Tells whether all before it is still there. */
  after: number;
  /** Up to where entries had been released when it was begun. */
  released: number;
  /** When it was begun, milliseconds since the epoch. */
  created: number;
}

export const HEADER_BYTES = 76;
const MAGIC = Buffer.from('APITRWAL', 'latin1');
const FORMAT = 1;
const KEY_BYTES = 32;
const CHECK_BYTES = 16;
const NAME = /^(\d{12})-([0-9a-f]{32})\.wal$/;

/** Name of a segment's file: its place in the order, and its id once more in case the header cannot be read. */
export function segmentName(ordinal: number, id: Buffer): string {
  return `${String(ordinal).padStart(12, '0')}-${id.toString('hex')}.wal`;
}

/** What the name of a segment says; undefined for any other file. */
export function parseSegmentName(name: string): { ordinal: number; id: Buffer } | undefined {
  const match = NAME.exec(name);
  return match ? { ordinal: Number(match[1]), id: Buffer.from(match[2]!, 'hex') } : undefined;
}

export const newSegmentId = (): Buffer => randomBytes(16);

/** The key of a segment, and what shows in its header which root key it was made from. */
export function segmentKeys(rootKey: Buffer, id: Buffer): { key: Buffer; check: Buffer } {
  const derived = Buffer.from(hkdfSync('sha256', rootKey, id, 'apitrail/wal/segment/v1', KEY_BYTES + CHECK_BYTES));
  return { key: derived.subarray(0, KEY_BYTES), check: derived.subarray(KEY_BYTES) };
}

export function encodeHeader({ id, after, released, created }: SegmentHeader, check: Buffer): Buffer {
  const header = Buffer.alloc(HEADER_BYTES);
  MAGIC.copy(header, 0);
  header.writeUInt32LE(FORMAT, 8);
  id.copy(header, 16);
  check.copy(header, 32);
  header.writeBigUInt64LE(BigInt(after), 48);
  header.writeBigUInt64LE(BigInt(released), 56);
  header.writeBigUInt64LE(BigInt(created), 64);
  header.writeUInt32LE(crc32(header.subarray(0, 72)), 72);
  return header;
}

/** Reads a header: `damaged` when it is none or not whole, `newer` when another version of Apitrail wrote it, `foreign` when it was written with another key. */
export function decodeHeader(bytes: Buffer, rootKey: Buffer): SegmentHeader | 'damaged' | 'newer' | 'foreign' {
  if (
    bytes.length < HEADER_BYTES ||
    !bytes.subarray(0, 8).equals(MAGIC) ||
    bytes.readUInt32LE(72) !== crc32(bytes.subarray(0, 72))
  ) {
    return 'damaged';
  }
  if (bytes.readUInt32LE(8) !== FORMAT) {
    return 'newer';
  }
  const id = Buffer.from(bytes.subarray(16, 32));
  if (!timingSafeEqual(segmentKeys(rootKey, id).check, bytes.subarray(32, 48))) {
    return 'foreign';
  }
  return {
    id,
    after: Number(bytes.readBigUInt64LE(48)),
    released: Number(bytes.readBigUInt64LE(56)),
    created: Number(bytes.readBigUInt64LE(64)),
  };
}
