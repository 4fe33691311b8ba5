import { createReadStream, createWriteStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';

import { ApitrailError } from '@apitrail/contract';

import { compressionOf, DamagedStream, decompress } from './decompress';
import type { Input } from './inputs';

/** How much of a source is looked at to know it again and to find its format. */
export const HEAD_BYTES = 256 * 1024;
const READ_BYTES = 512 * 1024;

/** Content to import, decompressed. */
export interface ByteSource {
  readonly input: Input;
  /** The first bytes of the content, at most HEAD_BYTES. */
  readonly head: Buffer;
  /** Whether the head is all of it. */
  readonly headIsAll: boolean;
  /** Size on disk, for progress; undefined for streams. */
  readonly size: number | undefined;
  /** The content from its beginning. Ends with a DamagedStream when the compressed data does. */
  open(): AsyncIterable<Buffer>;
  /** Bytes on disk read so far by the last `open`. */
  read(): number;
  /** When the log was last written to, ms since the epoch; undefined for what is not a plain file of the user’s. */
  modified(): Promise<number | undefined>;
  /** The same content in a form that may be opened again and again. */
  reopenable(folder: string): Promise<ByteSource>;
}

/**
 * A file as a source. A `finished` one was made by the import itself and is whole. Throws APITRAIL_BAD_FILE when it cannot
 * be read.
 */
export async function fileSource(input: Input & { path: string }, finished = false): Promise<ByteSource> {
  const { path, label } = input;
  try {
    const info = await stat(path);
    const { size } = info;
    let read = 0;
    let mayGrow = !finished && info.isFile();
    const raw = async function* (): AsyncGenerator<Buffer> {
      read = 0;
      for await (const chunk of createReadStream(path, { highWaterMark: READ_BYTES }) as AsyncIterable<Buffer>) {
        if (read === 0) {
          mayGrow &&= compressionOf(chunk, label) === 'plain';
        }
        read += chunk.length;
        yield chunk;
      }
    };
    const content = () => contentOf(raw, label);
    const { head, headIsAll } = await readHead(content());
    const source: ByteSource = {
      input,
      head,
      headIsAll,
      size,
      open: content,
      read: () => read,
      modified: async () => (mayGrow ? (await stat(path)).mtimeMs : undefined),
      reopenable: () => Promise.resolve(source),
    };
    return source;
  } catch (cause) {
    throw cause instanceof ApitrailError
      ? cause
      : new ApitrailError('APITRAIL_BAD_FILE', `${label} cannot be read: ${(cause as Error).message}.`, {
          where: label,
          cause,
        });
  }
}

/** Standard input, or another stream, as a source. It can be opened once. */
export async function streamSource(input: Input, stream: Readable): Promise<ByteSource> {
  let read = 0;
  const raw = async function* (): AsyncGenerator<Buffer> {
    for await (const chunk of stream) {
      read += (chunk as Buffer).length;
      yield chunk as Buffer;
    }
  };
  const content = decompressedStream(raw(), input.label)[Symbol.asyncIterator]();
  const pulled: Buffer[] = [];
  let size = 0;
  let ended = false;
  let damage: unknown;
  while (size < HEAD_BYTES && !ended) {
    try {
      const next = await content.next();
      if (next.done) {
        ended = true;
      } else {
        pulled.push(next.value);
        size += next.value.length;
      }
    } catch (error) {
      damage = error;
      ended = true;
    }
  }
  const open = async function* (): AsyncGenerator<Buffer> {
    yield* pulled.splice(0);
    if (damage) {
      throw damage;
    }
    if (!ended) {
      yield* { [Symbol.asyncIterator]: () => content };
    }
  };
  return {
    input,
    head: Buffer.concat(pulled).subarray(0, HEAD_BYTES),
    headIsAll: ended && size <= HEAD_BYTES,
    size: undefined,
    open,
    read: () => read,
    modified: () => Promise.resolve(undefined),
    reopenable: async (folder) => {
      const path = join(folder, 'stdin');
      let broken: DamagedStream | undefined;
      const readable = async function* (): AsyncGenerator<Buffer> {
        try {
          yield* open();
        } catch (error) {
          if (!(error instanceof DamagedStream)) {
            throw error;
          }
          broken = error;
        }
      };
      await pipeline(Readable.from(readable()), createWriteStream(path, { mode: 0o600 }));
      const kept = await fileSource({ ...input, path }, true);
      return broken ? brokenSource(kept, broken) : kept;
    },
  };
}

/** What was kept of a stream that ended with a DamagedStream: it ends with it again. */
function brokenSource(kept: ByteSource, damage: DamagedStream): ByteSource {
  const source: ByteSource = {
    ...kept,
    open: async function* () {
      yield* kept.open();
      throw damage;
    },
    reopenable: () => Promise.resolve(source),
  };
  return source;
}

async function readHead(content: AsyncIterable<Buffer>): Promise<{ head: Buffer; headIsAll: boolean }> {
  const chunks: Buffer[] = [];
  let size = 0;
  let all = true;
  try {
    for await (const chunk of content) {
      chunks.push(chunk);
      size += chunk.length;
      if (size > HEAD_BYTES) {
        all = false;
        break;
      }
    }
  } catch (error) {
    if (!(error instanceof DamagedStream)) {
      throw error;
    }
  }
  return { head: Buffer.concat(chunks).subarray(0, HEAD_BYTES), headIsAll: all };
}

async function* decompressedStream(raw: AsyncGenerator<Buffer>, label: string): AsyncGenerator<Buffer> {
  let start = Buffer.alloc(0);
  while (start.length < 6) {
    const next = await raw.next();
    if (next.done) {
      break;
    }
    start = Buffer.concat([start, next.value]);
  }
  const whole = async function* (): AsyncGenerator<Buffer> {
    if (start.length > 0) {
      yield start;
    }
    yield* raw;
  };
  yield* decompress(whole(), compressionOf(start, label));
}

/** The content of something that can be read again: when it turns out to be cut short, the rest comes from a second reading. */
async function* contentOf(raw: () => AsyncGenerator<Buffer>, label: string): AsyncGenerator<Buffer> {
  let delivered = 0;
  try {
    for await (const chunk of decompressedStream(raw(), label)) {
      delivered += chunk.length;
      yield chunk;
    }
  } catch (error) {
    if (!(error instanceof DamagedStream) || !error.cutShort) {
      throw error;
    }
    let skip = delivered;
    for await (const chunk of tolerantly(raw(), label)) {
      if (chunk.length > skip) {
        yield chunk.subarray(skip);
        skip = 0;
      } else {
        skip -= chunk.length;
      }
    }
    throw error;
  }
}

async function* tolerantly(raw: AsyncGenerator<Buffer>, label: string): AsyncGenerator<Buffer> {
  const first = await raw.next();
  if (first.done) {
    return;
  }
  const compression = compressionOf(first.value, label);
  if (compression !== 'gzip') {
    return;
  }
  const whole = async function* (): AsyncGenerator<Buffer> {
    yield first.value;
    yield* raw;
  };
  yield* decompress(whole(), compression, true);
}
