import { readdir } from 'node:fs/promises';
import { join } from 'node:path';

import { ApitrailError } from '@apitrail/contract';

import { makeDirectory, removeIfThere, syncDirectory } from '../../lake/durable';
import { rejectsDirectory } from '../../lake/layout';
import type { DeadLetter } from './dead-letter';
import { headerFor, readRejectFile, rejectFileName, writeRejectFile, type RejectRange } from './reject-file';
import { filesToDrop } from './reject-retention';
import { isWithinOther, listRejectFiles, lockRejects, type StoredRejects } from './stored-rejects';

export interface RejectStoreOptions {
  /** 32 bytes: `storageKey(privacy, 'rejects', { lake })`. */
  key: Buffer;
  /**
   * Last batch that is in the lake, or that the write-ahead log has let go of, which is the same unless an older lake was
   * put back. Files that go on beyond it are of a flush that was cut off: its batches are decoded again from the
   * write-ahead log, so they go.
   */
  committed: number;
  /** How long letters are kept, ms. */
  keepMs: number;
  /** Most bytes that are kept. */
  maxBytes: number;
  /** Told when letters that nobody has looked at are deleted. */
  onDropped?: (dropped: { letters: number; bytes: number; why: 'age' | 'size' }) => void;
  /** How often it is looked for letters that are too old, and for what others took away, ms. Default: a minute. */
  pruneMs?: number;
  /** Told when small files could not be put together, or old ones deleted; it is tried again. */
  onFailure?: (error: unknown) => void;
  /** The time, ms since the epoch. */
  now?: () => number;
  /**
   * Whether that time can be believed enough to delete by it; `newest` is when the newest letter came in, ms since the epoch.
   * Default: it can. While it cannot, only the oldest of too many go.
   */
  isClockBelieved?: (newest: number | undefined) => Promise<boolean>;
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

/** Once so many files are smaller than this, they become one. */
const MERGE_FILES = 32;
const MERGE_BYTES = 4 * 1024 * 1024;
/** How often it is looked after what lies there, ms. */
const PRUNE_MS = 60_000;
/** Files may have been taken away by `apitrail rejects`: they are counted anew after this time, ms. */
const COUNTED_MS = 60_000;

/**
 * The dead letters of a lake, for the process that takes requests in. A file per range of the write-ahead log: what is
 * written again after a crash takes the place of what was there. Small files become larger ones by and by.
 */
export class RejectStore {
  private files: StoredRejects[] = [];
  private countedAt = 0;
  private believesClock = false;
  private written = 0;
  private dropped = { age: 0, size: 0 };
  private merging: Promise<void> | undefined;
  /** Writing and pruning wait for each other. */
  private last: Promise<unknown> = Promise.resolve();
  private timer: NodeJS.Timeout | undefined;

  private constructor(
    private readonly lake: string,
    private readonly folder: string,
    private readonly options: RejectStoreOptions
  ) {}

  static async open(lake: string, options: RejectStoreOptions): Promise<RejectStore> {
    const folder = rejectsDirectory(lake);
    await makeDirectory(folder);
    const store = new RejectStore(lake, folder, options);
    for (const name of await readdir(folder)) {
      if (name.startsWith('.tmp-')) {
        await removeIfThere(join(folder, name));
      }
    }
    await store.removeWithin(await listRejectFiles(lake));
    for (const file of await listRejectFiles(lake)) {
      if (file.to > options.committed) {
        await store.trim(file, options.committed);
      }
    }
    await store.count();
    await store.prune();
    store.timer = setInterval(() => void store.prune().catch(options.onFailure), options.pruneMs ?? PRUNE_MS).unref();
    return store;
  }

  /**
   * Keeps the letters of batches `from` to `to`, durably: to be called before the commit that has these batches. The same
   * range again, or one that overlaps, takes the place of what was written before. Without letters nothing is written.
   */
  write(range: RejectRange & { letters: readonly DeadLetter[] }): Promise<void> {
    return this.inTurn(() => this.writeNow(range));
  }

  /** Deletes what is too old, and the oldest of what is too much; done now and then by itself. */
  prune(): Promise<void> {
    return this.inTurn(async () => {
      const newest = Math.max(...this.files.map((file) => file.newest)) / 1000;
      this.believesClock = await (this.options.isClockBelieved?.(this.files.length > 0 ? newest : undefined) ?? true);
      await this.pruneNow();
    });
  }

  /** Ends what is done by itself. */
  async close(): Promise<void> {
    clearInterval(this.timer);
    await this.last;
    await this.settled();
  }

  private inTurn(work: () => Promise<void>): Promise<void> {
    const done = this.last.then(work);
    this.last = done.catch(() => undefined);
    return done;
  }

