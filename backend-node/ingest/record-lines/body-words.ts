/** Bytes that are read four at a time, as little-endian words. */
export class BodyWords {
  private readonly view: DataView;
  /** The last place at which a whole word lies. */
  private readonly last: number;

  constructor(readonly bytes: Buffer) {
    this.view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
    this.last = bytes.length - 4;
  }

  /** The four bytes from `at` on; zero where there are none any more. */
  at(at: number): number {
    return at <= this.last ? this.view.getInt32(at, true) : this.end(at);
  }

  private end(at: number): number {
    const { bytes } = this;
    return (bytes[at] ?? 0) | ((bytes[at + 1] ?? 0) << 8) | ((bytes[at + 2] ?? 0) << 16) | ((bytes[at + 3] ?? 0) << 24);
  }
}

/** The place of the lowest byte of a word that is not zero, from 0. */
export function lowestByte(word: number): number {
  return (31 - Math.clz32(word & -word)) >>> 3;
}

/** How many bytes from `one` on are those from `other` on, `most` at most. */
export function commonLength(words: BodyWords, one: number, other: number, most: number): number {
  for (let length = 0; length < most; length += 4) {
    const difference = words.at(one + length) ^ words.at(other + length);
    if (difference !== 0) {
      return Math.min(most, length + lowestByte(difference));
    }
  }
  return most;
}

/** Begins a hash of words, which `hashWord` goes on with. */
export const HASH_START = 0x2f0b4a27;

/** A hash with one more word in it: the inner step of MurmurHash3 (Appleby, 2011; public domain). */
export function hashWord(hash: number, word: number): number {
  const mixed = Math.imul(word, 0xcc9e2d51 | 0);
  const turned = hash ^ Math.imul((mixed << 15) | (mixed >>> 17), 0x1b873593);
  return (Math.imul((turned << 13) | (turned >>> 19), 5) + (0xe6546b64 | 0)) | 0;
}

/** The lowest `bytes` bytes of a word, 1 to 3. */
export function lowBytes(word: number, bytes: number): number {
  return word & (0xffffff >>> (24 - bytes * 8));
}

/** The hash of the bytes `[start, end)`: their whole words, and what is left of them. */
export function hashOf(words: BodyWords, start: number, end: number): number {
  let hash = HASH_START;
  let at = start;
  for (; at + 4 <= end; at += 4) {
    hash = hashWord(hash, words.at(at));
  }
  return at < end ? hashWord(hash, lowBytes(words.at(at), end - at)) : hash;
}
