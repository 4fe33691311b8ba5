import { crc32 } from 'node:zlib';

import { Codec } from './format';
import { ThriftReader, type ThriftField, type ThriftStruct } from './read-thrift';
import { HOT_WRITER, MAGIC } from './write-file';

/** Where the content of a page lies. */
export interface StoredPage {
  /** Values, nulls included; of a dictionary its entries. */
  values: number;
  start: number;
  end: number;
}

/** A column chunk of a hot file. */
export interface StoredChunk {
  encoding: number;
  dictionary?: StoredPage | undefined;
  data: StoredPage;
}

/** What is in a hot file: the chunks of its leaf columns, by their paths joined with dots. */
export interface StoredFile {
  rows: number;
  chunks: ReadonlyMap<string, StoredChunk>;
}

/** The content of a hot file is not what was written. */
export class DamagedContent extends Error {}

/**
 * Reads where in `from[start, end)`, the content of a hot file that `parquetFile` made, the pages lie. Undefined for Parquet
 * of other writers. Throws a DamagedContent when the sum of a page, or something else, is not right.
 */
export function readHotFile(from: Buffer, start: number, end: number): StoredFile | undefined {
  try {
    const size = from.readUInt32LE(end - 8);
    if (!from.subarray(start, start + 4).equals(MAGIC) || !from.subarray(end - 4, end).equals(MAGIC)) {
      throw new RangeError('the magic is missing');
    }
    if (size > end - start - 12) {
      throw new RangeError('the footer is longer than the file');
    }
    const footer = new ThriftReader(from, end - 8 - size, end - 8).struct();
    if (footer.get(6)?.toString() !== HOT_WRITER) {
      return undefined;
    }
    const groups = structs(footer.get(4));
    const columns = structs(groups[0]?.get(1)).map((chunk) => struct(chunk.get(3)));
    if (groups.length !== 1 || columns.some((column) => column.get(4) !== Codec.UNCOMPRESSED)) {
      return undefined;
    }
    const reader = new PageReader(from, start, end - 8 - size);
    const chunks = columns.map((column) => [pathOf(column), reader.chunk(column)] as const);
    return { rows: number(footer.get(3)), chunks: new Map(chunks) };
  } catch (cause) {
    if (cause instanceof RangeError) {
      throw new DamagedContent(cause.message, { cause });
    }
    throw cause;
  }
}

class PageReader {
  constructor(
    private readonly from: Buffer,
    private readonly start: number,
    private readonly end: number
  ) {}

  chunk(column: ThriftStruct): StoredChunk {
    const dictionary = column.get(11);
    const { header, page } = this.page(number(column.get(9)));
    return {
      data: { ...page, values: number(struct(header.get(5)).get(1)) },
      encoding: number(struct(header.get(5)).get(2)),
      ...(dictionary === undefined ? {} : { dictionary: this.dictionary(number(dictionary)) }),
    };
  }

  private dictionary(offset: number): StoredPage {
    const { header, page } = this.page(offset);
    return { ...page, values: number(struct(header.get(7)).get(1)) };
  }

  private page(offset: number): { header: ThriftStruct; page: Omit<StoredPage, 'values'> } {
    const reader = new ThriftReader(this.from, this.start + offset, this.end);
    const header = reader.struct();
    const start = reader.at;
    const end = start + number(header.get(3));
    const sum = header.get(4);
    if (end > this.end || sum !== (crc32(this.from.subarray(start, end)) | 0)) {
      throw new RangeError('a page is not what was written');
    }
    return { header, page: { start, end } };
  }
}

const pathOf = (column: ThriftStruct): string => list(column.get(3)).map(String).join('.');

function list(field: ThriftField | undefined): ThriftField[] {
  return Array.isArray(field) ? field : fail();
}

const structs = (field: ThriftField | undefined): ThriftStruct[] => list(field).map(struct);

function struct(field: ThriftField | undefined): ThriftStruct {
  return field instanceof Map ? field : fail();
}

function number(field: ThriftField | undefined): number {
  return typeof field === 'number' && field >= 0 ? field : fail();
}

function fail(): never {
  throw new RangeError('the footer or a header lacks something');
}
