import { createHash, hash } from 'node:crypto';

import type { Batch } from './batch';

/** Words of 32 bits of an entry: 3 of the hash of a name, 1 of content, 2 of number, 1 of time in seconds. */
const WORDS = 7;
/** Words of hash that are the name; what is left is of what was sent under it. */
const NAME_WORDS = 3;
const [SEQ, TIME] = [4, 6];
/** Bytes of an entry on the disk, little-endian as the machines there are. */
export const ENTRY_BYTES = WORDS * 4;
const FIRST_CAPACITY = 1024;
const KEY_CHARACTERS = 16;
const NAME_CHARACTERS = NAME_WORDS * 4;

/**
 * Names what a sender gave a name to: the same name of another sender, or of another kind of thing, is another. A key is
 * 16 bytes of a hash, as a text of as many characters.
 */
export class KeyHasher {
  /** `secret` keeps whoever reads the state from trying ids against it. */
  constructor(private readonly secret: string) {}

  hash(kind: 'batch' | 'record', from: string, name: string): string {
    return hash('sha256', `${this.secret}\n${kind}\n${from}\n${name}`, 'binary').slice(0, KEY_CHARACTERS);
  }

  /**
   * The key of a batch that its sender gave a name to: 12 bytes of a hash of the name, and 4 of a hash of what was sent, so
   * that other content under the same name is told from a repetition.
   */
  batch({ from, idempotencyKey, decoder, params, body }: Batch & { idempotencyKey: string }): string {
    const facts = JSON.stringify([decoder, Object.entries(params).sort(([a], [b]) => (a < b ? -1 : 1))]);
    const content = createHash('sha256').update(`${this.secret}\n${facts}\n`).update(body).digest('binary');
    const contentCharacters = KEY_CHARACTERS - NAME_CHARACTERS;
    return nameOf(this.hash('batch', from, idempotencyKey)) + content.slice(0, contentCharacters);
  }
}

/** What of a key is the name: equal for whatever was sent under it. */
export function nameOf(key: string): string {
  return key.slice(0, NAME_CHARACTERS);
}

/**
 * What was taken in, by hashes of the names its senders gave it, with the number of the batch and the time it came in.
 * Entries come in the order of their numbers. When there are too many, the oldest are forgotten.
 */
export class KnownKeys {
  /** Entries that were forgotten before their time. */
  evicted = 0;
  /** Entries in the order in which they came, as a ring. */
  private ring = new Uint32Array(FIRST_CAPACITY * WORDS);
  private capacity = FIRST_CAPACITY;
  private first = 0;
  private count = 0;
  /** Where in the ring an entry lies, plus one, by its hash; open addressing, twice the ring. */
  private slots = new Int32Array(FIRST_CAPACITY * 2);
  /** What `clock` has to be added to. */
  private began: number;
  /** The key that is looked at. */
  private readonly key = new Uint32Array(4);

  constructor(
    private readonly windowUs: number,
    /** Most entries; a power of two. One takes 36 bytes. */
    private readonly most = 2 ** 21,
    /** Seconds that pass whatever the clock of the machine is set to. */
    private readonly clock = (): number => performance.now() / 1000
  ) {
    this.began = Date.now() / 1000 - clock();
  }

  get size(): number {
    return this.count;
  }

  /**
   * The time entries are noted with, seconds: the clock of the machine when this began, or the newest entry that was loaded,
   * and what has passed since. A clock that is set forth and back makes nothing older; a pause of the program does not, either.
   */
  get seconds(): number {
    return Math.floor(this.began + this.clock());
  }

  /** Number of the batch that a name was taken in with, when that is not too long ago. */
  find(key: string): number | undefined {
    this.readKey(key);
    const index = this.slots[this.slotOf()]!;
    if (index === 0) {
      return undefined;
    }
    const at = (index - 1) * WORDS;
    return this.seconds - this.ring[at + TIME]! > this.windowUs / 1e6 ? undefined : this.seqAt(at);
  }

  /** Whether a name that `find` knows was taken in with the same content. */
  isSame(key: string): boolean {
    this.readKey(key);
    const index = this.slots[this.slotOf()]!;
    return index > 0 && this.ring[(index - 1) * WORDS + NAME_WORDS] === this.key[NAME_WORDS];
  }

  /** Notes a name. One that is there already counts from now on as of this batch. */
  add(key: string, seq: number): void {
    this.readKey(key);
    this.put(seq, this.seconds);
  }

