import { ApitrailError } from '@apitrail/contract';

interface Waiter {
  caller: string;
  admit: () => void;
  refuse: (error: Error) => void;
}

export interface AdmissionOptions {
  /** How many may run at once. */
  concurrency: number;
  /** How many may wait; the next is refused. */
  queueLength: number;
  /** The setting that lets more run at once, for the messages; `limits.concurrent_queries` without. */
  setting?: string;
}

/**
 * Lets a bounded number of heavy queries run and makes the rest wait their turn. Turns go round the callers, so that one
 * who asks much does not make the others wait for all of it.
 */
export class Admission {
  private running = 0;
  private waiting = 0;
  /** Callers in the order of their turns, each with its queries in the order they came. */
  private readonly queues = new Map<string, Waiter[]>();
  /** Moving average of how long a query runs, milliseconds. */
  private typicalMs = 1000;

  constructor(private readonly options: AdmissionOptions) {}

  /** Queries that run now, and that wait. */
  get load(): { running: number; waiting: number } {
    return { running: this.running, waiting: this.waiting };
  }

  /** Seconds after which a refused caller may try again, 1 to 30. */
  get retryAfterSeconds(): number {
    const seconds = (this.typicalMs * (this.waiting + 1)) / this.options.concurrency / 1000;
    return Math.min(30, Math.max(1, Math.ceil(seconds)));
  }

  /**
   * Runs a query when its turn comes. Throws APITRAIL_BUSY when too many wait already, or when the turn does not come
   * before the signal's deadline; else what the query throws.
   */
  async run<T>(caller: string, signal: AbortSignal, query: () => Promise<T>): Promise<T> {
    await this.enter(caller, signal);
    const start = performance.now();
    try {
      return await query();
    } finally {
      this.typicalMs += 0.2 * (performance.now() - start - this.typicalMs);
      this.leave();
    }
  }

  private enter(caller: string, signal: AbortSignal): Promise<void> {
    if (signal.aborted) {
      return Promise.reject(signal.reason as Error);
    }
    if (this.running < this.options.concurrency && this.waiting === 0) {
      this.running += 1;
      return Promise.resolve();
    }
    if (this.waiting >= this.options.queueLength) {
      return Promise.reject(
        this.busy(
          `${this.waiting} queries wait already. Try again in ${this.retryAfterSeconds} s, or raise ${this.options.setting ?? 'limits.concurrent_queries'} (how many run at once) or limits.queued_queries (how many may wait).`
        )
      );
    }
    return new Promise((resolve, reject) => {
      const onAbort = () => {
        this.remove(waiter);
        const reason: unknown = signal.reason;
        const late = reason instanceof ApitrailError && reason.code === 'APITRAIL_QUERY_TIMEOUT';
        waiter.refuse(
          late
            ? this.busy(
                `The query did not get its turn within its time. Try again, or raise ${this.options.setting ?? 'limits.concurrent_queries'}.`
              )
            : (reason as Error)
        );
      };
      const waiter: Waiter = {
        caller,
        admit: () => {
          signal.removeEventListener('abort', onAbort);
          resolve();
        },
        refuse: reject,
      };
      signal.addEventListener('abort', onAbort, { once: true });
      const queue = this.queues.get(caller);
      if (queue) {
        queue.push(waiter);
      } else {
        this.queues.set(caller, [waiter]);
      }
      this.waiting += 1;
    });
  }

  private leave(): void {
    const next = this.queues.entries().next();
    if (next.done) {
      this.running -= 1;
      return;
    }
    const [caller, queue] = next.value;
    const waiter = queue.shift()!;
    this.waiting -= 1;
    // To the end of the round, if it has more.
    this.queues.delete(caller);
    if (queue.length > 0) {
      this.queues.set(caller, queue);
    }
    waiter.admit();
  }

  private remove(waiter: Waiter): void {
    const queue = this.queues.get(waiter.caller);
    const index = queue?.indexOf(waiter) ?? -1;
    if (queue && index >= 0) {
      queue.splice(index, 1);
      this.waiting -= 1;
      if (queue.length === 0) {
        this.queues.delete(waiter.caller);
      }
    }
  }

  private busy(message: string): ApitrailError {
    return new ApitrailError('APITRAIL_BUSY', message);
  }
}
