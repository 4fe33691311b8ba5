import { setTimeout as wait } from 'node:timers/promises';

import type { Journal } from './journal';
import { Observer, type Violation } from './judge';
import { askForCounts, askForRequests } from './observe';

/** Asks again and again, and notes what no answer may show. An answer that is an error shows nothing. */
export class Reader {
  readonly observer: Observer;
  /** Answers that were errors, by their text. */
  readonly errors = new Map<string, number>();
  private readonly counted = new Map<string, number>();
  private readonly wrongCounts: Violation[] = [];
  private stopping = false;
  private readonly ended: Promise<void>;

  constructor(
    private readonly journal: Journal,
    private readonly query: () => string,
    private readonly pause: number
  ) {
    this.observer = new Observer(journal);
    this.ended = this.run();
  }

  get violations(): Violation[] {
    return [...this.observer.violations, ...this.wrongCounts];
  }

  async stop(): Promise<void> {
    this.stopping = true;
    await this.ended;
  }

  private async run(): Promise<void> {
    while (!this.stopping) {
      await this.look(async () => {
        const askedAt = performance.now();
        this.observer.observe(await askForRequests(this.query()), askedAt);
      });
      await this.look(async () => this.compareCounts(await askForCounts(this.query())));
      await wait(this.pause);
    }
  }

  private async look(ask: () => Promise<void>): Promise<void> {
    try {
      await ask();
    } catch (error) {
      const { message, cause } = error as Error & { cause?: { code?: string } };
      const text = cause?.code ?? message.slice(0, 160);
      this.errors.set(text, (this.errors.get(text) ?? 0) + 1);
    }
  }

  /** Counts only grow, and never above what was sent. */
  private compareCounts(counts: ReadonlyMap<string, number>): void {
    const sent = new Map<string, number>();
    for (const { client, rows, outcome } of this.journal.all()) {
      if (outcome !== 'refused') {
        sent.set(client, (sent.get(client) ?? 0) + rows);
      }
    }
    for (const [client, before] of this.counted) {
      if ((counts.get(client) ?? 0) < before) {
        this.wrongCounts.push({ kind: 'vanished', what: `${client}: ${before} requests, then ${counts.get(client)}` });
      }
    }
    for (const [client, count] of counts) {
      this.counted.set(client, count);
      if (count > (sent.get(client) ?? 0)) {
        this.wrongCounts.push({ kind: 'twice', what: `${client}: ${count} requests of ${sent.get(client)} sent` });
      }
    }
  }
}
