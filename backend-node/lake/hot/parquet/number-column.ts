import { Presence } from './bits';
import { Bytes } from './bytes';
import type { Chunk, HotColumn } from './column';
import { Encoding, PhysicalType, schemaOf } from './format';
import type { ThriftValue } from './thrift';

export type NumberKind = 'double' | 'integer' | 'long' | 'timestamp';

const TYPES: Record<NumberKind, PhysicalType> = {
  double: PhysicalType.DOUBLE,
  integer: PhysicalType.INT32,
  long: PhysicalType.INT64,
  timestamp: PhysicalType.INT64,
};

/** How numbers of a kind are stored. */
export const physicalTypeOf = (kind: NumberKind): PhysicalType => TYPES[kind];

/** Numbers, or times in microseconds since the epoch. */
export class NumberColumn implements HotColumn {
  private readonly present = new Presence();
  private readonly values = new Bytes(4096);

  constructor(
    readonly name: string,
    private readonly kind: NumberKind
  ) {}

  get isEmpty(): boolean {
    return this.present.count === 0;
  }

  set(row: number, value: number): void {
    this.present.set(row);
    if (this.kind === 'double') {
      this.values.double(value);
    } else if (this.kind === 'integer') {
      this.values.uint32(value);
    } else {
      this.values.int64(value);
    }
  }

  schema(): ThriftValue[] {
    return this.kind === 'timestamp' ? schemaOf.timestamp(this.name) : schemaOf.number(this.name, TYPES[this.kind]);
  }

  chunks(rows: number): Chunk[] {
    const content = withLevels(this.present, rows, this.values.length);
    content.bytes(this.values.view());
    return [{ path: [this.name], type: TYPES[this.kind], encoding: Encoding.PLAIN, data: { values: rows, content } }];
  }
}

/** A page that begins with the levels of a column that may be null. */
export function withLevels(present: Presence, rows: number, expected: number): Bytes {
  const levels = new Bytes((rows >>> 3) + 16);
  present.write(levels, rows);
  const page = new Bytes(levels.length + expected + 64);
  page.uint32(levels.length);
  page.bytes(levels.view());
  return page;
}
