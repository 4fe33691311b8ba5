import type { Batch } from './batch';
import type { Decoded } from './decoder';

/** What became of a batch that is kept. */
export interface Receipt {
  /** Its number in the write-ahead log. Grows, is never used twice, and outlives restarts. */
  seq: number;
  /** It was known by its idempotency key, and nothing was taken in again; `seq` is that of the first time. */
  repeated: boolean;
  /** What had been taken in before by its id: places among all rows and records of the body, see `placesOfRecords`. */
  known: readonly number[];
}

/** Where protocols put what was sent to them. */
export interface Intake {
  /**
   * Takes a batch in. Resolves when it is on the disk: from then on it is kept, exactly once, whatever happens. Throws an
   * `Overload` when it cannot be taken in now and should be sent again, and APITRAIL_IDEMPOTENCY_MISMATCH when something
   * else was taken in under its idempotency key; then nothing of it was taken in.
   */
  submit(batch: Batch, decoded: Decoded): Promise<Receipt>;
  /** Throws an `Overload` when nothing can be taken in now; asked before a body is read. */
  admit(bytes: number): void;
  /** Every batch up to here is on the disk. */
  readonly durableSeq: number;
}
