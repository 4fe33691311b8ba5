import { requestsFirst, type RequestUnderWay } from '../rows/requests-first';
import type { BodyHold, BodyMemory } from './body-memory';
import { BodyPool } from './body-pool';
import { Overload } from './overload';

/** How far back the rate at which memory becomes free is looked at, ms. */
const RATE_MS = 5_000;
const LONGEST_RETRY_SECONDS = 30;
/** With this part of the memory taken, what is there is worked on before more comes in. */
const CROWDED = 4;

/**
 * What bodies and rows on their way may take together. One alone may always go on, however large it is, so that a limit
 * that was set too low slows down and does not stop.
 */
export class MemoryBudget implements BodyMemory {
  private taken = 0;
  /** What of it are bodies that are held. */
  private held = 0;
  private freed = 0;
  private freedBefore = 0;
  private since = performance.now();
  private rate = 0;
  private readonly pool = new BodyPool();

  constructor(readonly limit: number) {}

  get bytes(): number {
    return this.taken;
  }

  /** Throws an `Overload` when nothing more is to come in. */
  check(bytes: number): void {
    if (this.taken > 0 && this.taken + bytes > this.limit) {
      throw this.overload();
    }
  }

  /**
   * Takes memory for something whose body, of so many bytes, may be held already: refused when it does not fit beside what
   * others have. While rows have less than a quarter of it all, it always goes on: of several the first does, and what is
   * larger than the limit is not kept out for ever by few rows that come all the time.
   */
  take(bytes: number, body = 0): void {
    const others = this.taken - Math.min(body, this.held);
    if (this.taken - this.held > this.limit / CROWDED && others + bytes > this.limit) {
      throw this.overload();
    }
    this.taken += bytes;
  }

  /** Gives memory back. */
  give(bytes: number): void {
    this.taken -= bytes;
    this.freed += bytes;
    const now = performance.now();
    if (now - this.since > RATE_MS) {
      this.rate = (this.freed - this.freedBefore) / ((now - this.since) / 1000);
      this.freedBefore = this.freed;
      this.since = now;
    }
  }

  /** The memory of a body that nothing refers to any more, for others. */
  recycle(body: Buffer): void {
    this.pool.give(body);
  }

  hold(): BodyHold {
    let held = 0;
    let request: RequestUnderWay | undefined;
    return {
      grow: (bytes) => {
        request ??= requestsFirst.begin(() => this.taken < this.limit / CROWDED);
        if (this.taken > held && this.taken + bytes > this.limit) {
          throw this.overload();
        }
        held += bytes;
        this.held += bytes;
        this.taken += bytes;
      },
      allocate: (bytes) => this.pool.take(bytes),
      release: () => {
        request?.end();
        this.give(held);
        this.held -= held;
        held = 0;
      },
    };
  }

  private overload(): Overload {
    return new Overload(
      'APITRAIL_INGEST_BUSY',
      'More comes in than can be written: what is on its way has reached ingest.memory. Send it again.',
      this.retryAfterSeconds()
    );
  }

  /** As long as half of what is taken needs at the rate of late, and a little more or less, so that not all come at once. */
  private retryAfterSeconds(): number {
    const seconds = this.rate > 0 ? this.taken / 2 / this.rate : 2;
    return Math.min(LONGEST_RETRY_SECONDS, Math.max(1, Math.ceil(seconds * (0.75 + Math.random() / 2))));
  }
}
