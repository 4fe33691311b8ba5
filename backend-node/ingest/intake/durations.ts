import type { DurationSummary } from './status';

/** Bounds of durations of what is taken in, in seconds. */
const BOUNDS = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2, 5, 10, 30, 60] as const;

/** Counts durations, as a histogram of Prometheus does. */
export class Durations {
  private readonly counts = BOUNDS.map(() => 0);
  private count = 0;
  private sum = 0;

  add(seconds: number): void {
    const index = BOUNDS.findIndex((bound) => seconds <= bound);
    if (index >= 0) {
      this.counts[index]!++;
    }
    this.count++;
    this.sum += seconds;
  }

  summary(): DurationSummary {
    let total = 0;
    return { bounds: BOUNDS, counts: this.counts.map((count) => (total += count)), count: this.count, sum: this.sum };
  }
}
