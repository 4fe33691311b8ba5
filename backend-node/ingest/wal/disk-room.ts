import { statfs } from 'node:fs/promises';

/** How long what the file system said is believed. */
const FRESH_MS = 250;

/** Knows whether there is room on a disk for more, without asking at every turn. */
export class DiskRoom {
  private free = Number.POSITIVE_INFINITY;
  private askedAt = Number.NEGATIVE_INFINITY;

  constructor(
    private readonly directory: string,
    /** Bytes that are to stay free. */
    private readonly reserve: number
  ) {}

  /** Whether so many bytes would fit, as far as is known; it is asked again meanwhile. */
  likely(bytes: number): boolean {
    this.refresh().catch(() => undefined);
    return this.free - bytes >= this.reserve;
  }

  /** Whether so many bytes can be written and the reserve be left. They are taken for written. */
  async take(bytes: number): Promise<boolean> {
    await this.refresh();
    if (this.free - bytes < this.reserve) {
      return false;
    }
    this.free -= bytes;
    return true;
  }

  /** Asks again when the answer is old. Throws when there is none, until there is one. */
  async refresh(): Promise<void> {
    const now = performance.now();
    if (now - this.askedAt < FRESH_MS) {
      return;
    }
    this.askedAt = now;
    try {
      const { bavail, bsize } = await statfs(this.directory);
      this.free = bavail * bsize;
    } catch (error) {
      this.forget();
      throw error;
    }
  }

  /** Asks again next time: something did not fit. */
  forget(): void {
    this.askedAt = Number.NEGATIVE_INFINITY;
  }
}
