import type { Bytes } from './bytes';
import type { Encoding, PhysicalType } from './format';
import type { ThriftValue } from './thrift';

/** A page of a column chunk, without its header. */
export interface Page {
  /** Values, nulls included; of a dictionary page its entries. */
  values: number;
  content: Bytes;
}

/** What a column chunk is made of. */
export interface Chunk {
  /** Path in the schema, such as `['attributes', 'key_value', 'key']`. */
  path: readonly string[];
  type: PhysicalType;
  encoding: Encoding;
  dictionary?: Page;
  data: Page;
}

/** A column that rows are added to, one after the other; what is not set in a row is null. */
export interface HotColumn {
  readonly name: string;
  /** Whether no row has a value. */
  readonly isEmpty: boolean;
  /** Elements of the schema. */
  schema(): ThriftValue[];
  /** The chunks for `rows` rows. */
  chunks(rows: number): Chunk[];
}
