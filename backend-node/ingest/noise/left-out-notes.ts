import type { UncommittedCounts } from './uncommitted-counts';

/** How often it is looked for more, ms; and how much longer the pause is for each count, as all are written each time. */
const PAUSE_MS = 500;
const PAUSE_PER_COUNT_MS = 1 / 16;

export interface LeftOutNotesOptions {
  /** A number that is another one whenever counts have changed. */
  changes(): number;
  counts(): readonly UncommittedCounts[];
  write(counts: readonly UncommittedCounts[]): Promise<void>;
  onFailure(error: unknown): void;
}

/** Writes down what rules left out before it is in a commit, so that answers say it as soon as they have the rows that stay. */
export class LeftOutNotes {
  private written: number | undefined;
  private timer: NodeJS.Timeout | undefined;
  private writing: Promise<void> = Promise.resolve();

  constructor(private readonly options: LeftOutNotesOptions) {}

  /** Writes at once, and again and again from now on when there is something new. */
  start(): void {
    this.writing = this.write().then((counts) => {
      this.timer = setTimeout(() => this.start(), PAUSE_MS + counts * PAUSE_PER_COUNT_MS);
      this.timer.unref();
    });
  }

  async close(): Promise<void> {
    await this.writing;
    clearTimeout(this.timer);
    await this.write();
  }

  /** Gives how many counts there were to write. */
  private async write(): Promise<number> {
    const { changes, counts, write, onFailure } = this.options;
    const now = changes();
    if (now === this.written) {
      return 0;
    }
    const all = counts();
    try {
      await write(all);
      this.written = now;
    } catch (error) {
      onFailure(error);
    }
    return all.reduce((sum, one) => sum + one.counts.length, 0);
  }
}
