/** Bytes that grow as they are written to. Little-endian, as Parquet is. */
export class Bytes {
  private buffer: Buffer;
  /** Bytes written so far. */
  length = 0;

  constructor(capacity = 1024) {
    this.buffer = Buffer.allocUnsafe(capacity);
  }

  /** What was written. It shares memory with this object. */
  view(): Buffer {
    return this.buffer.subarray(0, this.length);
  }

  /** Memory with room for so many bytes more from `length` on, for callers that write there themselves and then say so. */
  room(bytes: number): Buffer {
    this.reserve(bytes);
    return this.buffer;
  }

  uint8(value: number): void {
    this.reserve(1);
    this.buffer[this.length++] = value;
  }

  uint32(value: number): void {
    this.reserve(4);
    const { buffer, length } = this;
    buffer[length] = value;
    buffer[length + 1] = value >>> 8;
    buffer[length + 2] = value >>> 16;
    buffer[length + 3] = value >>> 24;
    this.length = length + 4;
  }

  /** A whole number of at most 53 bits as a 64-bit integer. */
  int64(value: number): void {
    const high = Math.floor(value / 0x1_0000_0000);
    this.uint32(value - high * 0x1_0000_0000);
    this.uint32(high);
  }

  double(value: number): void {
    this.reserve(8);
    this.length = this.buffer.writeDoubleLE(value, this.length);
  }

  /** Unsigned LEB128. */
  varint(value: number): void {
    this.reserve(8);
    let rest = value;
    while (rest >= 0x80) {
      this.buffer[this.length++] = (rest % 0x80) | 0x80;
      rest = Math.floor(rest / 0x80);
    }
    this.buffer[this.length++] = rest;
  }

  bytes(other: Uint8Array): void {
    this.reserve(other.length);
    this.buffer.set(other, this.length);
    this.length += other.length;
  }

  /** Text as Parquet's PLAIN encoding has it: its length in UTF-8 bytes, then the bytes. Lone surrogates become U+FFFD. */
  text(value: string): void {
    const { length: units } = value;
    this.reserve(4 + units * 3);
    const { buffer, length: start } = this;
    let at = start + 4;
    // Most texts are short and ASCII: a loop is cheaper than a call into the runtime.
    for (let index = 0; index < units; index++) {
      const code = value.charCodeAt(index);
      if (code > 0x7f) {
        at = start + 4 + buffer.write(value, start + 4, 'utf8');
        break;
      }
      buffer[at++] = code;
    }
    const bytes = at - start - 4;
    buffer[start] = bytes;
    buffer[start + 1] = bytes >>> 8;
    buffer[start + 2] = bytes >>> 16;
    buffer[start + 3] = bytes >>> 24;
    this.length = at;
  }

  private reserve(bytes: number): void {
    if (this.length + bytes > this.buffer.length) {
      const larger = Buffer.allocUnsafe(Math.max(this.buffer.length * 2, this.length + bytes));
      this.buffer.copy(larger, 0, 0, this.length);
      this.buffer = larger;
    }
  }
}
