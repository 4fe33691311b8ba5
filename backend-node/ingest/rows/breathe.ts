/** Work that is longer than this lets others have a turn, ms. */
const SLICE_MS = 8;

/** Lets the event loop have turns while something long is worked on. */
export class Breath {
  private began = performance.now();

  /** Whether it is time to `take` a breath. */
  get due(): boolean {
    return performance.now() - this.began > SLICE_MS;
  }

  async take(): Promise<void> {
    await new Promise<void>((resolve) => setImmediate(resolve));
    this.began = performance.now();
  }
}
