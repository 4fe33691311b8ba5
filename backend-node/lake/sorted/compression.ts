import { promisify } from 'node:util';
import * as zlib from 'node:zlib';

import { Codec } from '../hot/parquet/format';

/** In Node from 22.15 and 23.8. */
type ZstdModule = {
  zstdCompress?: (input: Buffer, options: object, done: (error: Error | null, out: Buffer) => void) => void;
};

/** Ids in hexadecimal come out in one piece. */
const DISTINCT_RATIO = 0.6;
const OUTPUT_BYTES = 64 * 1024;
const ZSTD_LEVEL = 100;
const zstdCompress = (zlib as unknown as ZstdModule).zstdCompress;

/** How pages are compressed, and what files are called by it: zstd where Node has it, else gzip, each at its fastest. */
export const COMPRESSION: { codec: Codec; suffix: 'zstd' | 'gz' } = zstdCompress
  ? { codec: Codec.ZSTD, suffix: 'zstd' }
  : { codec: Codec.GZIP, suffix: 'gz' };

const gzip = promisify(zlib.gzip);
const zstd = zstdCompress && promisify(zstdCompress);

/** A page, compressed on a thread of the pool. `distinct` says that nothing in it repeats itself but the characters. */
export async function compressPage(page: Buffer, distinct: boolean): Promise<Buffer> {
  const chunkSize = distinct ? Math.max(1024, Math.ceil(page.length * DISTINCT_RATIO)) : OUTPUT_BYTES;
  if (zstd) {
    return (await zstd(page, { chunkSize, params: { [ZSTD_LEVEL]: 1 } })) as Buffer;
  }
  const strategy = distinct ? zlib.constants.Z_HUFFMAN_ONLY : zlib.constants.Z_DEFAULT_STRATEGY;
  return gzip(page, { level: 1, strategy, chunkSize });
}

const GZIP_HEADER = Buffer.from([0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 0xff]);

/** A page of less than 64 KiB in the form of a compressed one, without the cost of compressing it. */
export async function wrapPage(page: Buffer): Promise<Buffer> {
  if (zstd) {
    return compressPage(page, false);
  }
  const block = Buffer.alloc(5);
  block[0] = 1;
  block.writeUInt16LE(page.length, 1);
  block.writeUInt16LE(page.length ^ 0xffff, 3);
  const end = Buffer.alloc(8);
  end.writeUInt32LE(zlib.crc32(page), 0);
  end.writeUInt32LE(page.length, 4);
  return Buffer.concat([GZIP_HEADER, block, page, end]);
}
