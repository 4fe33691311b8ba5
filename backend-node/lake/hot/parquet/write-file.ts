import { crc32 } from 'node:zlib';

import { Bytes } from './bytes';
import type { Chunk, HotColumn } from './column';
import {
  Codec,
  dataPageHeader,
  dictionaryPageHeader,
  Encoding,
  fileMetadata,
  type ChunkMetadata,
  type FileMetadata,
  type PageSize,
} from './format';
import { encode, type ThriftValue } from './thrift';

/** What a Parquet file begins and ends with. */
export const MAGIC = Buffer.from('PAR1');

/** Who wrote hot files, as their footers say it. */
export const HOT_WRITER = 'apitrail';

/**
 * The content of a Parquet file with one row group of these columns, in pieces: uncompressed, one page per column, without
 * statistics. Such a file is written in no time and read by every reader; it is made for rows that lie in it for minutes.
 * Columns without values are left out, which readers of the table take for null.
 */
export function parquetFile(columns: readonly HotColumn[], rows: number): Buffer[] {
  const written = columns.filter(({ isEmpty }) => !isEmpty);
  const pieces: Buffer[] = [MAGIC];
  let offset = MAGIC.length;
  const put = (piece: Buffer): void => {
    pieces.push(piece);
    offset += piece.length;
  };
  const putPage = (content: Buffer, header: (size: PageSize) => ThriftValue): void => {
    put(encode(header({ bytes: content.length, stored: content.length, crc: crc32(content) })));
    put(content);
  };
  const putChunk = ({ path, type, encoding, dictionary, data }: Chunk): ChunkMetadata => {
    const start = offset;
    if (dictionary) {
      putPage(dictionary.content.view(), (size) => dictionaryPageHeader(size, dictionary.values));
    }
    const dataOffset = offset;
    putPage(data.content.view(), (size) => dataPageHeader(size, data.values, encoding));
    const bytes = offset - start;
    return {
      ...{ path, type, codec: Codec.UNCOMPRESSED, values: data.values, bytes, stored: bytes, dataOffset },
      dictionaryOffset: dictionary ? start : undefined,
      encodings: dictionary ? [Encoding.PLAIN, Encoding.RLE, encoding] : [Encoding.RLE, encoding],
    };
  };
  const chunks = written.flatMap((column) => column.chunks(rows).map(putChunk));
  const schema = written.flatMap((column) => column.schema());
  put(footerOf({ schema, columns: written.length, rows, chunks, createdBy: HOT_WRITER }));
  return pieces;
}

/** The end of a file: its footer, how long that is, and the magic. */
export function footerOf(metadata: FileMetadata): Buffer {
  const footer = new Bytes(8192);
  fileMetadata(metadata)(footer);
  footer.uint32(footer.length);
  footer.bytes(MAGIC);
  return footer.view();
}
