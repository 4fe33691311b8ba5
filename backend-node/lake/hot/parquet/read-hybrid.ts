/**
 * Reads `count` numbers of `width` bits, at most 24, in Parquet's RLE and bit-packing hybrid from `from[at, end)` into `to`.
 * Gives where it ended. Throws a RangeError when there are fewer.
 */
export function readHybrid(
  from: Buffer,
  { at, end, width }: { at: number; end: number; width: number },
  to: Uint32Array,
  count: number
): number {
  let [position, done] = [at, 0];
  const bytes = (width + 7) >>> 3;
  while (done < count) {
    let head = 0;
    for (let scale = 1; ; scale *= 128) {
      const byte = position < end ? from[position++]! : fail();
      head += (byte & 127) * scale;
      if (byte < 128) {
        break;
      }
    }
    if (head % 2 === 0) {
      let value = 0;
      for (let index = 0; index < bytes; index++) {
        value |= from[position++]! << (8 * index);
      }
      const until = Math.min(count, done + head / 2);
      if (position > end || head === 0) {
        fail();
      }
      to.fill(value, done, until);
      done = until;
    } else {
      const groups = (head - 1) / 2;
      const after = position + groups * width;
      if (after > end || groups === 0) {
        fail();
      }
      const until = Math.min(count, done + groups * 8);
      unpack(from, position, width, to.subarray(done, until));
      done = until;
      position = after;
    }
  }
  return position;
}

function unpack(from: Buffer, start: number, width: number, to: Uint32Array): void {
  const mask = (1 << width) - 1;
  let at = start;
  let pending = 0;
  let bits = 0;
  for (let index = 0; index < to.length; index++) {
    while (bits < width) {
      pending |= from[at++]! << bits;
      bits += 8;
    }
    to[index] = pending & mask;
    pending >>>= width;
    bits -= width;
  }
}

function fail(): never {
  throw new RangeError('fewer numbers than there should be');
}
