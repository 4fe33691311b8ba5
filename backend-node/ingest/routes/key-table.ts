const NONE = -1;
/** Places that are looked at for a key; where all are taken by others, it is not remembered. */
const MOST_PROBES = 64;

/** Keys of a few words each, and their numbers. */
export class KeyTable {
  /** Words that the keys take. */
  used = 0;
  /** By slot: hash and number. */
  private slots: Int32Array = new Int32Array(2048).fill(NONE);
  private taken = 0;
  /** By number: where its words begin, and how many they are. */
  private places: Int32Array = new Int32Array(1024);
  private words: Int32Array = new Int32Array(8192);
  /** Nobody outside can tell which keys fall on the same place. */
  private readonly seed = (Math.random() * 0x100000000) | 0;
  private hash = 0;
  private slot = NONE;

  /** The number of the key in `key[0, length)`, or -1 when it has none; then `add` gives it one. */
  find(key: Int32Array, length: number): number {
    const hash = this.hashOf(key, length);
    const { slots } = this;
    const mask = (slots.length >>> 1) - 1;
    let slot = (hash ^ (hash >>> 16)) & mask;
    this.hash = hash;
    for (let probes = 0; probes < MOST_PROBES; probes++) {
      const number = slots[slot * 2 + 1]!;
      if (number === NONE) {
        this.slot = slot;
        return NONE;
      }
      if (slots[slot * 2] === hash && this.isAt(number, key, length)) {
        return number;
      }
      slot = (slot + 1) & mask;
    }
    this.slot = NONE;
    return NONE;
  }

  /** Gives the key that was not found just now a number. */
  add(key: Int32Array, length: number, number: number): void {
    if (this.slot === NONE) {
      return;
    }
    if (number * 2 + 1 >= this.places.length) {
      this.places = grown(this.places, Math.max(this.places.length * 2, number * 2 + 2));
    }
    if (this.used + length > this.words.length) {
      this.words = grown(this.words, Math.max(this.words.length * 2, this.used + length));
    }
    this.places[number * 2] = this.used;
    this.places[number * 2 + 1] = length;
    for (let index = 0; index < length; index++) {
      this.words[this.used++] = key[index]!;
    }
    this.slots[this.slot * 2] = this.hash;
    this.slots[this.slot * 2 + 1] = number;
    this.slot = NONE;
    if (++this.taken * 4 > this.slots.length) {
      this.rehash();
    }
  }

  private isAt(number: number, key: Int32Array, length: number): boolean {
    const { words } = this;
    const start = this.places[number * 2]!;
    if (this.places[number * 2 + 1] !== length) {
      return false;
    }
    for (let index = 0; index < length; index++) {
      if (words[start + index] !== key[index]) {
        return false;
      }
    }
    return true;
  }

  /** MurmurHash3’s steps (Appleby, 2011; public domain). */
  private hashOf(key: Int32Array, length: number): number {
    let hash = this.seed;
    for (let index = 0; index < length; index++) {
      const mixed = Math.imul(key[index]!, 0xcc9e2d51 | 0);
      hash ^= Math.imul((mixed << 15) | (mixed >>> 17), 0x1b873593);
      hash = (Math.imul((hash << 13) | (hash >>> 19), 5) + (0xe6546b64 | 0)) | 0;
    }
    return Math.imul(hash ^ (hash >>> 15), 0x85ebca6b | 0);
  }

  private rehash(): void {
    const { slots: before } = this;
    const slots = new Int32Array(before.length * 2).fill(NONE);
    const mask = (slots.length >>> 1) - 1;
    for (let old = 0; old < before.length; old += 2) {
      const hash = before[old]!;
      const number = before[old + 1]!;
      if (number === NONE) {
        continue;
      }
      let slot = (hash ^ (hash >>> 16)) & mask;
      while (slots[slot * 2 + 1] !== NONE) {
        slot = (slot + 1) & mask;
      }
      slots[slot * 2] = hash;
      slots[slot * 2 + 1] = number;
    }
    this.slots = slots;
  }
}

function grown(values: Int32Array, length: number): Int32Array {
  const larger = new Int32Array(length);
  larger.set(values);
  return larger;
}
