/** A value as Thrift’s compact protocol has it: structs by the numbers of their fields. */
export type ThriftField = number | boolean | Buffer | ThriftField[] | ThriftStruct;
export type ThriftStruct = Map<number, ThriftField>;

const BOOLEAN_TRUE = 1;
const BOOLEAN_FALSE = 2;
const BYTE = 3;
const I64 = 6;
const DOUBLE = 7;
const BINARY = 8;
const LIST = 9;
const STRUCT = 12;

/** Reads structs of Thrift’s compact protocol. Throws a RangeError for what is none, and beyond the end. */
export class ThriftReader {
  constructor(
    private readonly from: Buffer,
    /** Where the next byte is read. */
    public at: number,
    private readonly end: number
  ) {}

  struct(): ThriftStruct {
    const fields: ThriftStruct = new Map();
    let id = 0;
    for (let head = this.byte(); head !== 0; head = this.byte()) {
      id = head >>> 4 === 0 ? unzigzag(this.varint()) : id + (head >>> 4);
      fields.set(id, this.value(head & 15));
    }
    return fields;
  }

  private value(type: number): ThriftField {
    switch (type) {
      case BOOLEAN_TRUE:
      case BOOLEAN_FALSE:
        return type === BOOLEAN_TRUE;
      case BYTE:
        return this.byte();
      case BINARY:
        return this.bytes(this.varint());
      case DOUBLE:
        return this.bytes(8);
      case LIST:
        return this.list();
      case STRUCT:
        return this.struct();
      default:
        if (type < BYTE || type > I64) {
          throw new RangeError(`no such type: ${type}`);
        }
        return unzigzag(this.varint());
    }
  }

  private list(): ThriftField[] {
    const head = this.byte();
    const length = head >>> 4 === 15 ? this.varint() : head >>> 4;
    if (length > this.end - this.at) {
      throw new RangeError('a list beyond the end');
    }
    return Array.from({ length }, () => this.value(head & 15));
  }

  private bytes(length: number): Buffer {
    const start = this.at;
    this.at += length;
    if (this.at > this.end) {
      throw new RangeError('beyond the end');
    }
    return this.from.subarray(start, this.at);
  }

  private varint(): number {
    let value = 0;
    for (let scale = 1; ; scale *= 128) {
      const byte = this.byte();
      value += (byte & 127) * scale;
      if (byte < 128) {
        return value;
      }
      if (scale > 2 ** 53) {
        throw new RangeError('no number');
      }
    }
  }

  private byte(): number {
    if (this.at >= this.end) {
      throw new RangeError('beyond the end');
    }
    return this.from[this.at++]!;
  }
}

const unzigzag = (value: number): number => (value % 2 === 0 ? value / 2 : -(value + 1) / 2);
