import { Readable } from 'node:stream';
import zlib from 'node:zlib';

import { ApitrailError } from '@apitrail/contract';
import { Decompress } from 'fzstd';

export type Compression = 'plain' | 'gzip' | 'zstd';

const OUTPUT_BYTES = 256 * 1024;

/** How a stream is compressed, by its first bytes. Throws APITRAIL_BAD_FILE for what cannot be read. */
export function compressionOf(start: Buffer, label: string): Compression {
  const magic = start.subarray(0, 6).toString('hex');
  if (magic.startsWith('1f8b')) {
    return 'gzip';
  }
  if (magic.startsWith('28b52ffd')) {
    return 'zstd';
  }
  const other = magic.startsWith('425a68')
    ? 'bzip2'
    : magic === 'fd377a585a00'
      ? 'xz'
      : magic.startsWith('504b0304')
        ? 'zip'
        : undefined;
  if (other) {
    throw new ApitrailError(
      'APITRAIL_BAD_FILE',
      `${label} is compressed with ${other}, which is not read here. Unpack it first: ${UNPACK[other]} … | apitrail import -`,
      { where: label }
    );
  }
  if (magic.startsWith('fffe') || magic.startsWith('feff')) {
    throw new ApitrailError('APITRAIL_BAD_FILE', `${label} is UTF-16. Convert it: iconv -f UTF-16 -t UTF-8`, {
      where: label,
    });
  }
  return 'plain';
}

const UNPACK = { bzip2: 'bzip2 -dc', xz: 'xz -dc', zip: 'unzip -p' } as const;

/** A compressed stream that ended too early or is damaged. What came before it broke has been given out. */
export class DamagedStream extends Error {
  constructor(
    readonly cutShort: boolean,
    cause: unknown
  ) {
    super(cutShort ? 'ends before its compressed data does' : `is damaged: ${(cause as Error).message}`, { cause });
  }
}

/**
 * Undoes compression, chunk by chunk, no faster than it is read. With `tolerant` a gzip stream that is cut short ends
 * without an error, so that all there is of it comes out (zlib drops what it holds when it fails).
 */
export async function* decompress(
  chunks: AsyncIterable<Buffer>,
  compression: Compression,
  tolerant = false
): AsyncGenerator<Buffer> {
  switch (compression) {
    case 'plain':
      yield* chunks;
      return;
    case 'gzip':
      yield* throughZlib(
        chunks,
        zlib.createGunzip({
          chunkSize: OUTPUT_BYTES,
          ...(tolerant ? { finishFlush: zlib.constants.Z_SYNC_FLUSH } : {}),
        })
      );
      return;
    case 'zstd':
      yield* unzstd(chunks);
  }
}

async function* throughZlib(chunks: AsyncIterable<Buffer>, transform: zlib.Gunzip): AsyncGenerator<Buffer> {
  const input = Readable.from(chunks, { objectMode: false, highWaterMark: OUTPUT_BYTES });
  input.on('error', (error) => transform.destroy(error));
  try {
    yield* input.pipe(transform) as AsyncIterable<Buffer>;
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code;
    throw code?.startsWith('Z_') ? new DamagedStream(code === 'Z_BUF_ERROR', error) : error;
  } finally {
    input.destroy();
    transform.destroy();
  }
}

async function* unzstd(chunks: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
  let out: Buffer[] = [];
  const decompressor = new Decompress((data) => {
    // The decompressor goes on using the memory it hands out.
    out.push(Buffer.from(data));
  });
  const push = (chunk: Uint8Array, final: boolean): void => {
    try {
      decompressor.push(chunk, final);
    } catch (error) {
      throw new DamagedStream(final, error);
    }
  };
  for await (const chunk of chunks) {
    push(chunk, false);
    yield* out;
    out = [];
  }
  push(new Uint8Array(0), true);
  yield* out;
}
