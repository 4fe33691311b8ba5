import { ApitrailError } from '@apitrail/contract';
import type { Logger } from 'pino';

/** Something that is done again and again. */
export interface Task {
  name: string;
  /** Between the end of one time and the beginning of the next, milliseconds; a fifth more or less, at random. */
  intervalMs: number;
  /** Gives what was done, for the log; undefined when there was nothing to do. */
  run(signal: AbortSignal): Promise<Record<string, unknown> | undefined>;
}

/** How a task went so far. */
export interface TaskState {
  name: string;
  intervalMs: number;
  /** Times it ended, well or not. */
  succeeded: number;
  failed: number;
  /** Epoch milliseconds; undefined when it never did. */
  lastSuccess: number | undefined;
  /** How long the last time took, milliseconds. */
  lastMs: number;
  /** What went wrong the last time; undefined when nothing did. */
  error: { code: string; message: string } | undefined;
}

/** Whole companions started at once must not all begin at once. */
const JITTER = 0.2;
const FIRST_WITHIN_MS = 5_000;

/**
 * Does tasks one after the other, each when its time has come. One that fails is logged and done again at its next time.
 */
export class TaskLoop {
  private readonly states: TaskState[];
  private readonly due: number[];
  private readonly stopped = new AbortController();
  private timer: NodeJS.Timeout | undefined;
  private running: Promise<void> = Promise.resolve();

  constructor(
    private readonly tasks: readonly Task[],
    private readonly log: Pick<Logger, 'info' | 'warn'>
  ) {
    this.states = tasks.map(({ name, intervalMs }) => ({
      ...{ name, intervalMs, succeeded: 0, failed: 0, lastSuccess: undefined, lastMs: 0, error: undefined },
    }));
    const now = performance.now();
    this.due = tasks.map(
      ({ intervalMs }, index) => now + index + Math.random() * Math.min(intervalMs, FIRST_WITHIN_MS)
    );
  }

  start(): void {
    this.plan();
  }

  /** Interrupts what runs, and ends when it has ended. */
  async stop(): Promise<void> {
    this.stopped.abort(new ApitrailError('APITRAIL_STOPPING', 'The companion is stopping.'));
    clearTimeout(this.timer);
    await this.running;
  }

  /** How the tasks went so far. */
  current(): readonly TaskState[] {
    return this.states;
  }

  private plan(): void {
    if (this.stopped.signal.aborted) {
      return;
    }
    const next = this.due.indexOf(Math.min(...this.due));
    this.timer = setTimeout(
      () => {
        this.running = this.runTask(next).finally(() => this.plan());
      },
      Math.max(0, this.due[next]! - performance.now())
    );
  }

  private async runTask(index: number): Promise<void> {
    const { name, intervalMs, run } = this.tasks[index]!;
    const state = this.states[index]!;
    const began = performance.now();
    try {
      const done = await run(this.stopped.signal);
      state.succeeded++;
      state.lastSuccess = Date.now();
      state.error = undefined;
      if (done) {
        this.log.info({ task: name, ms: Math.round(performance.now() - began), ...done }, 'maintenance');
      }
    } catch (error) {
      if (this.stopped.signal.aborted) {
        return;
      }
      state.failed++;
      const code = error instanceof ApitrailError ? error.code : 'APITRAIL_INTERNAL';
      state.error = { code, message: error instanceof Error ? error.message : String(error) };
      this.log.warn({ task: name, code, err: error }, 'maintenance failed; it is done again at its next time');
    } finally {
      state.lastMs = performance.now() - began;
      this.due[index] = performance.now() + intervalMs * (1 + JITTER * (2 * Math.random() - 1));
    }
  }
}
