import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';

import { Companion, until, type CompanionOptions } from './companion';
import { Journal } from './journal';
import { judge, type Violation } from './judge';
import { askForRequests } from './observe';
import { randomOf } from './random';
import { Reader } from './reader';
import { Sender } from './sender';

export interface WorkloadOptions extends CompanionOptions {
  seed: number;
  clients: number;
  /** Rows of the largest request. */
  rows: number;
  /** Milliseconds between the requests of a client, at most. */
  pause: number;
  readers: number;
}

/** What a run came to. */
export interface Report {
  scenario: string;
  seed: number;
  /** Rows that were acknowledged. */
  acknowledged: number;
  requests: { ok: number; refused: number; unknown: number; unknownThere: number };
  /** Answers readers looked at. */
  answers: number;
  /** Longest time from an acknowledgement to an answer without it, in milliseconds. Times of restarts are in it. */
  longestUnseen: number;
  /** Kills, cuts, faults or jumps. */
  events: number;
  violations: Violation[];
  /** Errors of queries, by their text. */
  queryErrors: Record<string, number>;
}

/** Senders and readers at a companion, and what they were told. */
export class Workload {
  readonly companion: Companion;
  readonly journal: Journal;
  readonly random: () => number;
  events = 0;
  private senders: Sender[] = [];
  private readers: Reader[] = [];
  private readonly extra: Violation[] = [];
  private round = 0;
  private unknownThere = 0;

  private constructor(private readonly options: WorkloadOptions) {
    this.companion = new Companion(options);
    this.journal = new Journal(join(options.folder, 'journal.ndjson'));
    this.random = randomOf(options.seed);
  }

  static async open(options: WorkloadOptions): Promise<Workload> {
    await mkdir(options.folder, { recursive: true });
    return new Workload(options);
  }

  /** Starts senders, of which every other one sends again what has no answer, and readers where they are asked for. */
  begin(readers = this.options.readers): void {
    const { clients, rows, pause, seed } = this.options;
    const round = this.round++;
    this.senders = Array.from(
      { length: clients },
      (_, index) =>
        new Sender({
          ...{ journal: this.journal, client: `c${round}-${index}`, keyed: index % 2 === 1, rows, pause },
          ingest: () => this.companion.ingest,
          random: randomOf(seed * 1_000 + round * 100 + index),
        })
    );
    for (let index = this.readers.length; index < readers; index++) {
      this.readers.push(new Reader(this.journal, () => this.companion.query, 100));
    }
  }

  /** Ends senders. */
  async quiet(): Promise<void> {
    const { senders } = this;
    this.senders = [];
    await Promise.all(senders.map((sender) => sender.stop()));
    for (const fault of senders.flatMap(({ faults }) => faults)) {
      this.extra.push({ kind: 'lake', what: `A sender was answered ${fault}` });
    }
  }

  /** Compares what is there with what senders were told, once all that was acknowledged can be seen. */
  async check(): Promise<Violation[]> {
    let verdict = judge(this.journal, await this.ask());
    const began = performance.now();
    // What was acknowledged last may take its time to be seen; what is lost is never seen.
    while (verdict.violations.some(({ kind }) => kind === 'lost') && performance.now() - began < 20_000) {
      verdict = judge(this.journal, await this.ask());
    }
    this.extra.push(...verdict.violations);
    this.unknownThere = verdict.unknownThere;
    return verdict.violations;
  }

  /** Notes something that must not be. */
  found(violation: Violation): Violation {
    this.extra.push(violation);
    return violation;
  }

  /** Ends everything, and says what it came to. What is there is looked at once more, unless that was just done. */
  async end(scenario: string, look = true): Promise<Report> {
    await this.quiet();
    await Promise.all(this.readers.map((reader) => reader.stop()));
    if (look) {
      await this.check();
    }
    await this.companion.stop();
    this.journal.close();
    const queryErrors: Record<string, number> = {};
    for (const [text, count] of this.readers.flatMap(({ errors }) => [...errors])) {
      queryErrors[text] = (queryErrors[text] ?? 0) + count;
    }
    return {
      scenario,
      seed: this.options.seed,
      acknowledged: this.journal.count('ok').rows,
      requests: {
        ok: this.journal.count('ok').requests,
        refused: this.journal.count('refused').requests,
        unknown: this.journal.count('unknown').requests,
        unknownThere: this.unknownThere,
      },
      answers: this.readers.reduce((sum, { observer }) => sum + observer.answers, 0),
      longestUnseen: Math.round(Math.max(0, ...this.readers.map(({ observer }) => observer.longestUnseen))),
      events: this.events,
      violations: [...this.extra, ...this.readers.flatMap(({ violations }) => violations)],
      queryErrors,
    };
  }

  private async ask() {
    let found: Awaited<ReturnType<typeof askForRequests>> | undefined;
    await until('an answer', async () => {
      found = await askForRequests(this.companion.query).catch(() => undefined);
      return found !== undefined;
    });
    return found!;
  }
}
