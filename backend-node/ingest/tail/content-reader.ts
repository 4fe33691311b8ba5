import type { FileHandle } from 'node:fs/promises';

import type { ByteSource } from '../import/byte-source';
import { DamagedStream } from '../import/decompress';

/** Content of a log from any position on. */
export interface ContentReader {
  /** At most `length` bytes from `position` on; fewer only at the end of what is there. Positions never go back by much. */
  read(position: number, length: number): Promise<Buffer>;
  /** How long the content is now; undefined when only reading tells. */
  size(): Promise<number | undefined>;
  /** When it was last written to, ms since the epoch. */
  modified(): Promise<number>;
  close(): Promise<void>;
}

/** A plain file, which may grow, read through a handle: it stays the same file when it is renamed or deleted. */
export class PlainReader implements ContentReader {
  constructor(readonly handle: FileHandle) {}

  async read(position: number, length: number): Promise<Buffer> {
    const bytes = Buffer.allocUnsafe(length);
    let filled = 0;
    while (filled < length) {
      const { bytesRead } = await this.handle.read(bytes, filled, length - filled, position + filled);
      if (bytesRead === 0) {
        break;
      }
      filled += bytesRead;
    }
    return bytes.subarray(0, filled);
  }

  async size(): Promise<number> {
    return (await this.handle.stat()).size;
  }

  modified = async (): Promise<number> => (await this.handle.stat()).mtimeMs;

  async close(): Promise<void> {
    await this.handle.close();
  }
}

/** Compressed content, which is unpacked from its beginning, and only as far as it is read. */
export class UnpackingReader implements ContentReader {
  /** Its compressed data end too early or are damaged; what came before was read. */
  damage: DamagedStream | undefined;
  private chunks: AsyncIterator<Buffer> | undefined;
  private held: Buffer = Buffer.alloc(0);
  /** Position of the first byte that is held. */
  private at = 0;
  private ended = false;

  constructor(
    private readonly source: ByteSource,
    readonly modified: () => Promise<number>
  ) {}

  async read(position: number, length: number): Promise<Buffer> {
    if (this.chunks === undefined || position < this.at) {
      await this.close();
      this.chunks = this.source.open()[Symbol.asyncIterator]();
      [this.held, this.at, this.ended, this.damage] = [Buffer.alloc(0), 0, false, undefined];
    }
    const parts = [this.held];
    let end = this.at + this.held.length;
    while (!this.ended && end < position + length) {
      const next = await this.pull(this.chunks);
      if (next.done) {
        this.ended = true;
        break;
      }
      end += next.value.length;
      if (end <= position) {
        parts.length = 0;
        this.at = end;
      } else {
        parts.push(next.value);
      }
    }
    const all = parts.length === 1 ? parts[0]! : Buffer.concat(parts);
    const skip = Math.min(Math.max(0, position - this.at), all.length);
    this.held = all.subarray(skip);
    this.at += skip;
    return this.held.subarray(0, length);
  }

  private async pull(chunks: AsyncIterator<Buffer>): Promise<IteratorResult<Buffer>> {
    try {
      return await chunks.next();
    } catch (error) {
      if (!(error instanceof DamagedStream)) {
        throw error;
      }
      this.damage = error;
      return { done: true, value: undefined };
    }
  }

  size(): Promise<undefined> {
    return Promise.resolve(undefined);
  }

  async close(): Promise<void> {
    await this.chunks?.return?.();
    this.chunks = undefined;
  }
}

/** The content of a reader as a source, to be known by. */
export async function readerSource(reader: ContentReader, label: string, headBytes: number): Promise<ByteSource> {
  const head = await reader.read(0, headBytes + 1);
  const source: ByteSource = {
    input: { label, name: label },
    head: head.subarray(0, headBytes),
    headIsAll: head.length <= headBytes,
    size: undefined,
    open: async function* () {
      for (let at = 0; ;) {
        const chunk = await reader.read(at, CHUNK_BYTES);
        if (chunk.length === 0) {
          return;
        }
        at += chunk.length;
        yield chunk;
      }
    },
    read: () => 0,
    modified: () => Promise.resolve(undefined),
    reopenable: () => Promise.resolve(source),
  };
  return source;
}

const CHUNK_BYTES = 512 * 1024;
