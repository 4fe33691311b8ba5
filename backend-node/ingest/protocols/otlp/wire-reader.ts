import { ApitrailError } from '@apitrail/contract';

const TWO_32 = 4_294_967_296;

/** A time as nanoseconds since the epoch, in parts a double can hold: it has no place for all of it. */
export interface Nanos {
  /** Whole microseconds. */
  micros: number;
  /** What is left over, 0 to 999. */
  rest: number;
}

/** What is wrong with a body, and at which byte. */
export function badBytes(what: string, at: number): ApitrailError {
  return new ApitrailError('APITRAIL_BAD_BODY', `The body is no OTLP in protobuf: ${what}, at byte ${at}.`, {
    where: `byte ${at}`,
  });
}

/**
 * Reads the wire format of protocol buffers, and trusts nothing of it: every length is held against the end of the message
 * it stands in. Throws APITRAIL_BAD_BODY with the byte. Unknown fields are skipped; groups, which OTLP has none of, are
 * refused.
 */
export class WireReader {
  position = 0;
  private readonly view: DataView;

  constructor(readonly bytes: Buffer) {
    this.view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  }

  /** Number and wire type of the next field of the message that ends at `end`, as they stand there; 0 at its end. */
  tag(end: number): number {
    const start = this.position;
    if (start >= end) {
      return 0;
    }
    const first = this.bytes[start]!;
    let tag = first;
    if (first < 0x80) {
      this.position = start + 1;
    } else {
      tag = this.varint(end);
    }
    if (tag < 8 || tag >= TWO_32) {
      throw badBytes('a field whose number cannot be', start);
    }
    return tag;
  }

  /** A number of variable length; beyond 2^53 only roughly. */
  varint(end: number): number {
    const start = this.position;
    let value = 0;
    let factor = 1;
    for (let at = start; at < end && at < start + 10; at++) {
      const byte = this.bytes[at]!;
      value += (byte & 0x7f) * factor;
      if (byte < 0x80) {
        this.position = at + 1;
        return value;
      }
      factor *= 128;
    }
    throw badBytes(end - start < 10 ? 'a number that is cut short' : 'a number of more than ten bytes', start);
  }

  /** A signed whole number of 64 bits; as text where a double does not hold it. */
  int64(end: number): number | string {
    const first = this.bytes[this.position]!;
    if (this.position < end && first < 0x80) {
      this.position++;
      return first;
    }
    const start = this.position;
    const rough = this.varint(end);
    if (rough <= Number.MAX_SAFE_INTEGER) {
      return rough;
    }
    let exact = 0n;
    for (let at = start, shift = 0n; at < this.position; at++, shift += 7n) {
      exact |= BigInt(this.bytes[at]! & 0x7f) << shift;
    }
    const signed = BigInt.asIntN(64, exact);
    const number = Number(signed);
    return Number.isSafeInteger(number) ? number : signed.toString();
  }

  double(end: number): number {
    return this.view.getFloat64(this.fixed(8, end), true);
  }

  /** A time; its `micros` is NaN for 0, which stands for none. */
  nanos(end: number, into: Nanos): void {
    const at = this.fixed(8, end);
    const low = this.view.getUint32(at, true);
    const high = this.view.getUint32(at + 4, true);
    if (low === 0 && high === 0) {
      into.micros = NaN;
      into.rest = 0;
      return;
    }
    const rest = high * 296 + low;
    const micros = Math.floor(rest / 1000);
    into.micros = high * 4_294_967 + micros;
    into.rest = rest - micros * 1000;
  }

  /** Where what has a length before it ends; it begins at `position`. */
  end(end: number): number {
    const start = this.position;
    const first = start < end ? this.bytes[start]! : 0x80;
    let length = first;
    if (first < 0x80) {
      this.position = start + 1;
    } else {
      length = this.varint(end);
    }
    const stop = this.position + length;
    if (stop > end) {
      throw badBytes(`a length of ${length}, which is more than there is`, start);
    }
    return stop;
  }

  /** Goes past the value of a field. */
  skip(tag: number, end: number): void {
    switch (tag & 7) {
      case 0:
        this.varint(end);
        return;
      case 1:
        this.fixed(8, end);
        return;
      case 2:
        this.position = this.end(end);
        return;
      case 5:
        this.fixed(4, end);
        return;
      default:
        throw badBytes(`a field of wire type ${tag & 7}, which OTLP has not`, this.position - 1);
    }
  }

  private fixed(size: number, end: number): number {
    const at = this.position;
    if (at + size > end) {
      throw badBytes('a number that is cut short', at);
    }
    this.position = at + size;
    return at;
  }
}
