import { watch, type FSWatcher } from 'node:fs';

/**
 * A pause that ends early when something happens in one of some folders. Notices of the operating system are a hint only:
 * network file systems and some containers give none, so whoever waits looks for itself after the pause.
 */
export class WakeUp {
  private readonly watchers = new Map<string, FSWatcher>();
  private happened = false;
  private ring: (() => void) | undefined;

  /** Watches these folders, and no others any more. One that cannot be watched is only looked at. */
  watch(folders: readonly string[]): void {
    for (const [folder, watcher] of this.watchers) {
      if (!folders.includes(folder)) {
        watcher.close();
        this.watchers.delete(folder);
      }
    }
    for (const folder of folders) {
      if (this.watchers.has(folder)) {
        continue;
      }
      try {
        const watcher = watch(folder, { persistent: false }, () => this.now());
        watcher.on('error', () => {
          watcher.close();
          this.watchers.delete(folder);
        });
        this.watchers.set(folder, watcher);
      } catch {
        // No such folder, no more watches, or a file system without them.
      }
    }
  }

  /** Ends the pause, or the next one. */
  now(): void {
    this.happened = true;
    this.ring?.();
  }

  /** Waits until something happens, at least `leastMs` and at most `mostMs`. */
  async pause(leastMs: number, mostMs: number): Promise<void> {
    const began = Date.now();
    if (!this.happened) {
      await new Promise<void>((resolve) => {
        const timer = setTimeout(resolve, mostMs);
        this.ring = () => {
          clearTimeout(timer);
          resolve();
        };
      });
      this.ring = undefined;
    }
    this.happened = false;
    const rest = leastMs - (Date.now() - began);
    if (rest > 0) {
      await new Promise((resolve) => setTimeout(resolve, rest));
    }
  }

  close(): void {
    this.watch([]);
    this.ring?.();
  }
}
