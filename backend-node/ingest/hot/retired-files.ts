import { removeIfThere } from '../../lake/durable';

/**
 * Hot files whose rows are in a commit. A query that began before the commit may still open them, so they are removed only
 * after a time that is longer than any query. What is left when the process ends, the next one retires anew.
 */
export class RetiredFiles {
  private readonly waiting: Array<{ path: string; at: number }> = [];
  private timer: NodeJS.Timeout | undefined;
  private removing: Promise<void> = Promise.resolve();

  constructor(
    private readonly graceMs: number,
    private readonly onProblem: (error: unknown) => void
  ) {}

  /** Files that are still there. */
  get count(): number {
    return this.waiting.length;
  }

  add(paths: readonly string[]): void {
    const at = performance.now() + this.graceMs;
    this.waiting.push(...paths.map((path) => ({ path, at })));
    this.schedule();
  }

  async close(): Promise<void> {
    clearTimeout(this.timer);
    await this.removing;
  }

  private schedule(): void {
    const [first] = this.waiting;
    if (first && !this.timer) {
      this.timer = setTimeout(
        () => {
          this.timer = undefined;
          this.removing = this.removeDue()
            .catch(this.onProblem)
            .finally(() => this.schedule());
        },
        Math.max(0, first.at - performance.now())
      );
      this.timer.unref();
    }
  }

  private async removeDue(): Promise<void> {
    const now = performance.now();
    while (this.waiting.length > 0 && this.waiting[0]!.at <= now) {
      await removeIfThere(this.waiting.shift()!.path);
    }
  }
}
