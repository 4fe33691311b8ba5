import { ApitrailError } from '@apitrail/contract';

const VARINT_BYTES = 10;

/** Reads one message of Protocol Buffers. Whatever points beyond its end is APITRAIL_BAD_BODY. */
export class MessageReader {
  constructor(
    private readonly bytes: Buffer,
    private at = 0,
    private readonly end = bytes.length
  ) {}

  /** Number of the next field, whose value must be read or skipped next; 0 at the end. */
  next(): { field: number; wire: number } | undefined {
    if (this.at >= this.end) {
      return undefined;
    }
    const tag = this.varint();
    const field = Math.floor(tag / 8);
    if (field === 0) {
      throw damaged();
    }
    return { field, wire: tag % 8 };
  }

  /** A whole number. Negative ones, which are none of Loki’s fields, come out as large ones. */
  varint(): number {
    let value = 0;
    for (let shift = 0; shift < VARINT_BYTES; shift++) {
      const byte = this.at < this.end ? this.bytes[this.at++]! : -1;
      if (byte < 0) {
        break;
      }
      value += (byte & 127) * 2 ** (7 * shift);
      if (byte < 128) {
        return value;
      }
    }
    throw damaged();
  }

  text(): string {
    const from = this.take(this.varint());
    return this.bytes.toString('utf8', from, this.at);
  }

  message(): MessageReader {
    const from = this.take(this.varint());
    return new MessageReader(this.bytes, from, this.at);
  }

  skip(wire: number): void {
    switch (wire) {
      case 0:
        this.varint();
        return;
      case 1:
        this.take(8);
        return;
      case 2:
        this.take(this.varint());
        return;
      case 5:
        this.take(4);
        return;
      default:
        throw damaged();
    }
  }

  private take(length: number): number {
    const from = this.at;
    if (length > this.end - from) {
      throw damaged();
    }
    this.at += length;
    return from;
  }
}

function damaged(): ApitrailError {
  return new ApitrailError('APITRAIL_BAD_BODY', 'The body is not a push request in Protocol Buffers.');
}
