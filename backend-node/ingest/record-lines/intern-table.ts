const NONE = -1;

/**
 * Texts that were seen, told apart by their bytes, so that a text that repeats itself is worked on once. Ids count from 0.
 */
export class InternTable {
  count = 0;
  private slots: Int32Array = new Int32Array(1024).fill(NONE);
  private hashes: Int32Array = new Int32Array(512);
  private offsets: Int32Array = new Int32Array(513);
  private bytes = Buffer.allocUnsafe(16_384);

  /**
   * The id of the text in `from[start, end)`; a new one when `count` has grown. `hash` is FNV-1a of its bytes, 32 bits, which
   * the caller has from looking for its end.
   */
  idOf(from: Uint8Array, start: number, end: number, hash: number): number {
    const { slots } = this;
    const mask = slots.length - 1;
    // FNV’s low bits are its weakest.
    let slot = (hash ^ (hash >>> 15)) & mask;
    for (;;) {
      const id = slots[slot]!;
      if (id === NONE) {
        return this.add(from, start, end, hash, slot);
      }
      if (this.hashes[id] === hash && this.equals(id, from, start, end)) {
        return id;
      }
      slot = (slot + 1) & mask;
    }
  }

  private equals(id: number, from: Uint8Array, start: number, end: number): boolean {
    let at = this.offsets[id]!;
    if (this.offsets[id + 1]! - at !== end - start) {
      return false;
    }
    const { bytes } = this;
    for (let index = start; index < end; index++) {
      if (bytes[at++] !== from[index]) {
        return false;
      }
    }
    return true;
  }

  private add(from: Uint8Array, start: number, end: number, hash: number, slot: number): number {
    const id = this.count++;
    if (this.count > this.hashes.length) {
      this.hashes = doubled(this.hashes);
      const offsets = new Int32Array(this.hashes.length + 1);
      offsets.set(this.offsets);
      this.offsets = offsets;
    }
    const at = this.offsets[id]!;
    const length = end - start;
    if (at + length > this.bytes.length) {
      const larger = Buffer.allocUnsafe(Math.max(this.bytes.length * 2, at + length));
      this.bytes.copy(larger, 0, 0, at);
      this.bytes = larger;
    }
    this.bytes.set(from.subarray(start, end), at);
    this.offsets[id + 1] = at + length;
    this.hashes[id] = hash;
    this.slots[slot] = id;
    if (this.count * 2 > this.slots.length) {
      this.rehash();
    }
    return id;
  }

  private rehash(): void {
    const slots = new Int32Array(this.slots.length * 2).fill(NONE);
    const mask = slots.length - 1;
    for (let id = 0; id < this.count; id++) {
      const hash = this.hashes[id]!;
      let slot = (hash ^ (hash >>> 15)) & mask;
      while (slots[slot] !== NONE) {
        slot = (slot + 1) & mask;
      }
      slots[slot] = id;
    }
    this.slots = slots;
  }
}

function doubled(values: Int32Array): Int32Array {
  const larger = new Int32Array(values.length * 2);
  larger.set(values);
  return larger;
}
