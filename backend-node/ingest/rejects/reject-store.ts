import { readdir, stat } from 'node:fs/promises';
import { basename, join } from 'node:path';

import { ApitrailError } from '@apitrail/contract';

import { hasCode, makeDirectory, removeIfThere, syncDirectory } from '../../lake/durable';
import { rejectsDirectory } from '../../lake/layout';
import type { DeadLetter } from './dead-letter';
import {
  parseRejectFileName,
  readRejectHeader,
  rejectFileName,
  writeRejectFile,
  type RejectFileHeader,
  type RejectRange,
} from './reject-file';

export interface RejectStoreOptions {
  /** 32 bytes: `storageKey(privacy, 'rejects', { lake })`. */
  key: Buffer;
  /**
   * Last batch that is in the lake. Files that go on beyond it are of a flush that was cut off: its batches are decoded
   * again from the write-ahead log, so they go.
   */
  committed: number;
  /** How long letters are kept, ms. */
  keepMs: number;
  /** Most bytes that are kept. */
  maxBytes: number;
  /** Told when letters that nobody has looked at are deleted. */
  onDropped?: (dropped: { letters: number; bytes: number; why: 'age' | 'size' }) => void;
  /** The time, ms since the epoch. */
  now?: () => number;
}

/** What lies there, and what was done since the store was opened. */
export interface RejectStats {
  files: number;
  letters: number;
  bytes: number;
  /** Time at which the oldest came in, microseconds since the epoch; undefined when there is none. */
  oldest: number | undefined;
  /** Letters written since. */
  written: number;
  /** Letters deleted since because they were too old or too many. */
  droppedByAge: number;
  droppedBySize: number;
}

/** A file of dead letters on the disk. */
export interface StoredRejects extends RejectRange, RejectFileHeader {
  path: string;
  bytes: number;
}

/**
 * The dead letters of a lake, for the process that takes requests in. A file per range of the write-ahead log: what is
 * written again after a crash takes the place of what was there.
 */
export class RejectStore {
  private files: StoredRejects[] = [];
  private written = 0;
  private dropped = { age: 0, size: 0 };

  private constructor(
    private readonly folder: string,
    private readonly options: RejectStoreOptions
  ) {}

  static async open(lake: string, options: RejectStoreOptions): Promise<RejectStore> {
    const folder = rejectsDirectory(lake);
    await makeDirectory(folder);
    const store = new RejectStore(folder, options);
    for (const name of await readdir(folder)) {
      if (name.startsWith('.tmp-')) {
        await removeIfThere(join(folder, name));
      }
    }
    const found = await listRejectFiles(lake);
    store.files = found.filter(({ to }) => to <= options.committed);
    await store.remove(found.filter(({ to }) => to > options.committed));
    await store.prune();
    return store;
  }

  /**
   * Keeps the letters of batches `from` to `to`, durably: to be called before the commit that has these batches. The same
   * range again, or one that overlaps, takes the place of what was written before. Without letters nothing is written.
   */
  async write({ from, to, letters }: RejectRange & { letters: readonly DeadLetter[] }): Promise<void> {
    const path = join(this.folder, rejectFileName({ from, to }));
    const stale = this.files.filter((file) => file.from <= to && file.to >= from && file.path !== path);
    this.files = this.files.filter((file) => file.from > to || file.to < from);
    if (letters.length === 0) {
      await this.remove([...stale, ...(await headersOf([path]))]);
      return;
    }
    const bytes = await writeRejectFile(path, this.options.key, letters);
    await this.remove(stale);
    this.files.push({ path, from, to, bytes, ...(await readRejectHeader(path)) });
    this.written += letters.length;
    await this.prune();
  }

  /** Deletes what is too old, and the oldest of what is too much. Call it now and then: age comes by itself. */
  async prune(): Promise<void> {
    const { keepMs, maxBytes, now = Date.now, onDropped } = this.options;
    const before = (now() - keepMs) * 1000;
    const files = await this.present();
    const old = files.filter(({ newest }) => newest < before);
    const kept = files.filter(({ newest }) => newest >= before);
    let bytes = sum(kept.map((file) => file.bytes));
    // The newest file stays, however large: it tells what is wrong now.
    let surplus = 0;
    while (bytes > maxBytes && surplus < kept.length - 1) {
      bytes -= kept[surplus++]!.bytes;
    }
    this.files = kept.slice(surplus);
    for (const [why, gone] of [
      ['age', old],
      ['size', kept.slice(0, surplus)],
    ] as const) {
      if (gone.length > 0) {
        await this.remove(gone);
        const letters = sum(gone.map((file) => file.letters));
        this.dropped[why] += letters;
        onDropped?.({ letters, bytes: sum(gone.map((file) => file.bytes)), why });
      }
    }
  }

  /** Counts for metrics; `apitrail rejects` may have taken files away meanwhile. */
  async stats(): Promise<RejectStats> {
    const files = (this.files = await this.present());
    return {
      files: files.length,
      letters: sum(files.map(({ letters }) => letters)),
      bytes: sum(files.map(({ bytes }) => bytes)),
      oldest: files.length === 0 ? undefined : Math.min(...files.map(({ oldest }) => oldest)),
      written: this.written,
      droppedByAge: this.dropped.age,
      droppedBySize: this.dropped.size,
    };
  }

  private async present(): Promise<StoredRejects[]> {
    return (await headersOf(this.files.map(({ path }) => path))).sort((a, b) => a.from - b.from);
  }

  private async remove(files: readonly StoredRejects[]): Promise<void> {
    for (const { path } of files) {
      await removeIfThere(path);
    }
    if (files.length > 0) {
      await syncDirectory(this.folder);
    }
  }
}

/** The files of dead letters of a lake, oldest first. Without any the list is empty. */
export async function listRejectFiles(lake: string): Promise<StoredRejects[]> {
  const folder = rejectsDirectory(lake);
  const names = await readdir(folder).catch((error: unknown) => {
    if (hasCode(error, 'ENOENT')) {
      return [];
    }
    throw error;
  });
  return headersOf(names.sort().map((name) => join(folder, name)));
}

async function headersOf(paths: readonly string[]): Promise<StoredRejects[]> {
  const files: StoredRejects[] = [];
  for (const path of paths) {
    const range = parseRejectFileName(basename(path));
    if (!range) {
      continue;
    }
    try {
      const { size, mtimeMs } = await stat(path);
      files.push({ path, ...range, bytes: size, ...(await headerOrEmpty(path, mtimeMs * 1000)) });
    } catch (error) {
      if (!hasCode(error, 'ENOENT')) {
        throw error;
      }
    }
  }
  return files;
}

/** A damaged file must not keep anything from starting: it counts as one without letters, and goes when it is too old. */
async function headerOrEmpty(path: string, modifiedUs: number): Promise<RejectFileHeader> {
  try {
    return await readRejectHeader(path);
  } catch (error) {
    if (!(error instanceof ApitrailError)) {
      throw error;
    }
    return { letters: 0, oldest: modifiedUs, newest: modifiedUs };
  }
}

const sum = (values: readonly number[]): number => values.reduce((total, value) => total + value, 0);
