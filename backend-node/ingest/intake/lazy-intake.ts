import { readdir } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';

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
import type { IngestProblem, IngestStatus } from './status';
import { statusOf } from './status-of';

/** Pause between attempts to open what could not be opened, ms. */
const RETRY_MS = 5_000;
/** How long the start waits for what was acknowledged before to be taken up, ms: queries wait for it, too. */
const START_MS = 60_000;
/** How long it waits once something fails that is tried again, such as a disk that is full, ms. */
const PATIENCE_MS = 2_000;
const LOOK_MS = 100;

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
  private refusal: { error: Overload; until: number; busy: boolean } | undefined;
  private retry: NodeJS.Timeout | undefined;
  private late = false;
  private readonly closing = new AbortController();

  constructor(private readonly options: OpenIntakeOptions) {
    this.budget = new MemoryBudget(options.settings.ingest.memory);
    this.counters = new IngestCounters(options.log);
  }

  /**
   * Takes up what was acknowledged before and is not in the lake yet. Returns when it can be queried, or cannot be taken up
   * now, or takes long: whoever sends is told to try again meanwhile, and whoever asks that rows are awaited.
   */
  async start(): Promise<void> {
    const names = await readdir(walDirectory(this.options.settings.lake)).catch(() => []);
    if (names.length === 0) {
      return;
    }
    const opening = this.openPatiently().then(
      () => true,
      () => {
        this.tryAgainLater();
        return true;
      }
    );
    const began = performance.now();
    while (!(await Promise.race([opening, sleep(LOOK_MS)]))) {
      const failing = this.counters.problems[0];
      const late = performance.now() - began > START_MS;
      if (late || (failing && Date.now() - failing.since > PATIENCE_MS)) {
        this.late = true;
        return;
      }
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
    return (this.open ?? (await this.opened())).submit(batch, decoded);
  }

  status(): IngestStatus {
    const { counters, budget } = this;
    return this.open?.status() ?? statusOf({ counters, budget, closed: this.refusal?.error ?? this.refusalNow() });
  }

  /** See `OpenIntake.close`. */
  async close(): Promise<void> {
    this.closing.abort();
    clearTimeout(this.retry);
    await (await this.opening?.catch(() => undefined))?.close();
  }

  private assertOpen(): void {
    const refusal = this.refusalNow();
    if (refusal) {
      this.counters.onRefused(refusal);
      throw refusal;
    }
  }

  private refusalNow(): Overload | undefined {
    if (this.closing.signal.aborted) {
      return new Overload('APITRAIL_STOPPING', 'The companion is stopping. Send it again.', 5);
    }
    if (this.refusal && performance.now() < this.refusal.until) {
      return this.refusal.error;
    }
    const failing = this.counters.problems[0];
    return !this.open && this.opening && (this.late || failing) ? notYet(failing) : undefined;
  }

  /** The intake, once it is open. Throws an `Overload` when that fails, or something does that is tried again. */
  private async opened(): Promise<OpenIntake> {
    const opening = this.get();
    for (;;) {
      const open = await Promise.race([opening, sleep(LOOK_MS)]);
      if (open) {
        return open;
      }
      this.assertOpen();
    }
  }

  /** Opens; where another process still has the lake, such as the one before that is ending, waits for it a little. */
  private async openPatiently(): Promise<OpenIntake> {
    const began = performance.now();
    for (;;) {
      try {
        return await this.get();
      } catch (error) {
        if (!this.refusal?.busy || performance.now() - began > PATIENCE_MS) {
          throw error;
        }
        await sleep(LOOK_MS);
      }
    }
  }

  private get(): Promise<OpenIntake> {
    this.opening ??= this.tryToOpen();
    return this.opening;
  }

  private async tryToOpen(): Promise<OpenIntake> {
    try {
      const { budget, counters, closing } = this;
      this.open = await openIntake({ ...this.options, budget, counters, signal: closing.signal });
      this.refusal = undefined;
      this.counters.failing('open', undefined);
      return this.open;
    } catch (error) {
      this.opening = undefined;
      this.counters.failing('open', error);
      const code = error instanceof ApitrailError ? error.code : 'APITRAIL_INTERNAL';
      // Senders are not told of files: whoever runs the companion is.
      const refusal = new Overload(
        'APITRAIL_INGEST_BUSY',
        `Nothing can be taken in now (${code}): /api/health and the log of the companion say why. Send it again.`,
        RETRY_MS / 1000
      );
      const busy = error instanceof ApitrailError && error.code === 'APITRAIL_LAKE_BUSY';
      this.refusal = { error: refusal, until: performance.now() + RETRY_MS, busy };
      throw refusal;
    }
  }

  private tryAgainLater(): void {
    this.retry = setTimeout(() => {
      if (!this.closing.signal.aborted) {
        this.get().catch(() => this.tryAgainLater());
      }
    }, RETRY_MS);
    this.retry.unref();
  }
}

/** What was acknowledged before has to be taken up first, and is not yet. */
function notYet(failing: IngestProblem | undefined): Overload {
  const code = failing?.code === 'APITRAIL_DISK_FULL' ? failing.code : 'APITRAIL_INGEST_BUSY';
  const why = failing ? ` (${failing.code}): /api/health and the log of the companion say why.` : '.';
  return new Overload(
    code,
    `Nothing can be taken in now: what was acknowledged before the start is being taken up${why} Send it again.`,
    RETRY_MS / 1000
  );
}
