import { readdir } from 'node:fs/promises';

import { ApitrailError } from '@apitrail/contract';

import { walDirectory } from '../../lake/layout';
import type { Batch } from './batch';
import type { BodyHold, BodyMemory } from './body-memory';
import { IngestCounters } from './counters';
import type { Decoded } from './decoder';
import type { Intake, Receipt } from './intake';
import { MemoryBudget } from './memory-budget';
import { openIntake, type OpenIntake, type OpenIntakeOptions } from './open-intake';
import { Overload } from './overload';
import type { IngestStatus } from './status';
import { statusOf } from './status-of';

/** Pause between attempts to open what could not be opened, ms. */
const RETRY_MS = 5_000;

/**
 * The intake of a lake, opened at once where something waits in its write-ahead log, else by the first batch: a companion
 * that nothing is sent to makes no lake and holds no memory for it. While it cannot be opened, whoever sends is told to try
 * again, and it is tried again.
 */
export class LazyIntake implements Intake, BodyMemory {
  private readonly budget: MemoryBudget;
  private readonly counters: IngestCounters;
  private open: OpenIntake | undefined;
  private opening: Promise<OpenIntake> | undefined;
  private refusal: { error: Overload; until: number } | undefined;
  private retry: NodeJS.Timeout | undefined;
  private closed = false;

  constructor(private readonly options: OpenIntakeOptions) {
    this.budget = new MemoryBudget(options.settings.ingest.memory);
    this.counters = new IngestCounters(options.log);
  }

  /** Takes up what was acknowledged before and is not in the lake yet. Returns when it can be queried, or cannot be taken up now. */
  async start(): Promise<void> {
    const names = await readdir(walDirectory(this.options.settings.lake)).catch(() => []);
    if (names.length > 0) {
      await this.get().catch(() => this.tryAgainLater());
    }
  }

  get durableSeq(): number {
    return this.open?.durableSeq ?? 0;
  }

  admit(bytes: number): void {
    this.assertOpen();
    if (this.open) {
      this.open.admit(bytes);
    } else {
      this.budget.check(bytes);
    }
  }

  hold(): BodyHold {
    return this.open?.hold() ?? this.budget.hold();
  }

  async submit(batch: Batch, decoded: Decoded): Promise<Receipt> {
    this.assertOpen();
    return (this.open ?? (await this.get())).submit(batch, decoded);
  }

  status(): IngestStatus {
    return this.open?.status() ?? statusOf({ counters: this.counters, budget: this.budget });
  }

  /** See `OpenIntake.close`. */
  async close(): Promise<void> {
    this.closed = true;
    clearTimeout(this.retry);
    await (await this.opening?.catch(() => undefined))?.close();
  }

  private assertOpen(): void {
    if (this.closed) {
      throw new Overload('APITRAIL_STOPPING', 'The companion is stopping. Send it again.', 5);
    }
    if (this.refusal && performance.now() < this.refusal.until) {
      throw this.refusal.error;
    }
  }

  private get(): Promise<OpenIntake> {
    this.opening ??= this.tryToOpen();
    return this.opening;
  }

  private async tryToOpen(): Promise<OpenIntake> {
    try {
      this.open = await openIntake({ ...this.options, budget: this.budget, counters: this.counters });
      this.refusal = undefined;
      this.counters.failing('open', undefined);
      return this.open;
    } catch (error) {
      this.opening = undefined;
      this.counters.failing('open', error);
      const message = error instanceof ApitrailError ? error.message : 'a fault; the log of the companion has more';
      const refusal = new Overload('APITRAIL_INGEST_BUSY', `Nothing can be taken in now: ${message}`, RETRY_MS / 1000);
      this.refusal = { error: refusal, until: performance.now() + RETRY_MS };
      throw refusal;
    }
  }

  private tryAgainLater(): void {
    this.retry = setTimeout(() => {
      if (!this.closed) {
        this.get().catch(() => this.tryAgainLater());
      }
    }, RETRY_MS);
    this.retry.unref();
  }
}
