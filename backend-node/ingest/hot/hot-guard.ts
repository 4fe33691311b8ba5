import { readdir } from 'node:fs/promises';
import { basename, join } from 'node:path';

import { ApitrailError } from '@apitrail/contract';
import type { Logger } from 'pino';

import type { DuckDb } from '../../engine/duckdb';
import { COMPLETE, type HotFile } from '../../lake/hot/hot-files';
import type { IngestProblem } from '../intake/status';
import { contentProblem, DAMAGED, endsProblem, setAside, sizeProblem, type DamagedFile } from './damaged-files';
import type { HotWriter } from './hot-writer';

/** How often the names of the folder are looked at, and after how many looks the sizes of the files, too. */
const LOOK_MS = 1_000;
const LOOKS_PER_SIZES = 5;

export interface HotGuardOptions {
  writer: HotWriter;
  engine: DuckDb;
  log: Pick<Logger, 'error' | 'warn'>;
  /** Hot files that are in no commit. */
  files(): readonly HotFile[];
  /** Rows that can be queried no longer are to be made again: the process is to begin again from the write-ahead log. */
  onDamage(error: ApitrailError): void;
}

/**
 * Sees to it that hot files are what was written. One that is torn, unreadable or gone is set aside, and its rows are made
 * again from the write-ahead log, which has them until they are in a commit. From then until they are back, whoever asks is
 * told that rows are awaited.
 */
export class HotGuard {
  private aside: Array<{ name: string; since: number }> = [];
  private timer: NodeJS.Timeout | undefined;
  private looks = 0;
  private looking: Promise<unknown> = Promise.resolve();
  private damaged = false;

  constructor(private readonly options: HotGuardOptions) {}

  /** Files that were damaged, as long as they lie there. */
  get problems(): IngestProblem[] {
    return this.aside.map(({ name, since }) => ({
      code: 'APITRAIL_HOT_DAMAGED',
      message: `The file ${name.slice(0, -DAMAGED.length)} of rows that were in no commit yet was damaged or deleted. Its rows were made again from the write-ahead log. What was left of it is ${join(this.options.writer.directory, name)}; check the disk, and remove it when it is not needed any more.`,
      since,
    }));
  }

  /** Of files of an earlier process those that are whole. The others are set aside: their rows are yet to be made again. */
  async sift(files: readonly HotFile[]): Promise<HotFile[]> {
    const damaged: DamagedFile[] = [];
    for (const file of files) {
      const why = await endsProblem(file);
      if (why !== undefined) {
        damaged.push({ file, why });
      }
    }
    await this.putAside(damaged);
    await this.listAside();
    return files.filter((file) => !damaged.some((other) => other.file === file));
  }

  /** Looks again and again from now on. */
  start(): void {
    this.timer = setInterval(() => {
      this.looking = this.looking
        .then(() => this.look())
        .catch((err: unknown) =>
          this.options.log.warn({ err }, 'the folder of hot files could not be looked at; it is tried again')
        );
    }, LOOK_MS);
    this.timer.unref();
  }

  /** Files did not get into the lake: reads them whole, to find out whether that is why. */
  async onFailure(files: readonly HotFile[]): Promise<void> {
    await this.heal(files, (file) => contentProblem(this.options.engine, file));
  }

  async close(): Promise<void> {
    clearInterval(this.timer);
    await this.looking;
  }

  private async look(): Promise<void> {
    if (this.damaged) {
      return;
    }
    const files = this.options.files();
    const names = new Set(await this.listAside());
    const sizes = this.looks++ % LOOKS_PER_SIZES === LOOKS_PER_SIZES - 1;
    await this.heal(files, async (file) => (sizes || !names.has(basename(file.path)) ? sizeProblem(file) : undefined));
    if (!names.has(COMPLETE) && !this.damaged) {
      await this.options.writer.markComplete();
    }
  }

  private async heal(files: readonly HotFile[], look: (file: HotFile) => Promise<string | undefined>): Promise<void> {
    const damaged: DamagedFile[] = [];
    for (const file of files) {
      const why = await look(file);
      // Meanwhile it may have come into the lake, and gone.
      if (why !== undefined && this.options.files().some(({ path }) => path === file.path)) {
        damaged.push({ file, why });
      }
    }
    if (damaged.length === 0 || this.damaged) {
      return;
    }
    this.damaged = true;
    await this.putAside(damaged);
    const [{ file, why }] = damaged as [DamagedFile];
    this.options.onDamage(
      new ApitrailError(
        'APITRAIL_HOT_DAMAGED',
        `${damaged.length === 1 ? 'A file' : `${damaged.length} files`} of rows that are in no commit yet cannot be used: ${file.path} ${why}. The rows are made again from the write-ahead log.`,
        { where: file.path }
      )
    );
  }

  private async putAside(damaged: readonly DamagedFile[]): Promise<void> {
    if (damaged.length === 0) {
      return;
    }
    // Before the first file goes: nobody is to take the rest for the whole.
    await this.options.writer.markIncomplete();
    for (const one of damaged) {
      this.options.log.error(
        { file: one.file.path, why: one.why, from: one.file.from, to: one.file.to, rows: one.file.rows },
        'a file of rows that are in no commit yet is damaged; the rows are made again from the write-ahead log'
      );
      await setAside(one);
    }
  }

  /** All names of the folder; remembers which of them were set aside. */
  private async listAside(): Promise<string[]> {
    const names = await readdir(this.options.writer.directory).catch(() => [] as string[]);
    const known = new Map(this.aside.map((one) => [one.name, one]));
    this.aside = names
      .filter((name) => name.endsWith(DAMAGED))
      .map((name) => known.get(name) ?? { name, since: Date.now() });
    return names;
  }
}