  /** The entries of the batches above `after` up to `to`, oldest first, `ENTRY_BYTES` each. */
  entries(after: number, to: number): Buffer {
    let [from, end] = [this.count, this.count];
    while (from > 0 && this.seqAt(this.placeOf(from - 1)) > after) {
      from--;
      if (this.seqAt(this.placeOf(from)) > to) {
        end = from;
      }
    }
    const found = new Uint32Array((end - from) * WORDS);
    for (let index = from; index < end; index++) {
      const at = this.placeOf(index);
      found.set(this.ring.subarray(at, at + WORDS), (index - from) * WORDS);
    }
    return Buffer.from(found.buffer);
  }

  /** Adds what `entries` gave. */
  load(entries: Buffer): void {
    const whole = entries.length - (entries.length % ENTRY_BYTES);
    const words = new Uint32Array(whole / 4);
    Buffer.from(words.buffer).set(entries.subarray(0, whole));
    for (let at = 0; at < words.length; at += WORDS) {
      this.key.set(words.subarray(at, at + 4));
      this.put(words[at + SEQ]! + words[at + SEQ + 1]! * 2 ** 32, words[at + TIME]!);
    }
    const newest = words[words.length - WORDS + TIME];
    if (newest !== undefined) {
      this.began = newest - this.clock();
    }
  }

  private put(seq: number, seconds: number): void {
    const [a, b, c, d] = this.key;
    this.forgetBefore(seconds - this.windowUs / 1e6);
    if (this.count === this.capacity) {
      if (this.capacity < this.most) {
        this.grow();
      } else {
        this.forgetFirst();
        this.evicted++;
      }
    }
    this.key.set([a!, b!, c!, d!]);
    const at = this.placeOf(this.count++);
    this.ring.set(this.key, at);
    this.ring[at + SEQ] = seq >>> 0;
    this.ring[at + SEQ + 1] = Math.floor(seq / 2 ** 32);
    this.ring[at + TIME] = seconds;
    this.slots[this.slotOf()] = at / WORDS + 1;
  }

  private readKey(key: string): void {
    for (let word = 0; word < 4; word++) {
      const at = word * 4;
      this.key[word] =
        key.charCodeAt(at) |
        (key.charCodeAt(at + 1) << 8) |
        (key.charCodeAt(at + 2) << 16) |
        (key.charCodeAt(at + 3) << 24);
    }
  }

  private placeOf(index: number): number {
    return ((this.first + index) % this.capacity) * WORDS;
  }

  private seqAt(at: number): number {
    return this.ring[at + SEQ]! + this.ring[at + SEQ + 1]! * 2 ** 32;
  }

  /** The slot of the key’s name, or the empty one where it belongs. */
  private slotOf(): number {
    const mask = this.slots.length - 1;
    for (let slot = this.key[0]! & mask; ; slot = (slot + 1) & mask) {
      const index = this.slots[slot]!;
      if (index === 0 || this.holds((index - 1) * WORDS)) {
        return slot;
      }
    }
  }

  private holds(at: number): boolean {
    const { ring, key } = this;
    return ring[at] === key[0] && ring[at + 1] === key[1] && ring[at + 2] === key[2];
  }

  private forgetBefore(seconds: number): void {
    while (this.count > 0 && this.ring[this.first * WORDS + TIME]! < seconds) {
      this.forgetFirst();
    }
  }

  private forgetFirst(): void {
    const at = this.first * WORDS;
    this.key.set(this.ring.subarray(at, at + 4));
    const slot = this.slotOf();
    // A name that was noted again is known by its later entry.
    if (this.slots[slot] === this.first + 1) {
      this.emptySlot(slot);
    }
    this.first = (this.first + 1) % this.capacity;
    this.count--;
  }

  /** Takes an entry out of the chain it is in: what comes behind it moves up, so that no search ends too early. */
  private emptySlot(slot: number): void {
    const mask = this.slots.length - 1;
    let hole = slot;
    for (let next = (hole + 1) & mask; this.slots[next] !== 0; next = (next + 1) & mask) {
      const home = this.ring[(this.slots[next]! - 1) * WORDS]! & mask;
      if (((next - home) & mask) >= ((next - hole) & mask)) {
        this.slots[hole] = this.slots[next]!;
        hole = next;
      }
    }
    this.slots[hole] = 0;
  }

  private grow(): void {
    const capacity = this.capacity * 2;
    const ring = new Uint32Array(capacity * WORDS);
    const start = this.first * WORDS;
    ring.set(this.ring.subarray(start));
    ring.set(this.ring.subarray(0, start), this.ring.length - start);
    this.ring = ring;
    this.first = 0;
    this.capacity = capacity;
    this.slots = new Int32Array(capacity * 2);
    for (let index = 0; index < this.count; index++) {
      const at = index * WORDS;
      this.key.set(ring.subarray(at, at + 4));
      this.slots[this.slotOf()] = index + 1;
    }
  }
}
