import type { Bytes } from './bytes';

/** Which rows have a value: a bit for each, as Parquet packs levels of one bit. */
export class Presence {
  private bits = new Uint8Array(128);
  /** Rows that have one. */
  count = 0;

  /** Notes that a row has a value. Rows come in ascending order, each at most once. */
  set(row: number): void {
    const byte = row >>> 3;
    if (byte >= this.bits.length) {
      const larger = new Uint8Array(Math.max(this.bits.length * 2, byte + 1));
      larger.set(this.bits);
      this.bits = larger;
    }
    this.bits[byte]! |= 1 << (row & 7);
    this.count++;
  }

  /** Writes the levels of `rows` rows, 1 where there is a value, in Parquet's hybrid encoding. */
  write(to: Bytes, rows: number): void {
    if (this.count === rows || this.count === 0) {
      to.varint(rows * 2);
      to.uint8(this.count === 0 ? 0 : 1);
      return;
    }
    const bytes = (rows + 7) >>> 3;
    to.varint(bytes * 2 + 1);
    to.bytes(this.bits.subarray(0, Math.min(bytes, this.bits.length)));
    for (let missing = this.bits.length; missing < bytes; missing++) {
      to.uint8(0);
    }
  }
}

/** Bits that numbers up to `most` need. */
export function bitWidth(most: number): number {
  return most === 0 ? 0 : 32 - Math.clz32(most);
}

/**
 * Writes numbers of at most 24 bits in Parquet's RLE and bit-packing hybrid as one bit-packed run: groups of eight, least
 * significant bit first.
 */
export function writeBitPacked(to: Bytes, values: ArrayLike<number>, count: number, width: number): void {
  const groups = (count + 7) >>> 3;
  to.varint(groups * 2 + 1);
  const bytes = groups * width;
  const room = to.room(bytes);
  let at = to.length;
  let pending = 0;
  let bits = 0;
  for (let index = 0; index < count; index++) {
    pending |= values[index]! << bits;
    bits += width;
    while (bits >= 8) {
      room[at++] = pending;
      pending >>>= 8;
      bits -= 8;
    }
  }
  if (bits > 0) {
    room[at++] = pending;
  }
  room.fill(0, at, to.length + bytes);
  to.length += bytes;
}
