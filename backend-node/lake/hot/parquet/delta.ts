import type { Bytes } from './bytes';

const BLOCK = 128;
const MINIBLOCKS = 4;
const PER_MINIBLOCK = BLOCK / MINIBLOCKS;
/** Wider differences are not packed here. */
const MOST_BITS = 32;

/**
 * Writes whole numbers of at most 53 bits as DELTA_BINARY_PACKED: differences to the number before, less the least of their
 * block. Gives false, with nothing to be used written, when differences are wider than 32 bits.
 */
export function writeDeltas(to: Bytes, values: Float64Array | Uint32Array, count: number): boolean {
  to.varint(BLOCK);
  to.varint(MINIBLOCKS);
  to.varint(count);
  to.varint(zigzag(count > 0 ? values[0]! : 0));
  const deltas = new Float64Array(BLOCK);
  for (let at = 1; at < count; at += BLOCK) {
    const length = Math.min(BLOCK, count - at);
    let least = Infinity;
    for (let index = 0; index < length; index++) {
      const delta = values[at + index]! - values[at + index - 1]!;
      deltas[index] = delta;
      least = Math.min(least, delta);
    }
    for (let index = 0; index < BLOCK; index++) {
      deltas[index] = index < length ? deltas[index]! - least : 0;
    }
    to.varint(zigzag(least));
    if (!writeBlock(to, deltas)) {
      return false;
    }
  }
  return true;
}

function writeBlock(to: Bytes, deltas: Float64Array): boolean {
  const widths: number[] = [];
  for (let from = 0; from < BLOCK; from += PER_MINIBLOCK) {
    let most = 0;
    for (let index = from; index < from + PER_MINIBLOCK; index++) {
      most = Math.max(most, deltas[index]!);
    }
    if (most >= 2 ** MOST_BITS) {
      return false;
    }
    const width = most === 0 ? 0 : 32 - Math.clz32(most);
    widths.push(width);
    to.uint8(width);
  }
  // Beyond the last number all are zero, and take no bits.
  widths.forEach((width, miniblock) => pack(to, deltas, miniblock * PER_MINIBLOCK, width));
  return true;
}

/** 32 numbers of `width` bits, least significant bit first. */
function pack(to: Bytes, values: Float64Array, from: number, width: number): void {
  let pending = 0;
  let bits = 0;
  for (let index = from; index < from + PER_MINIBLOCK; index++) {
    // Up to 7 + 32 bits: more than bitwise operators have.
    pending += values[index]! * POWERS[bits]!;
    bits += width;
    while (bits >= 8) {
      to.uint8(pending % 256);
      pending = Math.floor(pending / 256);
      bits -= 8;
    }
  }
}

const POWERS = Array.from({ length: 8 }, (_, bits) => 2 ** bits);

const zigzag = (value: number): number => (value < 0 ? -2 * value - 1 : 2 * value);
