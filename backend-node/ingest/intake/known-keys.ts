import { hash } from 'node:crypto';

/** Bytes of a key, of its number and of its time, in the table and on the disk. */
export const ENTRY_BYTES = 28;
const FIRST_CAPACITY = 1024;

/** Names what a sender gave a name to: the same name of another sender, or of another kind of thing, is another. */
export class KeyHasher {
  /** `secret` keeps whoever reads the state from trying ids against it. */
  constructor(private readonly secret: string) {}

  hash(kind: 'batch' | 'record', from: string, name: string): Buffer {
    return hash('sha256', `${this.secret}\n${kind}\n${from}\n${name}`, 'buffer').subarray(0, 16);
  }
}

/**
 * What was taken in, by hashes of the names its senders gave it, with the number of the batch and the time it came in.
 * Entries come in the order of their numbers. When there are too many, the oldest are forgotten.
 */
export class KnownKeys {
  /** Entries that were forgotten before their time. */
  evicted = 0;
  /** Entries in the order in which they came, as a ring: 16 bytes of hash, 8 of number, 4 of seconds. */
  private ring = Buffer.alloc(FIRST_CAPACITY * ENTRY_BYTES);
  private capacity = FIRST_CAPACITY;
  private first = 0;
  private count = 0;
  /** Where in the ring an entry lies, plus one, by its hash; open addressing, twice the ring. */
  private slots = new Int32Array(FIRST_CAPACITY * 2);

  constructor(
    private readonly windowUs: number,
    /** Most entries; a power of two. One takes 36 bytes. */
    private readonly most = 2 ** 21
  ) {}

  get size(): number {
    return this.count;
  }

  /** Number of the batch that a name was taken in with, when that is not too long before `atUs`. */
  find(key: Buffer, atUs: number): number | undefined {
    const at = this.place(key);
    if (at === undefined || (atUs / 1e6 - this.ring.readUInt32LE(at + 24)) * 1e6 > this.windowUs) {
      return undefined;
    }
    return Number(this.ring.readBigUInt64LE(at + 16));
  }

  /** Notes a name. One that is there already counts from now on as of this batch. */
  add(key: Buffer, seq: number, atUs: number): void {
    this.forgetBefore(atUs - this.windowUs);
    if (this.count === this.capacity) {
      if (this.capacity < this.most) {
        this.grow();
      } else {
        this.forgetFirst();
        this.evicted++;
      }
    }
    const index = (this.first + this.count++) % this.capacity;
    const at = index * ENTRY_BYTES;
    key.copy(this.ring, at, 0, 16);
    this.ring.writeBigUInt64LE(BigInt(seq), at + 16);
    this.ring.writeUInt32LE(Math.max(0, Math.floor(atUs / 1e6)) >>> 0, at + 24);
    const slot = this.slotOf(key);
    this.slots[slot] = index + 1;
  }

  /** The entries of the batches above `after` up to `to`, oldest first, `ENTRY_BYTES` each. */
  entries(after: number, to: number): Buffer {
    const parts: Buffer[] = [];
    for (let back = this.count - 1; back >= 0; back--) {
      const at = ((this.first + back) % this.capacity) * ENTRY_BYTES;
      const seq = Number(this.ring.readBigUInt64LE(at + 16));
      if (seq <= after) {
        break;
      }
      if (seq <= to) {
        parts.push(this.ring.subarray(at, at + ENTRY_BYTES));
      }
    }
    return Buffer.concat(parts.reverse());
  }

  /** Adds what `entries` gave. */
  load(entries: Buffer): void {
    for (let at = 0; at + ENTRY_BYTES <= entries.length; at += ENTRY_BYTES) {
      const key = entries.subarray(at, at + 16);
      this.add(key, Number(entries.readBigUInt64LE(at + 16)), entries.readUInt32LE(at + 24) * 1e6);
    }
  }

  private place(key: Buffer): number | undefined {
    const index = this.slots[this.slotOf(key)]!;
    return index === 0 ? undefined : (index - 1) * ENTRY_BYTES;
  }

  /** The slot of a hash, or the empty one where it belongs. */
  private slotOf(key: Buffer): number {
    const mask = this.slots.length - 1;
    for (let slot = key.readUInt32LE(0) & mask; ; slot = (slot + 1) & mask) {
      const index = this.slots[slot]!;
      if (index === 0 || this.holds(index - 1, key)) {
        return slot;
      }
    }
  }

  private holds(index: number, key: Buffer): boolean {
    const at = index * ENTRY_BYTES;
    return this.ring.compare(key, 0, 16, at, at + 16) === 0;
  }

  private forgetBefore(us: number): void {
    while (this.count > 0 && this.ring.readUInt32LE(this.first * ENTRY_BYTES + 24) * 1e6 < us) {
      this.forgetFirst();
    }
  }

  private forgetFirst(): void {
    const at = this.first * ENTRY_BYTES;
    const slot = this.slotOf(this.ring.subarray(at, at + 16));
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
      const home = this.ring.readUInt32LE((this.slots[next]! - 1) * ENTRY_BYTES) & mask;
      if (((next - home) & mask) >= ((next - hole) & mask)) {
        this.slots[hole] = this.slots[next]!;
        hole = next;
      }
    }
    this.slots[hole] = 0;
  }

  private grow(): void {
    const capacity = this.capacity * 2;
    const ring = Buffer.alloc(capacity * ENTRY_BYTES);
    const start = this.first * ENTRY_BYTES;
    const head = this.ring.copy(ring, 0, start);
    this.ring.copy(ring, head, 0, start);
    this.ring = ring;
    this.first = 0;
    this.capacity = capacity;
    this.slots = new Int32Array(capacity * 2);
    for (let index = 0; index < this.count; index++) {
      const at = index * ENTRY_BYTES;
      this.slots[this.slotOf(ring.subarray(at, at + 16))] = index + 1;
    }
  }
}
