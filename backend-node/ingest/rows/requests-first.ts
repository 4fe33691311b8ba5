/** How long work in the background waits for requests at most before it goes on, ms. */
const LONGEST_WAIT_MS = 30;
/** A request that takes longer than this waits for its sender, not for us, ms. */
const YOUNG_MS = 250;

/** A request that is being read, decoded or written to the write-ahead log. */
export interface RequestUnderWay {
  end(): void;
}

/**
 * Lets requests go before what is done in the background: a sender waits for the acknowledgement, and each of its steps
 * would else wait for a slice of that work.
 */
export class RequestsFirst {
  private readonly underWay = new Map<RequestUnderWay, { began: number; canWait: () => boolean }>();
  private waiting: Array<() => void> = [];

  /** Notes a request. `canWait` says whether there is time: work that piles up does not wait for requests, which add to it. */
  begin(canWait: () => boolean): RequestUnderWay {
    const request = {
      end: () => {
        this.underWay.delete(request);
        if (!this.isWaitedFor) {
          this.goOn();
        }
      },
    };
    this.underWay.set(request, { began: performance.now(), canWait });
    return request;
  }

  /** Resolves when no young request is under way, or after 30 ms. */
  async settled(): Promise<void> {
    if (!this.isWaitedFor) {
      return;
    }
    await new Promise<void>((resolve) => {
      const timer = setTimeout(() => this.goOn(), LONGEST_WAIT_MS);
      this.waiting.push(() => {
        clearTimeout(timer);
        resolve();
      });
    });
  }

  private get isWaitedFor(): boolean {
    const now = performance.now();
    const requests = [...this.underWay.values()];
    return requests.some(({ began }) => now - began < YOUNG_MS) && requests.every(({ canWait }) => canWait());
  }

  private goOn(): void {
    this.waiting.splice(0).forEach((resolve) => resolve());
  }
}

/** The requests of this process. */
export const requestsFirst = new RequestsFirst();
