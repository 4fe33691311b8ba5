import { setTimeout as wait } from 'node:timers/promises';

import type { Journal } from './journal';
import { Observer, type Found, type Violation } from './judge';
import { askForRequests, COUNTING, type Counted, type Measure } from './observe';
import { failedOf } from './rows';

/** The least that must be counted from now on, of all readers: what one query has seen, the next one sees. */
export type Floors = Map<string, number>;

const MEASURES: Record<Measure, (rows: number) => number> = {
  rows: (rows) => rows,
  failed: failedOf,
  requests: () => 1,
  longer: (rows) => (rows > 1 ? 1 : 0),
};

/** Asks again and again, by every query type, and notes what no answer may show. An answer that is an error shows nothing. */
export class Reader {
  readonly observer: Observer;
  /** Answers that were errors, by their text. */
  readonly errors = new Map<string, number>();
  /** Answers by counting queries, and answers that said that requests are awaited. */
  counted = 0;
  awaited = 0;
  private readonly wrongCounts: Violation[] = [];
  private stopping = false;
  private readonly ended: Promise<void>;

  constructor(
    private readonly options: {
      journal: Journal;
      query: () => string;
      /** See `Observer`. */
      downAt: () => number;
      pause: number;
      /** How the names of the clients begin that it looks at, and these clients. */
      prefix: string;
      clients: readonly string[];
      floors: Floors;
      /** Where among the query types it begins. */
      first: number;
    }
  ) {
    this.observer = new Observer(options.journal, options.prefix, options.downAt);
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
    const { query, pause, prefix, clients, first } = this.options;
    for (let turn = first; !this.stopping; turn++) {
      await this.look(async () => {
        const askedAt = performance.now();
        const before = this.floors();
        const { found, awaited } = await askForRequests(query(), prefix);
        this.awaited += awaited ? 1 : 0;
        this.observer.observe(found, askedAt, awaited);
        for (const [measure, of] of Object.entries(MEASURES) as Array<[Measure, (rows: number) => number]>) {
          this.compare({ measure, counts: countsOf(found, of), leftOut: new Map(), awaited }, 'sql', before);
        }
      });
      const asked = COUNTING[turn % COUNTING.length]!;
      await this.look(async () => {
        const before = this.floors();
        const answer = await asked(query(), prefix, clients[Math.floor(turn / COUNTING.length) % clients.length]!);
        this.awaited += answer.awaited ? 1 : 0;
        this.counted++;
        if (answer.twice) {
          this.wrongCounts.push({ kind: 'twice', what: answer.twice });
        }
        this.compare(answer, `query type ${turn % COUNTING.length}`, before);
      });
      await wait(pause);
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

  /** Counts only grow, whichever query counts, and never above what was sent. */
  private compare(
    { measure, counts, leftOut, awaited }: Counted,
    by: string,
    before: ReadonlyMap<string, number>
  ): void {
    const { floors } = this.options;
    const most = this.most(MEASURES[measure]);
    for (const [client, count] of counts) {
      const name = `${measure} of ${client}`;
      const least = before.get(name) ?? 0;
      if (count < least && !awaited) {
        this.wrongCounts.push({ kind: 'vanished', what: `${name}: ${least} were seen, then ${count} by ${by}` });
      }
      if (count > (most.get(client) ?? 0)) {
        this.wrongCounts.push({ kind: 'twice', what: `${name}: ${count} by ${by}, of ${most.get(client)} sent` });
      }
      floors.set(name, Math.max(count, floors.get(name) ?? 0));
    }
    for (const [rule, count] of leftOut) {
      const name = `left out by ${rule}`;
      if (count < (before.get(name) ?? 0)) {
        this.wrongCounts.push({ kind: 'left out', what: `${before.get(name)} by ${rule}, then ${count}` });
      }
      floors.set(name, Math.max(count, floors.get(name) ?? 0));
    }
  }

  private floors(): ReadonlyMap<string, number> {
    return new Map(this.options.floors);
  }

  private most(of: (rows: number) => number): Map<string, number> {
    const most = new Map<string, number>();
    for (const { client, rows, outcome } of this.options.journal.all(this.options.prefix)) {
      if (outcome !== 'refused') {
        most.set(client, (most.get(client) ?? 0) + of(rows));
      }
    }
    return most;
  }
}

function countsOf(found: readonly Found[], of: (rows: number) => number): Map<string, number> {
  const counts = new Map<string, number>();
  for (const { client, different } of found) {
    counts.set(client, (counts.get(client) ?? 0) + of(different));
  }
  return counts;
}
