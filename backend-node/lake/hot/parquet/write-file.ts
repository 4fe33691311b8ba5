import { Bytes } from './bytes';
import type { Chunk, HotColumn, Page } from './column';
import { dataPageHeader, dictionaryPageHeader, Encoding, fileMetadata, type ChunkMetadata } from './format';
import { encode, type ThriftValue } from './thrift';

const MAGIC = Buffer.from('PAR1');

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
  const putPage = (header: ThriftValue, { content }: Page): void => {
    put(encode(header));
    put(content.view());
  };
  const putChunk = ({ path, type, encoding, dictionary, data }: Chunk): ChunkMetadata => {
    const start = offset;
    if (dictionary) {
      putPage(dictionaryPageHeader(dictionary.content.length, dictionary.values), dictionary);
    }
    const dataOffset = offset;
    putPage(dataPageHeader(data.content.length, data.values, encoding), data);
    return {
      ...{ path, type, values: data.values, bytes: offset - start, dataOffset },
      dictionaryOffset: dictionary ? start : undefined,
      encodings: dictionary ? [Encoding.PLAIN, Encoding.RLE, encoding] : [Encoding.RLE, encoding],
    };
  };
  const chunks = written.flatMap((column) => column.chunks(rows).map(putChunk));
  const schema = written.flatMap((column) => column.schema());
  const footer = encode(fileMetadata(schema, written.length, rows, chunks));
  put(footer);
  const end = new Bytes(8);
  end.uint32(footer.length);
  end.bytes(MAGIC);
  put(end.view());
  return pieces;
}