  private async writeNow({ from, to, letters }: RejectRange & { letters: readonly DeadLetter[] }): Promise<void> {
    for (const file of this.files.filter((other) => other.to >= from)) {
      await this.trim(file, from - 1);
    }
    if (letters.length > 0) {
      const path = join(this.folder, rejectFileName({ from, to }));
      const bytes = await writeRejectFile(path, this.options.key, letters);
      this.files.push({ path, from, to, bytes, ...headerFor(letters) });
      this.written += letters.length;
    }
    await this.pruneNow();
    this.merging ??= this.merge()
      .catch((error: unknown) => this.options.onFailure?.(error))
      .finally(() => (this.merging = undefined));
  }

  private async pruneNow(): Promise<void> {
    const { keepMs, maxBytes, onDropped } = this.options;
    if (this.now() - this.countedAt > COUNTED_MS) {
      await this.count();
    }
    this.files.sort((a, b) => a.from - b.from);
    const before = this.believesClock ? (this.now() - keepMs) * 1000 : -Infinity;
    const { age, size } = filesToDrop(this.files, { before, maxBytes });
    for (const [why, gone] of Object.entries({ age, size }) as Array<['age' | 'size', StoredRejects[]]>) {
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
    await this.count();
    return this.latest;
  }

  /** The same as of the last time that was looked. */
  get latest(): RejectStats {
    const { files } = this;
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

  /** Resolves when nothing is under way in the background. */
  async settled(): Promise<void> {
    await this.merging;
  }

  /** Puts small files together, unless somebody works on the letters. */
  private async merge(): Promise<void> {
    const small = this.files.filter(({ bytes, letters }) => bytes < MERGE_BYTES && letters > 0);
    if (small.length < MERGE_FILES) {
      return;
    }
    const lock = await lockRejects(this.lake).catch((error: unknown) => {
      if (error instanceof ApitrailError && error.code === 'APITRAIL_LAKE_BUSY') {
        return undefined;
      }
      throw error;
    });
    if (!lock) {
      return;
    }
    try {
      const letters: DeadLetter[] = [];
      const merged: StoredRejects[] = [];
      let bytes = 0;
      for (const file of small) {
        if (bytes > 2 * MERGE_BYTES || !this.adjoins(merged.at(-1), file)) {
          break;
        }
        const found = await this.lettersOf(file);
        if (!found) {
          break;
        }
        found.forEach((letter) => letters.push(letter));
        merged.push(file);
        bytes += file.bytes;
      }
      if (merged.length < 2) {
        return;
      }
      const range = { from: merged[0]!.from, to: merged.at(-1)!.to };
      const path = join(this.folder, rejectFileName(range));
      const size = await writeRejectFile(path, this.options.key, letters);
      this.files = this.files.filter((file) => !merged.includes(file));
      this.files.push({ path, ...range, bytes: size, ...headerFor(letters) });
      await this.remove(merged);
    } finally {
      await lock.release();
    }
  }

  /** Whether no other file lies between two. */
  private adjoins(before: StoredRejects | undefined, file: StoredRejects): boolean {
    return before === undefined || !this.files.some(({ from }) => from > before.to && from < file.from);
  }

  /** Takes out of a file what came with batches after `last`. */
  private async trim(file: StoredRejects, last: number): Promise<void> {
    const all = file.from <= last ? await this.lettersOf(file) : [];
    if (!all) {
      return;
    }
    const letters = all.filter(({ seq }) => seq <= last);
    if (letters.length > 0) {
      const range = { from: file.from, to: last };
      const path = join(this.folder, rejectFileName(range));
      const bytes = await writeRejectFile(path, this.options.key, letters);
      this.files.push({ path, ...range, bytes, ...headerFor(letters) });
    }
    await this.remove([file]);
  }

  /** The letters of a file; undefined when it is damaged: it stays as it is. */
  private async lettersOf(file: StoredRejects): Promise<DeadLetter[] | undefined> {
    const letters: DeadLetter[] = [];
    try {
      for await (const letter of readRejectFile(file.path, this.options.key)) {
        letters.push(letter);
      }
      return letters;
    } catch (error) {
      if (!(error instanceof ApitrailError)) {
        throw error;
      }
      file.letters = 0;
      return undefined;
    }
  }

  /** Removes files whose letters all are in another one: their merging was cut off. */
  private async removeWithin(files: readonly StoredRejects[]): Promise<void> {
    await this.remove(files.filter((file) => isWithinOther(file, files)));
  }

  private async count(): Promise<void> {
    this.countedAt = this.now();
    const known = new Set(this.files);
    const found = await listRejectFiles(this.lake);
    const added = this.files.filter((file) => !known.has(file));
    this.files = [...found.filter(({ path }) => added.every((file) => file.path !== path)), ...added];
  }

  private async remove(files: readonly StoredRejects[]): Promise<void> {
    this.files = this.files.filter((file) => !files.includes(file));
    for (const { path } of files) {
      await removeIfThere(path);
    }
    if (files.length > 0) {
      await syncDirectory(this.folder);
    }
  }

  private now(): number {
    return (this.options.now ?? Date.now)();
  }
}

const sum = (values: readonly number[]): number => values.reduce((total, value) => total + value, 0);
