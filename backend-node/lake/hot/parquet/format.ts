import { binary, boolean, i32, i64, list, struct, text, type ThriftValue } from './thrift';

/** The parts of the Parquet format that are written here, by the names and numbers of its Thrift definition. */

export const PhysicalType = { INT32: 1, INT64: 2, DOUBLE: 5, BYTE_ARRAY: 6 } as const;
export type PhysicalType = (typeof PhysicalType)[keyof typeof PhysicalType];

export const Encoding = {
  PLAIN: 0,
  RLE: 3,
  DELTA_BINARY_PACKED: 5,
  DELTA_LENGTH_BYTE_ARRAY: 6,
  RLE_DICTIONARY: 8,
} as const;
export type Encoding = (typeof Encoding)[keyof typeof Encoding];

export const Codec = { UNCOMPRESSED: 0, GZIP: 2, ZSTD: 6 } as const;
export type Codec = (typeof Codec)[keyof typeof Codec];

const Repetition = { REQUIRED: 0, OPTIONAL: 1, REPEATED: 2 } as const;
const Converted = { UTF8: 0, MAP: 1, TIMESTAMP_MICROS: 10 } as const;
const DATA_PAGE = 0;
const DICTIONARY_PAGE = 2;

const STRING_TYPE = struct({ 1: struct({}) });
const MAP_TYPE = struct({ 2: struct({}) });
/** Microseconds, adjusted to UTC. */
const TIMESTAMP_TYPE = struct({ 8: struct({ 1: boolean(true), 2: struct({ 2: struct({}) }) }) });

/** Bounds in statistics are by the order of the columns’ types. */
const TYPE_DEFINED_ORDER = struct({ 1: struct({}) });

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

/** How a page lies in the file. */
export interface PageSize {
  /** Bytes of its content. */
  bytes: number;
  /** Bytes of it in the file, compressed. */
  stored: number;
  /** CRC-32 of those. */
  crc: number;
}

/** Header of a data page. */
export function dataPageHeader(size: PageSize, values: number, encoding: Encoding): ThriftValue {
  const levels = i32(Encoding.RLE);
  return struct({
    ...{ 1: i32(DATA_PAGE), ...sizeFields(size) },
    5: struct({ 1: i32(values), 2: i32(encoding), 3: levels, 4: levels }),
  });
}

/** Header of a dictionary page. */
export function dictionaryPageHeader(size: PageSize, values: number): ThriftValue {
  return struct({
    ...{ 1: i32(DICTIONARY_PAGE), ...sizeFields(size) },
    7: struct({ 1: i32(values), 2: i32(Encoding.PLAIN) }),
  });
}

/** Thrift has no unsigned integers: the sum as a signed one of the same bits. */
const sizeFields = ({ bytes, stored, crc }: PageSize) => ({ 2: i32(bytes), 3: i32(stored), 4: i32(crc | 0) });

/** What a footer says of the values of a chunk. Bounds are as PLAIN encodes them, without the length of texts. */
export interface ChunkStatistics {
  nulls: number;
  min?: Uint8Array;
  max?: Uint8Array;
}

/** A column chunk as the footer names it. */
export interface ChunkMetadata {
  path: readonly string[];
  type: PhysicalType;
  encodings: readonly Encoding[];
  codec: Codec;
  values: number;
  /** Bytes of its pages with their headers, uncompressed and as they lie in the file. */
  bytes: number;
  stored: number;
  dataOffset: number;
  dictionaryOffset: number | undefined;
  statistics?: ChunkStatistics | undefined;
}

/** What a file is made of, as its footer says it. */
export interface FileMetadata {
  /** Elements of all columns, and how many columns those are. */
  schema: readonly ThriftValue[];
  columns: number;
  rows: number;
  /** Of the one row group. */
  chunks: readonly ChunkMetadata[];
  createdBy: string;
}

/** The footer: schema, and one row group with its chunks. */
export function fileMetadata({ schema, columns, rows, chunks, createdBy }: FileMetadata): ThriftValue {
  const root = element({ name: 'requests', children: columns });
  const sum = (of: (chunk: ChunkMetadata) => number): number => chunks.reduce((total, chunk) => total + of(chunk), 0);
  const rowGroup = struct({
    ...{ 1: list(chunks.map(chunkMetadata)), 2: i64(sum(({ bytes }) => bytes)), 3: i64(rows) },
    6: i64(sum(({ stored }) => stored)),
  });
  return struct({
    ...{ 1: i32(1), 2: list([root, ...schema]), 3: i64(rows), 4: list([rowGroup]), 6: text(createdBy) },
    7: list(chunks.map(() => TYPE_DEFINED_ORDER)),
  });
}

function chunkMetadata(chunk: ChunkMetadata): ThriftValue {
  const { path, type, encodings, codec, values, bytes, stored, dataOffset, dictionaryOffset, statistics } = chunk;
  const metadata = struct({
    ...{ 1: i32(type), 2: list(encodings.map(i32)), 3: list(path.map(text)), 4: i32(codec), 5: i64(values) },
    ...{ 6: i64(bytes), 7: i64(stored), 9: i64(dataOffset) },
    11: dictionaryOffset === undefined ? undefined : i64(dictionaryOffset),
    12: statistics && statisticsOf(statistics),
  });
  return struct({ 2: i64(dictionaryOffset ?? dataOffset), 3: metadata });
}

const statisticsOf = ({ nulls, min, max }: ChunkStatistics): ThriftValue =>
  struct({ 3: i64(nulls), 5: max && binary(max), 6: min && binary(min) });
