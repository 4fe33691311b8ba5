import { boolean, i32, i64, list, struct, text, type ThriftValue } from './thrift';

/** The parts of the Parquet format that are written here, by the names and numbers of its Thrift definition. */

export const PhysicalType = { INT32: 1, INT64: 2, DOUBLE: 5, BYTE_ARRAY: 6 } as const;
export type PhysicalType = (typeof PhysicalType)[keyof typeof PhysicalType];

export const Encoding = { PLAIN: 0, RLE: 3, RLE_DICTIONARY: 8 } as const;
export type Encoding = (typeof Encoding)[keyof typeof Encoding];

const Repetition = { REQUIRED: 0, OPTIONAL: 1, REPEATED: 2 } as const;
const Converted = { UTF8: 0, MAP: 1, TIMESTAMP_MICROS: 10 } as const;
const UNCOMPRESSED = 0;
const DATA_PAGE = 0;
const DICTIONARY_PAGE = 2;

const STRING_TYPE = struct({ 1: struct({}) });
const MAP_TYPE = struct({ 2: struct({}) });
/** Microseconds, adjusted to UTC. */
const TIMESTAMP_TYPE = struct({ 8: struct({ 1: boolean(true), 2: struct({ 2: struct({}) }) }) });

interface Element {
  name: string;
  type?: PhysicalType;
  repetition?: number;
  children?: number;
  converted?: number;
  logical?: ThriftValue;
}

function element({ name, type, repetition, children, converted, logical }: Element): ThriftValue {
  return struct({
    1: type === undefined ? undefined : i32(type),
    3: repetition === undefined ? undefined : i32(repetition),
    4: text(name),
    5: children === undefined ? undefined : i32(children),
    6: converted === undefined ? undefined : i32(converted),
    10: logical,
  });
}

const optional = { repetition: Repetition.OPTIONAL };

/** Schema elements of a column that may be null. */
export const schemaOf = {
  number: (name: string, type: PhysicalType): ThriftValue[] => [element({ name, type, ...optional })],
  timestamp: (name: string): ThriftValue[] => [
    element({
      ...{ name, type: PhysicalType.INT64, ...optional },
      ...{ converted: Converted.TIMESTAMP_MICROS, logical: TIMESTAMP_TYPE },
    }),
  ],
  text: (name: string): ThriftValue[] => [textElement(name, Repetition.OPTIONAL)],
  map: (name: string): ThriftValue[] => [
    element({ name, ...optional, children: 1, converted: Converted.MAP, logical: MAP_TYPE }),
    element({ name: 'key_value', repetition: Repetition.REPEATED, children: 2 }),
    textElement('key', Repetition.REQUIRED),
    textElement('value', Repetition.OPTIONAL),
  ],
};

function textElement(name: string, repetition: number): ThriftValue {
  return element({
    ...{ name, type: PhysicalType.BYTE_ARRAY, repetition },
    ...{ converted: Converted.UTF8, logical: STRING_TYPE },
  });
}

/** Header of a data page. */
export function dataPageHeader(bytes: number, values: number, encoding: Encoding): ThriftValue {
  const levels = i32(Encoding.RLE);
  return struct({
    ...{ 1: i32(DATA_PAGE), 2: i32(bytes), 3: i32(bytes) },
    5: struct({ 1: i32(values), 2: i32(encoding), 3: levels, 4: levels }),
  });
}

/** Header of a dictionary page. */
export function dictionaryPageHeader(bytes: number, values: number): ThriftValue {
  return struct({
    ...{ 1: i32(DICTIONARY_PAGE), 2: i32(bytes), 3: i32(bytes) },
    7: struct({ 1: i32(values), 2: i32(Encoding.PLAIN) }),
  });
}

/** A column chunk as the footer names it. */
export interface ChunkMetadata {
  path: readonly string[];
  type: PhysicalType;
  encodings: readonly Encoding[];
  values: number;
  bytes: number;
  dataOffset: number;
  dictionaryOffset: number | undefined;
}

/** The footer: schema, and one row group with its chunks. */
export function fileMetadata(
  schema: readonly ThriftValue[],
  columns: number,
  rows: number,
  chunks: readonly ChunkMetadata[]
): ThriftValue {
  const root = element({ name: 'requests', children: columns });
  const bytes = chunks.reduce((sum, chunk) => sum + chunk.bytes, 0);
  const rowGroup = struct({ 1: list(chunks.map(chunkMetadata)), 2: i64(bytes), 3: i64(rows) });
  return struct({ 1: i32(1), 2: list([root, ...schema]), 3: i64(rows), 4: list([rowGroup]), 6: text('apitrail') });
}

function chunkMetadata({
  path,
  type,
  encodings,
  values,
  bytes,
  dataOffset,
  dictionaryOffset,
}: ChunkMetadata): ThriftValue {
  const metadata = struct({
    ...{ 1: i32(type), 2: list(encodings.map(i32)), 3: list(path.map(text)), 4: i32(UNCOMPRESSED), 5: i64(values) },
    ...{ 6: i64(bytes), 7: i64(bytes), 9: i64(dataOffset) },
    11: dictionaryOffset === undefined ? undefined : i64(dictionaryOffset),
  });
  return struct({ 2: i64(dictionaryOffset ?? dataOffset), 3: metadata });
}
