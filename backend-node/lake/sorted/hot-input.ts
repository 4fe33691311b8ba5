import { open } from 'node:fs/promises';

import { ApitrailError } from '@apitrail/contract';

import { DamagedContent, readHotFile, type StoredChunk, type StoredFile } from '../hot/parquet/read-file';
import { readHybrid } from '../hot/parquet/read-hybrid';
import type { Scratch } from './scratch';

/** A hot file of those that are read together. */
export interface InputFile {
  /** Number of its first row among all rows. */
  first: number;
  rows: number;
  chunks: ReadonlyMap<string, StoredChunk>;
}

/** Hot files that lie in memory, one behind the other: what is read of them are numbers of bytes in `bytes`. */
export class HotInput {
  /** The same bytes, for numbers. */
  readonly view: DataView;
  readonly rows: number;

  private constructor(
    readonly bytes: Buffer,
    readonly files: readonly InputFile[],
    readonly scratch: Scratch
  ) {
    this.view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
    this.rows = files.reduce((sum, { rows }) => sum + rows, 0);
  }

  /**
   * Reads files into memory that is overwritten when others are read. Undefined when one is not written by `parquetFile`.
   * Throws APITRAIL_LAKE_UNREADABLE when one is not what was written.
   */
  static async read(
    files: ReadonlyArray<{ path: string; rows: number }>,
    scratch: Scratch
  ): Promise<HotInput | undefined> {
    const { bytes, ends } = await readAll(
      files.map(({ path }) => path),
      scratch
    );
    const read: InputFile[] = [];
    let first = 0;
    for (const [index, file] of files.entries()) {
      const stored = readStored(bytes, file.path, ends[index - 1] ?? 0, ends[index]!);
      if (!stored) {
        return undefined;
      }
      if (stored.rows !== file.rows) {
        throw damaged(file.path, `it has ${stored.rows} rows, not ${file.rows}`);
      }
      read.push({ first, rows: stored.rows, chunks: stored.chunks });
      first += stored.rows;
    }
    return new HotInput(bytes, read, scratch);
  }

  /** Values of the column that has most: rows, or entries of all their maps. */
  get mostValues(): number {
    return this.files.reduce(
      (sum, { chunks }) => sum + Math.max(0, ...[...chunks.values()].map(({ data }) => data.values)),
      0
    );
  }

  /** Whether any file has the column. */
  has(path: string): boolean {
    return this.files.some(({ chunks }) => chunks.has(path));
  }

  /**
   * Which rows of a page have a value, 1 for each that has one, how many those are, and where their values begin. Without
   * levels all rows have one. They are overwritten when others are read.
   */
  presence({ data }: StoredChunk): { levels: Uint32Array | undefined; present: number; end: number } {
    const all = isOneRun(this.bytes, data);
    if (all) {
      return { levels: undefined, present: data.values, end: data.start + 4 + this.view.getUint32(data.start, true) };
    }
    const { levels, end } = this.levelsAt(data.start, data, 1);
    let present = 0;
    for (let index = 0; index < data.values; index++) {
      present += levels[index]!;
    }
    return { levels, present, end };
  }

  /** Levels of `width` bits that begin at a place of a page, and where they end. */
  levelsAt(at: number, { values, end: last }: { values: number; end: number }, width: number) {
    const start = at + 4;
    const end = start + this.view.getUint32(at, true);
    if (end > last) {
      throw new RangeError('levels beyond their page');
    }
    const levels = this.scratch.numbers('levels', values);
    readHybrid(this.bytes, { at: start, end, width }, levels, values);
    return { levels, end };
  }

  /** Numbers of dictionary entries, which begin at a place of a page. They are overwritten when others are read. */
  indexes(at: number, { end, count, use }: { end: number; count: number; use: string }): Uint32Array {
    const ids = this.scratch.numbers(`ids${use}`, count);
    readHybrid(this.bytes, { at: at + 1, end, width: this.bytes[at]! }, ids, count);
    return ids;
  }
}

function readStored(bytes: Buffer, path: string, start: number, end: number): StoredFile | undefined {
  try {
    return readHotFile(bytes, start, end);
  } catch (error) {
    throw error instanceof DamagedContent ? damaged(path, error.message) : error;
  }
}

const damaged = (path: string, why: string): ApitrailError =>
  new ApitrailError('APITRAIL_LAKE_UNREADABLE', `The file ${path} is damaged: ${why}.`, { where: path });

/** Whether the levels of a page are one run of 1. */
function isOneRun(bytes: Buffer, { start, end, values }: { start: number; end: number; values: number }): boolean {
  let [head, at] = [0, start + 4];
  for (let scale = 1; at < end; scale *= 128) {
    const byte = bytes[at++]!;
    head += (byte & 127) * scale;
    if (byte < 128) {
      return head === values * 2 && bytes[at] === 1;
    }
  }
  return false;
}

/** The content of files, and where each ends. */
async function readAll(paths: readonly string[], scratch: Scratch): Promise<{ bytes: Buffer; ends: number[] }> {
  const handles = [];
  try {
    const ends: number[] = [];
    for (const path of paths) {
      const handle = await open(path, 'r');
      handles.push(handle);
      ends.push((ends.at(-1) ?? 0) + (await handle.stat()).size);
    }
    const bytes = scratch.bytes(ends.at(-1) ?? 0);
    for (const [index, handle] of handles.entries()) {
      const end = ends[index]!;
      for (let at = ends[index - 1] ?? 0; at < end;) {
        const { bytesRead } = await handle.read(bytes, at, end - at, null);
        if (bytesRead === 0) {
          throw damaged(paths[index]!, 'it became shorter while it was read');
        }
        at += bytesRead;
      }
    }
    return { bytes, ends };
  } finally {
    await Promise.all(handles.map((handle) => handle.close()));
  }
}
