import { createHash } from 'node:crypto';
import { open } from 'node:fs/promises';
import { crc32 } from 'node:zlib';

import { Bytes } from '../hot/parquet/bytes';
import {
  Codec,
  dataPageHeader,
  dictionaryPageHeader,
  Encoding,
  type ChunkMetadata,
  type PageSize,
} from '../hot/parquet/format';
import { encode, type ThriftValue } from '../hot/parquet/thrift';
import { footerOf, MAGIC } from '../hot/parquet/write-file';
import { COMPRESSION, compressPage, wrapPage } from './compression';
import type { SortedChunk } from './sorted-chunk';

/** Pages smaller than this are not worth compressing. */
const LEAST_COMPRESSED = 1024;

const WRITTEN_AT_ONCE = 256 * 1024;

/** Who wrote sorted files, in the form that readers look for. */
const SORTED_WRITER = 'apitrail version 1';

/** What a file is to hold. */
export interface FileContent {
  rows: number;
  /** Elements of each column. */
  schema: ReadonlyArray<readonly ThriftValue[]>;
  /** Of the columns, in their order. */
  chunks: Iterable<SortedChunk>;
  /** Awaited between chunks. */
  pause(): Promise<void>;
}

/** A file that was written, and not flushed yet. */
export interface SortedFile {
  /** SHA-256 of its content, hexadecimal. */
  sha256: string;
  size: number;
}

/**
 * Writes a new Parquet file with one row group of these chunks, one page each, compressed where that is worth it.
 */
export async function writeSortedFile(path: string, { rows, schema, chunks, pause }: FileContent): Promise<SortedFile> {
  const handle = await open(path, 'wx', 0o644);
  try {
    const hash = createHash('sha256');
    let size = 0;
    let pending: Buffer[] = [];
    let pendingBytes = 0;
    const write = async (): Promise<void> => {
      const { bytesWritten } = await handle.writev(pending);
      if (bytesWritten < pendingBytes) {
        // As when the disk is full: the rest says why.
        await handle.writeFile(Buffer.concat(pending).subarray(bytesWritten));
      }
      pending = [];
      pendingBytes = 0;
    };
    const put = (pieces: readonly Buffer[]): void => {
      for (const piece of pieces) {
        hash.update(piece);
        size += piece.length;
        pending.push(piece);
        pendingBytes += piece.length;
      }
    };
    put([MAGIC]);
    const written: ChunkMetadata[] = [];
    for (const chunk of chunks) {
      const pages = await pagesOf(chunk);
      const stored = pages.pieces.reduce((sum, { length }) => sum + length, 0);
      written.push(metadataOf(chunk, { ...pages, stored, start: size }));
      put(pages.pieces);
      if (pendingBytes >= WRITTEN_AT_ONCE) {
        await write();
      }
      await pause();
    }
    put([footerOf({ schema: schema.flat(), columns: schema.length, rows, chunks: written, createdBy: SORTED_WRITER })]);
    await write();
    return { sha256: hash.digest('hex'), size };
  } finally {
    await handle.close();
  }
}

/** The pages of a chunk with their headers, as they lie in the file. */
interface StoredPages {
  codec: Codec;
  pieces: Buffer[];
  /** Bytes of pages and headers, uncompressed. */
  bytes: number;
  /** Bytes of the first two pieces where they are a dictionary, else 0. */
  dictionaryBytes: number;
}

async function pagesOf({ dictionary, data, encoding, distinct = false }: SortedChunk): Promise<StoredPages> {
  const contents = [...(dictionary ? [dictionary.content.view()] : []), data.content.view()];
  const bytes = contents.reduce((sum, { length }) => sum + length, 0);
  let stored: Buffer[] = [];
  let codec: Codec = Codec.UNCOMPRESSED;
  if (bytes >= LEAST_COMPRESSED) {
    for (const content of contents) {
      stored.push(await (content.length < LEAST_COMPRESSED ? wrapPage(content) : compressPage(content, distinct)));
    }
    codec = COMPRESSION.codec;
  }
  if (codec === Codec.UNCOMPRESSED || stored.reduce((sum, { length }) => sum + length, 0) >= bytes) {
    codec = Codec.UNCOMPRESSED;
    // The next chunk will be written where these lie.
    stored = contents.map((content) => Buffer.from(content));
  }
  const pieces: Buffer[] = [];
  let headers = 0;
  stored.forEach((content, index) => {
    const size: PageSize = { bytes: contents[index]!.length, stored: content.length, crc: crc32(content) };
    const header = encode(
      dictionary && index === 0
        ? dictionaryPageHeader(size, dictionary.values)
        : dataPageHeader(size, data.values, encoding)
    );
    headers += header.length;
    pieces.push(header, content);
  });
  const dictionaryBytes = dictionary ? pieces[0]!.length + pieces[1]!.length : 0;
  return { codec, pieces, bytes: bytes + headers, dictionaryBytes };
}

function metadataOf(
  { path, type, encoding, dictionary, data, statistics }: SortedChunk,
  { codec, bytes, stored, dictionaryBytes, start }: Omit<StoredPages, 'pieces'> & { stored: number; start: number }
): ChunkMetadata {
  return {
    ...{ path, type, codec, values: data.values, bytes, stored, statistics },
    encodings: dictionary ? [Encoding.PLAIN, Encoding.RLE, encoding] : [Encoding.RLE, encoding],
    dataOffset: start + dictionaryBytes,
    dictionaryOffset: dictionary ? start : undefined,
  };
}

/** A chunk of a column that is null in every row. */
export function nullChunk(path: readonly string[], type: ChunkMetadata['type'], rows: number, depth = 1): SortedChunk {
  const content = new Bytes(32);
  // Levels, all zero, as one run: of repetition, where values are nested, and of definition.
  for (let level = 0; level < depth; level++) {
    const levels = new Bytes(16);
    levels.varint(rows * 2);
    levels.uint8(0);
    content.uint32(levels.length);
    content.bytes(levels.view());
  }
  const statistics = depth === 1 ? { statistics: { nulls: rows } } : {};
  return { path, type, encoding: Encoding.PLAIN, data: { values: rows, content }, ...statistics };
}
