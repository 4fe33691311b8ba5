import { open, readdir, rename, rm, unlink, writeFile } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';

import { makeDirectory, removeIfThere } from '../../lake/durable';
import type { ColumnarRows } from '../../lake/hot/columnar-rows';
import {
  COMPLETE,
  currentHotDirectory,
  hotFileName,
  listHotFiles,
  UNKNOWN_BOOT,
  type HotFile,
} from '../../lake/hot/hot-files';

const UNFINISHED = '.tmp-';

/** Writes rows to hot files, for the one process that takes in. */
export class HotWriter {
  private constructor(
    private readonly lake: string,
    /** Folder of this boot. */
    readonly directory: string
  ) {}

  /**
   * Makes the folder of this boot. What other boots and killed processes left goes: it is in the write-ahead log. Where the
   * system does not tell boots apart, all there is goes, since it may be of one that a power cut ended.
   */
  static async open(lake: string): Promise<HotWriter> {
    const directory = await currentHotDirectory(lake);
    const parent = dirname(directory);
    await makeDirectory(parent);
    for (const name of await readdir(parent)) {
      if (name !== basename(directory) || name === UNKNOWN_BOOT) {
        await rm(join(parent, name), { recursive: true, force: true });
      }
    }
    await makeDirectory(directory);
    for (const name of await readdir(directory)) {
      if (name.startsWith(UNFINISHED)) {
        await removeIfThere(join(directory, name));
      }
    }
    return new HotWriter(lake, directory);
  }

  /** The hot files there are, oldest batches first. */
  list(): Promise<HotFile[]> {
    return listHotFiles(this.lake);
  }

  /** Says that rows which were acknowledged cannot be queried, where no writer can be had. Needs no room on the disk. */
  static async sayIncomplete(lake: string): Promise<void> {
    await removeIfThere(join(await currentHotDirectory(lake), COMPLETE));
  }

  /** Says that all that was acknowledged before can be queried. Makes the folder when somebody took it away. */
  async markComplete(): Promise<void> {
    await makeDirectory(this.directory);
    await writeFile(join(this.directory, COMPLETE), '');
  }

  /** Says that rows which were acknowledged cannot be queried. */
  async markIncomplete(): Promise<void> {
    await makeDirectory(this.directory);
    await removeIfThere(join(this.directory, COMPLETE));
  }

  /** Writes the rows of batches `from` to `to`. From the moment its name is there, queries read the file; it is not flushed. */
  async write(rows: ColumnarRows, { from, to }: { from: number; to: number }): Promise<HotFile> {
    const facts = {
      ...{ from, to, rows: rows.rows, unweighted: rows.unweighted },
      oldest: Math.floor(rows.oldest / 1000),
      newest: Math.ceil(rows.newest / 1000),
    };
    const path = join(this.directory, hotFileName(facts));
    const temporary = join(this.directory, `${UNFINISHED}${from}-${to}`);
    const pieces = rows.toParquet();
    try {
      const handle = await open(temporary, 'w', 0o644);
      try {
        for (const piece of pieces) {
          await handle.writeFile(piece);
        }
      } finally {
        await handle.close();
      }
      await rename(temporary, path);
    } catch (error) {
      await unlink(temporary).catch(() => undefined);
      throw error;
    }
    return { ...facts, path, bytes: pieces.reduce((sum, { length }) => sum + length, 0) };
  }
}
