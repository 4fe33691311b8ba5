interface Bucket {
  tokens: number;
  /** Milliseconds of the clock at the last change. */
  at: number;
}

/** Failed attempts one address may make in a burst, and how fast they come back. */
const BURST = 20;
const PER_SECOND = 0.5;
const MAX_ADDRESSES = 10_000;

/**
 * Slows those down who try keys: a token bucket per address. It is asked only about attempts that have failed, so that
 * one wrong key never locks out others who come from the same address with a right one.
 */
export class FailedAttempts {
  private readonly buckets = new Map<string, Bucket>();

  constructor(private readonly clock: () => number = () => performance.now()) {}

  /** Notes a failure. Gives 0 while it may be answered as one, else the seconds to wait. */
  note(address: string): number {
    const now = this.clock();
    const bucket = this.buckets.get(address) ?? { tokens: BURST, at: now };
    bucket.tokens = Math.min(BURST, bucket.tokens + ((now - bucket.at) / 1000) * PER_SECOND);
    bucket.at = now;
    // Re-inserting keeps the map in order of use: the first is the one that was quiet longest.
    this.buckets.delete(address);
    this.buckets.set(address, bucket);
    if (this.buckets.size > MAX_ADDRESSES) {
      this.buckets.delete(this.buckets.keys().next().value!);
    }
    if (bucket.tokens < 1) {
      return Math.max(1, Math.ceil((1 - bucket.tokens) / PER_SECOND));
    }
    bucket.tokens -= 1;
    return 0;
  }
}
