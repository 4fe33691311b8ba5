import { isFullDisk } from '../../lake/full-disk';

const FIRST_MS = 500;
const LONGEST_MS = 30_000;
/** How often it is looked whether there is room again, and how much more there must be. */
const LOOK_MS = 1_000;
const MORE_ROOM_BYTES = 2 ** 20;

/** Who is told, and where it is looked. */
export interface RetriesOptions {
  /** Told of each failure, and with undefined when a place works again. */
  onFailure(place: string, error: unknown): void;
  /** How many bytes are free where it is written. */
  freeBytes(): Promise<number>;
}

/** Tries again what the disk did not take, with longer and longer pauses; on a full disk, as soon as there is more room. */
export class Retries {
  private readonly pauses = new Map<string, number>();
  private over = false;
  private wake: (() => void) | undefined;

  constructor(private readonly options: RetriesOptions) {}

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
        await (isFullDisk(error) ? this.sleepWithoutRoom(pause) : this.sleep(pause));
      }
    }
  }

  /** Notes a failure, and gives after how many ms to try again. */
  failed(place: string, error: unknown): number {
    this.options.onFailure(place, error);
    const pause = this.pauses.get(place) ?? FIRST_MS;
    this.pauses.set(place, Math.min(LONGEST_MS, pause * 2));
    return pause;
  }

  succeeded(place: string): void {
    if (this.pauses.delete(place)) {
      this.options.onFailure(place, undefined);
    }
  }

  /** What fails from now on is not tried again; what waits is tried once more. */
  giveUp(): void {
    this.over = true;
    this.wake?.();
  }

  /** Sleeps so long at most, and no longer than there is as little room as there was. */
  private async sleepWithoutRoom(ms: number): Promise<void> {
    const until = performance.now() + ms;
    // What cannot be asked has no more room than before.
    const free = (): Promise<number> => this.options.freeBytes().catch(() => 0);
    const enough = (await free()) + MORE_ROOM_BYTES;
    for (let left = ms; left > 0 && !this.over; left = until - performance.now()) {
      await this.sleep(Math.min(left, LOOK_MS));
      if ((await free()) >= enough) {
        return;
      }
    }
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
