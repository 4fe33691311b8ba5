import type { HotWriter } from './hot-writer';

/** Taking up what was acknowledged may last this long before whoever asks is told that rows are awaited, ms. */
const SOON_MS = 2_000;

/**
 * Says, while what was acknowledged before is being taken up again, that rows are awaited: once it lasts, or when it fails.
 */
export class AwaitedRows {
  private readonly timer: NodeJS.Timeout;
  private saying: Promise<void> = Promise.resolve();
  private over = false;

  constructor(private readonly writer: Pick<HotWriter, 'markComplete' | 'markIncomplete'>) {
    this.timer = setTimeout(() => this.say(), SOON_MS);
    this.timer.unref();
  }

  /** All is there. */
  async arrived(): Promise<void> {
    await this.end();
    await this.writer.markComplete();
  }

  /** Not all is there, and nobody makes it now; after `arrived` nothing happens any more. */
  async stop(): Promise<void> {
    if (!this.over) {
      this.say();
      await this.end();
    }
  }

  private async end(): Promise<void> {
    this.over = true;
    clearTimeout(this.timer);
    await this.saying;
  }

  private say(): void {
    // Of what keeps it from being said, the start fails, too.
    this.saying = this.writer.markIncomplete().catch(() => undefined);
  }
}
