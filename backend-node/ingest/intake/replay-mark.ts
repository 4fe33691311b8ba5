import { readFile } from 'node:fs/promises';
import { join } from 'node:path';

import { z } from 'zod';

import { hasCode, makeDirectory, removeIfThere, replaceFile } from '../../lake/durable';

/** Deaths at one batch after which it is set aside. One alone may be a power cut, or somebody’s kill. */
const MOST_DEATHS = 2;
/** A batch of so many bytes is noted before it is read again at the first attempt already. */
const NOTED_BYTES = 1024 * 1024;

const schema = z.object({
  /** The batch that was being read again; 0 for none in particular. */
  seq: z.number(),
  /** Starts in a row that have come to it, this one included. */
  attempts: z.number(),
  /** Batches that are not read again any more. */
  aside: z.array(z.number()),
});
type Mark = z.output<typeof schema>;

/**
 * Notes durably which batch of the write-ahead log is being read again, so that one at which the process dies does not keep
 * every later start from what stands behind it. The first start notes large batches alone, and that it has begun; one after
 * a death notes each.
 */
export class ReplayMark {
  private written: Mark | undefined;

  private constructor(
    private readonly path: string,
    private readonly before: Mark | undefined,
    private readonly aside: number[]
  ) {
    this.written = before;
  }

  /** The mark in a folder, as the process before left it. `committed` is the last batch that is in the lake. */
  static async open(folder: string, committed: number): Promise<ReplayMark> {
    await makeDirectory(folder);
    const path = join(folder, 'replaying.json');
    const before = await readMark(path);
    const mark = new ReplayMark(path, before, before?.aside.filter((seq) => seq > committed) ?? []);
    if (before && before.seq > committed && before.attempts >= MOST_DEATHS) {
      mark.aside.push(before.seq);
    }
    return mark;
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
    const careful = (this.before?.attempts ?? 0) > 0;
    if (careful || bytes >= NOTED_BYTES) {
      await this.write({ seq, attempts: (this.before?.seq === seq ? this.before.attempts : 0) + 1, aside: this.aside });
    } else if (this.written?.seq !== 0 || this.written.attempts === 0) {
      await this.write({ seq: 0, attempts: 1, aside: this.aside });
    }
    return true;
  }

  /** All was read again. */
  async end(): Promise<void> {
    if (this.aside.length > 0) {
      await this.write({ seq: 0, attempts: 0, aside: this.aside });
    } else if (this.written) {
      await removeIfThere(this.path);
    }
  }

  private async write(mark: Mark): Promise<void> {
    await replaceFile(this.path, JSON.stringify(mark));
    this.written = mark;
  }
}

/** A mark that cannot be read, as of another version, is none. */
async function readMark(path: string): Promise<Mark | undefined> {
  try {
    return schema.safeParse(JSON.parse(await readFile(path, 'utf8'))).data;
  } catch (error) {
    if (hasCode(error, 'ENOENT') || error instanceof SyntaxError) {
      return undefined;
    }
    throw error;
  }
}
