import { lowBytes, type BodyWords } from './body-words';

const NONE = -1;
/** Places that are looked at for a text; where all are taken by others it is not remembered. */
const MOST_PROBES = 64;
/** Numbers that a slot takes. */
const SLOT = 4;

/**
 * Texts that were seen, told apart by their bytes, so that a text that repeats itself is worked on once. Ids count from 0.
 */
export class InternTable {
  count = 0;
  /** Four numbers a slot: hash, id, where the words begin, length in bytes. */
  private slots: Int32Array = new Int32Array(SLOT * 512).fill(NONE);
  /** By id: the slot’s last two numbers. */
  private places: Int32Array = new Int32Array(256);
  private hashes: Int32Array = new Int32Array(128);
  /** The texts, each from a word on, with zeroes behind. */
  private words: Int32Array = new Int32Array(1024);
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
    const at = this.slotOf(from, start, end, hash);
    if (at === NONE) {
      return NONE;
    }
    const id = this.slots[at + 1]!;
    return id === NONE ? this.add(from, start, end, hash, at) : id;
  }

  /** The id of a text that is there, else -1. */
  find(from: BodyWords, start: number, end: number, hash: number): number {
    const at = this.slotOf(from, start, end, hash);
    return at === NONE ? NONE : this.slots[at + 1]!;
  }

  /** The slot of a text, or a free one for it; -1 when there is none near its place. */
  private slotOf(from: BodyWords, start: number, end: number, hash: number): number {
    const { slots } = this;
    const mask = slots.length / SLOT - 1;
    const length = end - start;
    let slot = (hash ^ (hash >>> 16)) & mask;
    for (let probes = 0; probes < MOST_PROBES; probes++) {
      const at = slot * SLOT;
      const isIt = slots[at] === hash && slots[at + 3] === length && this.lieAt(slots[at + 2]!, length, from, start);
      if (slots[at + 1] === NONE || isIt) {
        return at;
      }
      slot = (slot + 1) & mask;
    }
    return NONE;
  }

  /** Whether a text stands at a place. */
  isAt(id: number, from: BodyWords, start: number): boolean {
    return this.lieAt(this.places[id * 2]!, this.places[id * 2 + 1]!, from, start);
  }

  private lieAt(place: number, length: number, from: BodyWords, start: number): boolean {
    const { words } = this;
    let word = place;
    const end = start + length;
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
    this.places[id * 2] = this.used;
    this.places[id * 2 + 1] = end - start;
    this.hashes[id] = hash;
    this.fillSlot(this.slots, slot, id);
    const { words } = this;
    let at = start;
    for (; at + 4 <= end; at += 4) {
      words[this.used++] = from.at(at);
    }
    if (at < end) {
      words[this.used++] = lowBytes(from.at(at), end - at);
    }
    if (this.count * 2 * SLOT > this.slots.length) {
      this.rehash();
    }
    return id;
  }

  private fillSlot(slots: Int32Array, at: number, id: number): void {
    slots[at] = this.hashes[id]!;
    slots[at + 1] = id;
    slots[at + 2] = this.places[id * 2]!;
    slots[at + 3] = this.places[id * 2 + 1]!;
  }

  private rehash(): void {
    const slots = new Int32Array(this.slots.length * 2).fill(NONE);
    const mask = slots.length / SLOT - 1;
    for (let id = 0; id < this.count; id++) {
      const hash = this.hashes[id]!;
      let slot = (hash ^ (hash >>> 16)) & mask;
      while (slots[slot * SLOT + 1] !== NONE) {
        slot = (slot + 1) & mask;
      }
      this.fillSlot(slots, slot * SLOT, id);
    }
    this.slots = slots;
  }
}

function grown(values: Int32Array, length: number): Int32Array {
  const larger = new Int32Array(length);
  larger.set(values);
  return larger;
}
