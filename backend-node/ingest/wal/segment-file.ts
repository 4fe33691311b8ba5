import { open, stat, unlink, type FileHandle } from 'node:fs/promises';
import { join } from 'node:path';

import { ApitrailError } from '@apitrail/contract';

import { hasCode, syncDirectory } from '../../lake/durable';
import { FrameCodec } from './frame';
import { encodeHeader, HEADER_BYTES, newSegmentId, segmentKeys, segmentName } from './segment-header';

/** A file of the log that nothing is written to any more. */
export interface ClosedSegment {
  path: string;
  bytes: number;
  /** Number of its last entry, or one above it. */
  lastSeq: number;
}

/** Whether there was no room for something, or whether only the system knows what is wrong. */
export function isNoRoom(error: unknown): boolean {
  return ['ENOSPC', 'EDQUOT', 'EFBIG'].some((code) => hasCode(error, code));
}

/** How long a look at the name of the file is believed, ms. */
const IN_PLACE_MS = 1_000;

/** The segment that is written to. */
export class SegmentFile {
  /** How much of the file is on the disk. */
  durable = HEADER_BYTES;
  lastSeq: number;
  private lookedAt = performance.now();

  private constructor(
    readonly path: string,
    private readonly handle: FileHandle,
    readonly codec: FrameCodec,
    after: number
  ) {
    this.lastSeq = after;
  }

  /** Begins a segment. When this returns, the file and its name are on the disk; when it throws, there is none. */
  static async create(
    directory: string,
    rootKey: Buffer,
    { ordinal, after, released }: { ordinal: number; after: number; released: number }
  ): Promise<SegmentFile> {
    const id = newSegmentId();
    const { key, check } = segmentKeys(rootKey, id);
    const path = join(directory, segmentName(ordinal, id));
    const handle = await open(path, 'wx', 0o600);
    try {
      await writeAll(handle, [encodeHeader({ id, after, released, created: Date.now() }, check)], 0);
      await handle.sync();
      await syncDirectory(directory);
    } catch (error) {
      await handle.close().catch(() => undefined);
      await unlink(path).catch(() => undefined);
      throw error;
    }
    return new SegmentFile(path, handle, new FrameCodec(id, key), after);
  }

  get empty(): boolean {
    return this.durable === HEADER_BYTES;
  }

  /** Writes frames behind what is there. They are on the disk after `flush` only. */
  async write(buffers: Buffer[]): Promise<void> {
    await writeAll(this.handle, buffers, this.durable);
  }

  /**
   * Throws APITRAIL_WAL_DAMAGED when the name of the file does not stand for it any more: what is written is gone with
   * this process then, however well the disk has it. Looks at most every second.
   */
  async assertInPlace(): Promise<void> {
    const now = performance.now();
    if (now - this.lookedAt < IN_PLACE_MS) {
      return;
    }
    const [own, named] = await Promise.all([this.handle.stat(), stat(this.path).catch(missing)]);
    if (named?.ino !== own.ino || named.dev !== own.dev) {
      throw new ApitrailError(
        'APITRAIL_WAL_DAMAGED',
        `The file of the write-ahead log that is written to was removed, renamed or replaced: ${this.path}. What was acknowledged in the last second and was not in the lake is lost. Leave the files in this folder alone while the companion runs.`,
        { where: this.path }
      );
    }
    this.lookedAt = now;
  }

  /** Puts what was written on the disk. */
  async flush(bytes: number, lastSeq: number): Promise<void> {
    await this.handle.datasync();
    this.durable += bytes;
    this.lastSeq = lastSeq;
  }

  /** Takes away what was written since the last flush, so that it is not there after a power cut either. */
  async cutBack(): Promise<void> {
    await this.handle.truncate(this.durable);
    await this.handle.sync();
  }

  async close(): Promise<ClosedSegment> {
    await this.handle.close();
    return { path: this.path, bytes: this.durable, lastSeq: this.lastSeq };
  }
}

function missing(error: unknown): undefined {
  if (!hasCode(error, 'ENOENT') && !hasCode(error, 'ENOTDIR')) {
    throw error;
  }
}

/** Writes all of it; the system may take it in parts. */
async function writeAll(handle: FileHandle, buffers: Buffer[], position: number): Promise<void> {
  let rest = buffers;
  let at = position;
  while (rest.length > 0) {
    const { bytesWritten } = await handle.writev(rest, at);
    if (bytesWritten === 0) {
      throw Object.assign(new Error('The system took nothing of what was to be written.'), { code: 'ENOSPC' });
    }
    at += bytesWritten;
    rest = without(rest, bytesWritten);
  }
}

function without(buffers: Buffer[], bytes: number): Buffer[] {
  let left = bytes;
  for (const [index, buffer] of buffers.entries()) {
    if (left < buffer.length) {
      return [buffer.subarray(left), ...buffers.slice(index + 1)];
    }
    left -= buffer.length;
  }
  return [];
}
