const FIRST_MS = 500;
const LONGEST_MS = 30_000;

/** Tries again what the disk did not take, with longer and longer pauses. */
export class Retries {
  private readonly pauses = new Map<string, number>();
  private over = false;
  private wake: (() => void) | undefined;

  /** `onFailure` is told of each failure, and with undefined when a place works again. */
  constructor(private readonly onFailure: (place: string, error: unknown) => void) {}

  /** Tries until it works. Throws once `giveUp` was called and it does not. */
  async until<T>(place: string, work: () => Promise<T>): Promise<T> {
    for (;;) {
      try {
        const result = await work();
        this.succeeded(place);
        return result;
      } catch (error) {
        const pause = this.failed(place, error);
        if (this.over) {
          throw error;
        }
        await this.sleep(pause);
      }
    }
  }

  /** Notes a failure, and gives after how many ms to try again. */
  failed(place: string, error: unknown): number {
    this.onFailure(place, error);
    const pause = this.pauses.get(place) ?? FIRST_MS;
    this.pauses.set(place, Math.min(LONGEST_MS, pause * 2));
    return pause;
  }

  succeeded(place: string): void {
    if (this.pauses.delete(place)) {
      this.onFailure(place, undefined);
    }
  }

  /** What fails from now on is not tried again; what waits is tried once more. */
  giveUp(): void {
    this.over = true;
    this.wake?.();
  }

  private sleep(ms: number): Promise<void> {
    return new Promise((resolve) => {
      const timer = setTimeout(resolve, ms);
      this.wake = () => {
        clearTimeout(timer);
        resolve();
      };
    });
  }
}
