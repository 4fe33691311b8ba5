import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';

import { makeDirectory, removeIfThere, replaceFile } from '../../lake/durable';
import { ENTRY_BYTES, type KnownKeys } from './known-keys';

const NAME = /^keys-(\d{1,16})\.bin$/;

interface KeyFile {
  to: number;
  entries: number;
  /** Time of its last entry, as of `KnownKeys.seconds`. */
  newest: number;
}

/**
 * The names of what was taken in, on the disk: a file for each commit that has any, with those of its batches alone. Each
 * is written before the commit, as the state is.
 */
export class KnownKeyFiles {
  private files: KeyFile[] = [];
  private last: number;

  private constructor(
    private readonly folder: string,
    private readonly windowUs: number,
    private readonly most: number,
    committed: number
  ) {
    this.last = committed;
  }

  /** Loads what belongs to commits up to batch `committed`; the rest is made again from the write-ahead log. */
  static async open(
    folder: string,
    keys: KnownKeys,
    { committed, windowUs, most }: { committed: number; windowUs: number; most: number }
  ): Promise<KnownKeyFiles> {
    await makeDirectory(folder);
    const known = new KnownKeyFiles(folder, windowUs, most, committed);
    const found = (await readdir(folder)).flatMap((name) => {
      const match = NAME.exec(name);
      return match ? [Number(match[1])] : [];
    });
    for (const to of found.sort((a, b) => a - b)) {
      const path = known.path(to);
      if (to > committed) {
        await removeIfThere(path);
        continue;
      }
      const entries = await readFile(path);
      keys.load(entries);
      known.note(to, entries);
    }
    return known;
  }

  /** Keeps the names of the batches up to `to` that are not kept yet, durably. */
  async save(keys: KnownKeys, to: number): Promise<void> {
    const entries = keys.entries(this.last, to);
    if (entries.length > 0) {
      await replaceFile(this.path(to), entries);
      this.note(to, entries);
    }
    this.last = to;
    await this.prune(keys.seconds);
  }

  private note(to: number, entries: Buffer): void {
    const count = Math.floor(entries.length / ENTRY_BYTES);
    this.files.push({ to, entries: count, newest: count === 0 ? 0 : entries.readUInt32LE(count * ENTRY_BYTES - 4) });
  }

  /** Files of names that are too old, or that there are too many after, go. */
  private async prune(seconds: number): Promise<void> {
    const before = seconds - this.windowUs / 1e6;
    let entries = 0;
    const kept: KeyFile[] = [];
    for (const file of this.files.reverse()) {
      if (file.newest < before || entries >= this.most) {
        await removeIfThere(this.path(file.to));
      } else {
        kept.push(file);
      }
      entries += file.entries;
    }
    this.files = kept.reverse();
  }

  private path(to: number): string {
    return join(this.folder, `keys-${to}.bin`);
  }
}
