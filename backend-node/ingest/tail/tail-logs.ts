import { ApitrailError } from '@apitrail/contract';

import { ProgressReporter, type ProgressOutput } from '../import/progress';
import { FollowedLogs } from './followed-logs';
import { Truncated, type Extent, type Follower, type FormatChoice } from './follower';
import { TooLarge } from '../send/companion-client';
import type { Sink } from './sink';
import { StateWriter } from './state-writer';
import { loadTailState } from './tail-state';
import { WakeUp } from './wake-up';

export interface TailOptions {
  /** Files, folders, patterns. */
  files: readonly string[];
  sink: Sink;
  choice: FormatChoice;
  /** File of the state. Whoever calls sees to it that no other tail has it. */
  stateFile: string;
  /** Reads logs that are there at the very first start from their beginning; else from their end. */
  fromStart: boolean;
  /** Ends when all that is there was sent. */
  once: boolean;
  quiet: boolean;
  output: ProgressOutput;
  /** Stops reading; what is on its way is waited for a little. */
  signal?: AbortSignal;
  now?: () => number;
  /** How often logs are looked at where the operating system tells nothing, ms. */
  pollMs?: number;
  /** What is on its way when a tail is to stop has so much time, ms. */
  stopMs?: number;
}

/** What a tail did. */
export interface TailSummary {
  /** Logs something was sent of. */
  files: number;
  rows: number;
  rejected: number;
  bytes: number;
  requests: number;
  /** Pieces that had been taken in before a restart, and were not again. */
  repeated: number;
  retries: number;
  /** Bytes that were there and are not sent yet, last lines without an end among them. */
  lag_bytes: number;
  /** It was told to stop. */
  interrupted: boolean;
  seconds: number;
}

/** Pieces that are on their way at once, each of another log. */
const AT_ONCE = 4;
const POLL_MS = 1_000;
const LEAST_PAUSE_MS = 100;
/** With `once`, what may be a copy of what is read is looked at again after this time. */
const LATER_MS = 250;
const STOP_MS = 5_000;

/**
 * Follows logs and sends what comes, each byte exactly once: a piece of a log is noted durably before it is sent, under a
 * name it is known by when it has to be sent again. Returns when it is stopped, or all is sent with `once`.
 */
export async function tailLogs(options: TailOptions): Promise<TailSummary> {
  const sources = await loadTailState(options.stateFile, (options.now ?? Date.now)());
  const tail = new Tail(options, sources);
  return tail.run();
}

class Tail {
  private readonly began = Date.now();
  private readonly now: () => number;
  private readonly progress: ProgressReporter;
  private readonly logs: FollowedLogs;
  private readonly state: StateWriter;
  private readonly wake = new WakeUp();
  private readonly sending = new AbortController();
  private readonly sent = { rows: 0, rejected: 0, bytes: 0, requests: 0, repeated: 0 };
  private readonly files = new Set<string>();
  private active = 0;
  private turns = 0;
  private fault: unknown;
  private freed: (() => void) | undefined;
  private recent: Array<[ms: number, rows: number]> = [];

  constructor(
    private readonly options: TailOptions,
    sources: Awaited<ReturnType<typeof loadTailState>>
  ) {
    this.now = options.now ?? Date.now;
    this.progress = new ProgressReporter(options.output, options.quiet);
    this.state = new StateWriter(options.stateFile, sources);
    this.logs = new FollowedLogs(sources, {
      files: options.files,
      choice: options.choice,
      fromStart: options.fromStart || sources.length > 0,
      once: options.once,
      now: this.now,
      note: (text) => this.progress.note(text),
      problem: (text) => this.progress.problem(text),
    });
  }

  async run(): Promise<TailSummary> {
    const { signal, pollMs = POLL_MS, stopMs = STOP_MS } = this.options;
    const onStop = () => {
      this.wake.now();
      setTimeout(() => this.sending.abort(new Stopped()), stopMs).unref();
    };
    signal?.addEventListener('abort', onStop);
    if (signal?.aborted) {
      onStop();
    }
    let lagBytes = 0;
    try {
      await this.follow(pollMs);
    } finally {
      signal?.removeEventListener('abort', onStop);
      this.sending.abort(new Stopped());
      await this.idle();
      this.wake.close();
      this.progress.clear();
      lagBytes = this.lag();
      await this.logs.closeAll();
      await this.state.save();
    }
    if (this.fault !== undefined) {
      throw this.fault;
    }
    return this.summary(lagBytes);
  }

  private async follow(pollMs: number): Promise<void> {
    const { once } = this.options;
    let before = -1;
    do {
      before = this.sent.requests;
      await this.logs.look();
      await this.state.saveChanges();
      this.wake.watch(this.logs.folders);
      this.logs.followers.forEach((follower) => (follower.due = true));
      this.dispatch();
      if (once) {
        await this.idle();
      } else {
        await this.wake.pause(LEAST_PAUSE_MS, pollMs);
      }
      this.report();
    } while (!this.stopping && this.fault === undefined && (!once || (await this.goesOn(before))));
    await this.idle();
  }

