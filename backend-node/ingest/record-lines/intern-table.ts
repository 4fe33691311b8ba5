import { lowBytes, type BodyWords } from './body-words';

const NONE = -1;
/** Places that are looked at for a text; where all are taken by others it is not remembered. */
const MOST_PROBES = 64;

/**
 * Texts that were seen, told apart by their bytes, so that a text that repeats itself is worked on once. Ids count from 0.
 */
export class InternTable {
  count = 0;
  /** By slot: hash and id. */
  private slots: Int32Array = new Int32Array(1024).fill(NONE);
  /** By id: where its words begin, and its length in bytes. */
  private places: Int32Array = new Int32Array(512);
  private hashes: Int32Array = new Int32Array(256);
  /** The texts, each from a word on, with zeroes behind. */
  private words: Int32Array = new Int32Array(2048);
  private used = 0;

  /** Bytes that the texts take. */
  get bytes(): number {
    return this.used * 4;
  }

  /** How long a text is, in bytes. */
  lengthOf(id: number): number {
    return this.places[id * 2 + 1]!;
  }

  /**
   * The id of the text in `from[start, end)`; a new one when `count` has grown, and -1 when it is one of very many with
   * nearly the same hash, which are not remembered. `hash` is what `hashOf` gives for it.
   */
  idOf(from: BodyWords, start: number, end: number, hash: number): number {
    const { slots } = this;
    const mask = (slots.length >>> 1) - 1;
    let slot = (hash ^ (hash >>> 16)) & mask;
    for (let probes = 0; probes < MOST_PROBES; probes++) {
      const id = slots[slot * 2 + 1]!;
      if (id === NONE) {
        return this.add(from, start, end, hash, slot);
      }
      if (slots[slot * 2] === hash && this.lengthOf(id) === end - start && this.isAt(id, from, start)) {
        return id;
      }
      slot = (slot + 1) & mask;
    }
    return NONE;
  }

  /** Whether a text stands at a place. */
  isAt(id: number, from: BodyWords, start: number): boolean {
    const { words } = this;
    let word = this.places[id * 2]!;
    const end = start + this.places[id * 2 + 1]!;
    let at = start;
    for (; at + 4 <= end; at += 4) {
      if (words[word++] !== from.at(at)) {
        return false;
      }
    }
    return at >= end || words[word] === lowBytes(from.at(at), end - at);
  }

  private add(from: BodyWords, start: number, end: number, hash: number, slot: number): number {
    const id = this.count++;
    if (this.count > this.hashes.length) {
      this.hashes = grown(this.hashes, this.hashes.length * 2);
      this.places = grown(this.places, this.places.length * 2);
    }
    const needed = this.used + ((end - start + 3) >>> 2);
    if (needed > this.words.length) {
      this.words = grown(this.words, Math.max(this.words.length * 2, needed));
    }
    const { words } = this;
    this.places[id * 2] = this.used;
    this.places[id * 2 + 1] = end - start;
    let at = start;
    for (; at + 4 <= end; at += 4) {
      words[this.used++] = from.at(at);
    }
    if (at < end) {
      words[this.used++] = lowBytes(from.at(at), end - at);
    }
    this.hashes[id] = hash;
    this.slots[slot * 2] = hash;
    this.slots[slot * 2 + 1] = id;
    if (this.count * 4 > this.slots.length) {
      this.rehash();
    }
    return id;
  }

  private rehash(): void {
    const slots = new Int32Array(this.slots.length * 2).fill(NONE);
    const mask = (slots.length >>> 1) - 1;
    for (let id = 0; id < this.count; id++) {
      const hash = this.hashes[id]!;
      let slot = (hash ^ (hash >>> 16)) & mask;
      while (slots[slot * 2 + 1] !== NONE) {
        slot = (slot + 1) & mask;
      }
      slots[slot * 2] = hash;
      slots[slot * 2 + 1] = id;
    }
    this.slots = slots;
  }
}

function grown(values: Int32Array, length: number): Int32Array {
  const larger = new Int32Array(length);
  larger.set(values);
  return larger;
}
