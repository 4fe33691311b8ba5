import { ApitrailError } from '@apitrail/contract';

import type { Extent } from './follower';

/** What became of a piece that was taken in. */
export interface Delivery {
  rows: number;
  rejected: number;
  /** It had been taken in before, and was not again. */
  repeated: boolean;
}

/**
 * A piece that was taken in before under what was said of it then: the log was renamed meanwhile, or the tail started with
 * another service. Throws what is not that.
 */
export function deliveredBefore(error: unknown): Delivery {
  if (error instanceof ApitrailError && error.code === 'APITRAIL_IDEMPOTENCY_MISMATCH') {
    return { rows: 0, rejected: 0, repeated: true };
  }
  throw error;
}

/** Where a tail sends logs. */
export interface Sink {
  /** For people: where it goes. */
  readonly name: string;
  /**
   * Delivers a piece; tries again until it is taken in, so that a piece is never left out. Throws what trying again cannot
   * mend, a TooLarge when the piece must be smaller, and the signal’s reason when it is aborted.
   */
  send(extent: Extent, source: string, signal: AbortSignal): Promise<Delivery>;
  /** How often something was sent again. */
  readonly retries: number;
  close(): Promise<void>;
}
