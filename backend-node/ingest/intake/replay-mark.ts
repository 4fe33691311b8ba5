import { readFile } from 'node:fs/promises';
import { join } from 'node:path';

import { z } from 'zod';

import { hasCode, makeDirectory, removeIfThere, replaceFile } from '../../lake/durable';
import { isFullDisk } from '../../lake/full-disk';
import { ofOneBoot, ownIdentity, type ProcessIdentity } from '../../lake/process-identity';

/** Deaths at one batch after which it is set aside. One alone may be somebody’s kill. */
const MOST_DEATHS = 2;
/** A batch of so many bytes is noted before it is read again at the first attempt already. */
const NOTED_BYTES = 1024 * 1024;

const markSchema = z.object({
  /** The batch that was being read again; 0 for none in particular. */
  seq: z.number(),
  /** Processes in a row that have come to it and may have died of it, this one included. */
  attempts: z.number(),
  /** The last of them. */
  by: z.object({ machine: z.string(), pid: z.number(), started: z.string() }),
});
type Mark = z.output<typeof markSchema>;

/** Batches that are not read again any more. */
const asideSchema = z.array(z.number());

/**
 * Notes durably which batch of the write-ahead log is being read again, so that one at which the process dies does not keep
 * every later start from what stands behind it. The first start notes large batches alone, and that it has begun; one after
 * a death notes each. A death is an end that nobody meant: neither that of the machine, nor a stop, nor one while the
 * process waited for the disk.
 */
export class ReplayMark {
  private written: boolean;

  private constructor(
    private readonly folder: string,
    private readonly self: ProcessIdentity,
    private readonly before: { seq: number; attempts: number; isOwn: boolean } | undefined,
    private readonly aside: number[]
  ) {
    this.written = before !== undefined;
  }

  /** The mark in a folder, as the process before left it. `committed` is the last batch that is in the lake. */
  static async open(folder: string, committed: number): Promise<ReplayMark> {
    await makeDirectory(folder);
    const self = await ownIdentity();
    const [mark, known] = [
      await readJson(markPath(folder), markSchema),
      (await readJson(asidePath(folder), asideSchema)) ?? [],
    ];
    const isOwn = mark?.by.pid === self.pid && mark.by.started === self.started && mark.by.machine === self.machine;
    // Without a word of the system about boots every end counts.
    const counts = mark !== undefined && (mark.by.machine === self.machine || ofOneBoot(mark.by, self));
    const aside = known.filter((seq) => seq > committed);
    if (counts && !isOwn && mark.seq > committed && mark.attempts >= MOST_DEATHS && !aside.includes(mark.seq)) {
      aside.push(mark.seq);
      await replaceFile(asidePath(folder), JSON.stringify(aside));
    }
    return new ReplayMark(folder, self, counts ? { ...mark, isOwn } : undefined, aside);
  }

  /** Batches that are set aside, in the order of their numbers. */
  get setAside(): readonly number[] {
    return this.aside;
  }

  /** To be called before a batch is read again. Whether it may be. */
  async begin(seq: number, bytes: number): Promise<boolean> {
    if (this.aside.includes(seq)) {
      return false;
    }
    const { before } = this;
    const careful = (before?.attempts ?? 0) > 0;
    if (careful || bytes >= NOTED_BYTES) {
      const earlier = before?.seq === seq ? before.attempts - (before.isOwn ? 1 : 0) : 0;
      await this.write({ seq, attempts: earlier + 1 });
    } else if (!this.written) {
      await this.write({ seq: 0, attempts: 1 });
    }
    return true;
  }

  /** An end from now on, until the next batch is read again, is not of the batch: the process waits, or is told to stop. */
  async forget(): Promise<void> {
    if (this.written) {
      this.written = false;
      await removeIfThere(markPath(this.folder));
    }
  }

  /** All was read again. */
  async end(): Promise<void> {
    await removeIfThere(markPath(this.folder));
    this.written = false;
    if (this.aside.length === 0) {
      await removeIfThere(asidePath(this.folder));
    }
  }

  private async write(mark: Omit<Mark, 'by'>): Promise<void> {
    try {
      await replaceFile(markPath(this.folder), JSON.stringify({ ...mark, by: this.self }));
      this.written = true;
    } catch (error) {
      if (!isFullDisk(error)) {
        throw error;
      }
      // A mark of another batch would say what is not so.
      await removeIfThere(markPath(this.folder));
      this.written = false;
    }
  }
}

const markPath = (folder: string): string => join(folder, 'replaying.json');
const asidePath = (folder: string): string => join(folder, 'set-aside.json');

/** What cannot be read, as of another version, is not there. */
async function readJson<T>(path: string, schema: z.ZodType<T>): Promise<T | undefined> {
  try {
    return schema.safeParse(JSON.parse(await readFile(path, 'utf8'))).data;
  } catch (error) {
    if (hasCode(error, 'ENOENT') || error instanceof SyntaxError) {
      return undefined;
    }
    throw error;
  }
}
