import { requestsFirst } from './requests-first';

/** Work that is longer than this lets others have a turn, ms. */
const SLICE_MS = 4;

/** Lets the event loop have turns while something long is worked on, and requests go first. */
export class Breath {
  private began = performance.now();

  /** Whether it is time to `take` a breath. */
  get due(): boolean {
    return performance.now() - this.began > SLICE_MS;
  }

  async take(): Promise<void> {
    await new Promise<void>((resolve) => setImmediate(resolve));
    await requestsFirst.settled();
    this.began = performance.now();
  }
}
