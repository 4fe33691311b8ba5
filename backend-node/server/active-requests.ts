import { ApitrailError } from '@apitrail/contract';

/** The requests that are being answered: each has a deadline, and all can be ended at once. */
export class ActiveRequests {
  private readonly controllers = new Set<AbortController>();

  /** How many there are. */
  get count(): number {
    return this.controllers.size;
  }

  /**
   * Runs work with a signal that aborts when the one who asked goes away, when the time is over, or when all are ended.
   * Its reason is always an ApitrailError.
   */
  async run<T>(gone: AbortSignal, timeoutMs: number, work: (signal: AbortSignal) => Promise<T>): Promise<T> {
    const controller = new AbortController();
    const onGone = () => controller.abort(gone.reason);
    const timer = setTimeout(
      () =>
        controller.abort(
          new ApitrailError(
            'APITRAIL_QUERY_TIMEOUT',
            `The query did not end within ${timeoutMs / 1000} s. Ask for a shorter range or fewer groups, or raise limits.query_timeout.`
          )
        ),
      timeoutMs
    );
    gone.addEventListener('abort', onGone, { once: true });
    if (gone.aborted) {
      onGone();
    }
    this.controllers.add(controller);
    try {
      return await work(controller.signal);
    } finally {
      clearTimeout(timer);
      gone.removeEventListener('abort', onGone);
      this.controllers.delete(controller);
    }
  }

  /** Ends all of them. */
  abortAll(reason: ApitrailError): void {
    this.controllers.forEach((controller) => controller.abort(reason));
  }
}