  /** With `once`: whether what was sent may tell more of what some files are. */
  private async goesOn(before: number): Promise<boolean> {
    if (!this.logs.searching || this.sent.requests === before) {
      return false;
    }
    await this.wake.pause(LATER_MS, LATER_MS);
    return true;
  }

  private get stopping(): boolean {
    return this.options.signal?.aborted === true;
  }

  /** Gives work to whoever is free. */
  private dispatch(): void {
    for (const follower of this.logs.followers.sort((a, b) => a.turn - b.turn)) {
      if (this.active >= AT_ONCE || this.stopping || this.fault !== undefined) {
        return;
      }
      if (follower.due && !follower.busy) {
        void this.drive(follower);
      }
    }
  }

  /** Waits until nothing is on its way any more. */
  private async idle(): Promise<void> {
    while (this.active > 0) {
      await new Promise<void>((resolve) => (this.freed = resolve));
      this.report();
    }
  }

  private async drive(follower: Follower): Promise<void> {
    follower.busy = true;
    follower.turn = ++this.turns;
    this.active++;
    try {
      follower.due = await this.step(follower);
    } catch (error) {
      if (error instanceof Truncated) {
        await this.logs.truncated(follower);
        this.wake.now();
      } else if (!(error instanceof Stopped)) {
        this.fault ??= error;
        this.sending.abort(new Stopped());
        this.wake.now();
      }
      follower.due = false;
    } finally {
      follower.busy = false;
      this.active--;
      this.dispatch();
      this.freed?.();
    }
  }

  /** Sends the next piece of a log; false when there is none. */
  private async step(follower: Follower): Promise<boolean> {
    const extent = await follower.next(await this.logs.isFinal(follower));
    if (!extent) {
      await this.logs.atEnd(follower);
      return false;
    }
    if (extent.skipped) {
      follower.acknowledge(extent, this.now());
    } else {
      await this.send(follower, extent);
    }
    this.state.changed();
    return true;
  }

  private async send(follower: Follower, extent: Extent): Promise<void> {
    const { source } = follower;
    follower.announce(extent);
    await this.state.save();
    try {
      const { rows, rejected, repeated } = await this.options.sink.send(extent, source.path, this.sending.signal);
      this.sent.requests++;
      this.sent.bytes += extent.bytes.length;
      this.files.add(source.id);
      if (repeated) {
        this.sent.repeated++;
      } else {
        this.sent.rows += rows;
        this.sent.rejected += rejected;
        source.rows += rows;
        source.rejected += rejected;
      }
      follower.acknowledge(extent, this.now());
    } catch (error) {
      if (!(error instanceof TooLarge)) {
        throw error;
      }
      const smaller = follower.smaller(extent);
      if (!smaller) {
        throw new ApitrailError(
          'APITRAIL_BODY_TOO_LARGE',
          `${source.path}: the line at byte ${extent.from.toLocaleString('en-US')} has ${extent.bytes.length} bytes, more ` +
            'than a request may have. Raise ingest.request_bytes of the companion.',
          { where: source.path, cause: error }
        );
      }
      await this.send(follower, smaller);
    }
  }

  private report(): void {
    this.progress.show(() => {
      const now = Date.now();
      this.recent = [...this.recent.filter(([ms]) => now - ms < 10_000), [now, this.sent.rows]];
      const [since, before] = this.recent.length > 1 ? this.recent[0]! : [this.began, 0];
      const rate = now > since ? ((this.sent.rows - before) * 1000) / (now - since) : 0;
      const lag = this.lag();
      const { count } = this.logs;
      return [
        `${count} ${count === 1 ? 'file' : 'files'}`,
        `${this.sent.rows.toLocaleString('en-US')} rows`,
        ...(this.sent.rejected > 0 ? [`${this.sent.rejected.toLocaleString('en-US')} rejected`] : []),
        `${Math.round(rate).toLocaleString('en-US')} rows/s`,
        `${lag.toLocaleString('en-US')} bytes behind`,
      ].join('  ');
    });
  }

  private lag(): number {
    return this.logs.followers.reduce((sum, follower) => sum + follower.lag, 0);
  }

  private summary(lagBytes: number): TailSummary {
    return {
      files: this.files.size,
      ...this.sent,
      retries: this.options.sink.retries,
      lag_bytes: lagBytes,
      interrupted: this.stopping,
      seconds: (Date.now() - this.began) / 1000,
    };
  }
}

/** It was told to stop while something was on its way: that is sent again at the next start. */
class Stopped extends Error {}
