import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';

import { INGEST_APP_ID } from '../../backend-node/lake/layout';
import { listHotFiles } from '../../backend-node/lake/hot/hot-files';
import { Lake } from '../../backend-node/lake/lake';
import { openDuckDb } from '../../backend-node/engine/duckdb';
import { Audit, type AuditFigures } from './audit';
import { Companion, until, type CompanionOptions } from './companion';
import { Journal } from './journal';
import { judge, type Violation } from './judge';
import { askForRequests } from './observe';
import { PROTOCOLS } from './protocols';
import { randomOf } from './random';
import { Reader, type Floors } from './reader';
import { listedLetters, replay, Replayer } from './replayer';
import { NOISE_RULES, type Kind } from './rows';
import { Sender } from './sender';

export interface WorkloadOptions extends CompanionOptions {
  seed: number;
  clients: number;
  /** Rows of the largest request. */
  rows: number;
  /** Milliseconds between the requests of a client, at most. */
  pause: number;
  readers: number;
  /** Whether rules leave rows out; they have all rows take the long way. Default: in every other round. */
  noise?: boolean;
  /**
   * Rejects that come in by and by, milliseconds after they were sent, when `apitrail rejects replay` tries them again.
   * Default: they never do.
   */
  lateBy?: number;
  /** How long what was acknowledged may take to be seen before it is lost, milliseconds. Default: 20 seconds. */
  patience?: number;
  /** Told of what goes on. */
  say?: (line: string) => void;
  /** Asked whether to end early. */
  stopped?: () => boolean;
}

/** What a run came to. */
export interface Report {
  scenario: string;
  seed: number;
  /** Rows that were acknowledged. */
  acknowledged: number;
  requests: { ok: number; refused: number; unknown: number; unknownThere: number };
  /** Acknowledged requests that were sent again, and acknowledgement ids of Splunk’s that were asked after. */
  sentAgain: number;
  askedAcks: number;
  /** Answers readers looked at, those by query types that count, and those that said that requests are awaited. */
  answers: number;
  counted: number;
  awaited: number;
  /** Longest time from an acknowledgement to an answer without it, in milliseconds. Times of restarts are in it. */
  longestUnseen: number;
  /** Kills, cuts, faults or jumps. */
  events: number;
  /** What lay in the lake when it was last looked at, at rest; and how often that was. */
  audits: number;
  lake: AuditFigures | undefined;
  /** Runs of `apitrail rejects replay`, those that were killed, and letters that went in by the others. */
  replays: { runs: number; killed: number; replayed: number };
  violations: Violation[];
  /** Errors of queries, by their text. */
  queryErrors: Record<string, number>;
}

/** Senders and readers at a companion, and what they were told. */
export class Workload {
  readonly companion: Companion;
  readonly journal: Journal;
  readonly random: () => number;
  readonly violations: Violation[] = [];
  events = 0;
  private senders: Sender[] = [];
  private readers: Reader[] = [];
  private replayer: Replayer | undefined;
  private readonly acks: number[] = [];
  private round = 0;
  private noise = false;
  private readonly began = performance.now();
  private audit: Audit | undefined;
  private ended = false;
  private readonly totals = {
    ...{ unknownThere: 0, sentAgain: 0, askedAcks: 0, answers: 0, counted: 0, awaited: 0, longestUnseen: 0, audits: 0 },
    replays: { runs: 0, killed: 0, replayed: 0 },
    lake: undefined as AuditFigures | undefined,
    queryErrors: {} as Record<string, number>,
  };

  private constructor(private readonly options: WorkloadOptions) {
    this.companion = new Companion(options);
    this.journal = new Journal(join(options.folder, 'journal.ndjson'));
    this.random = randomOf(options.seed);
    this.setNoise(options.noise ?? false);
  }

  static async open(options: WorkloadOptions): Promise<Workload> {
    await mkdir(options.folder, { recursive: true });
    return new Workload(options);
  }

  /** Whether there is to be another event of so many. */
  goesOn(count: number): boolean {
    return this.events < count && !this.options.stopped?.();
  }

  /** An event is over. */
  happened(progress?: (done: number) => void): void {
    this.events++;
    progress?.(this.events);
    if (this.events % 10 === 0) {
      this.options.say?.(this.figures());
    }
  }

  /** Starts a round of senders, of which every other one sends again what has no answer, and of readers where asked for. */
  begin(readers = this.options.readers): void {
    const { clients, rows, pause, seed, lateBy } = this.options;
    const round = this.round++;
    const prefix = `r${round}-`;
    const kinds: Kind[] = ['visits', lateBy === undefined ? 'old' : 'late'];
    if (this.noise) {
      kinds.push('dropped', 'counted', 'sampled');
    }
    this.senders = Array.from({ length: clients }, (_, index) => {
      const protocol = PROTOCOLS[(index + round * clients) % PROTOCOLS.length]!;
      return new Sender({
        ...{ journal: this.journal, protocol, client: `${prefix}${index}-${protocol.name}`, rows, pause, kinds },
        ...{ again: (index + round) % 2 === 1, lateBy: lateBy ?? 0, acks: this.acks },
        ingest: () => this.companion.ingest,
        random: randomOf(seed * 1_000 + round * 100 + index),
      });
    });
    const floors: Floors = new Map();
    this.readers = Array.from(
      { length: readers },
      (_, index) =>
        new Reader({
          ...{
            journal: this.journal,
            query: () => this.companion.query,
            downAt: () => this.companion.downAt,
            pause: 100,
            prefix,
            floors,
            first: index * 4,
          },
          clients: Array.from(
            { length: clients },
            (__, client) => `${prefix}${client}-${PROTOCOLS[(client + round * clients) % PROTOCOLS.length]!.name}`
          ),
        })
    );
    if (lateBy !== undefined) {
      this.replayer = new Replayer(this.companion, randomOf(seed + round));
    }
  }

  /** Has senders send requests again that were acknowledged long ago. */
  repeat(count: number): void {
    this.senders.forEach((sender) => sender.repeat(count));
  }

  /** Ends senders. */
  async quiet(): Promise<void> {
    const { senders } = this;
    this.senders = [];
    await Promise.all(senders.map((sender) => sender.stop()));
    for (const { violations, sentAgain, askedAcks } of senders) {
      this.violations.push(...violations);
      this.totals.sentAgain += sentAgain;
      this.totals.askedAcks += askedAcks;
    }
  }

  /** Ends a round: senders, readers and the replayer. */
  async endRound(): Promise<void> {
    await this.quiet();
    const { readers, replayer, totals } = this;
    this.readers = [];
    this.replayer = undefined;
    await Promise.all([...readers.map((reader) => reader.stop()), replayer?.stop()]);
    for (const { observer, counted, awaited, errors, violations } of readers) {
      totals.answers += observer.answers;
      totals.counted += counted;
      totals.awaited += awaited;
      totals.longestUnseen = Math.max(totals.longestUnseen, Math.round(observer.longestUnseen));
      this.violations.push(...violations);
      for (const [text, count] of errors) {
        totals.queryErrors[text] = (totals.queryErrors[text] ?? 0) + count;
      }
    }
    totals.replays.runs += replayer?.runs ?? 0;
    totals.replays.killed += replayer?.killed ?? 0;
    totals.replays.replayed += replayer?.replayed ?? 0;
  }

  /** Compares what is there with what senders were told, once all that was acknowledged can be seen. */
  async check(): Promise<Violation[]> {
    const { patience = 20_000 } = this.options;
    let verdict = judge(this.journal, await this.ask());
    const began = performance.now();
    // What was acknowledged last may take its time to be seen; what is lost is never seen.
    while (verdict.violations.some(({ kind }) => kind === 'lost') && performance.now() - began < patience) {
      await wait(100);
      verdict = judge(this.journal, await this.ask());
    }
    this.violations.push(...verdict.violations);
    this.totals.unknownThere = verdict.unknownThere;
    return verdict.violations;
  }

  /**
   * Ends a round, and compares all that senders were ever told with the files of the lake, at rest. Rules of noise are there
   * in every other round.
   */
  async auditRound(): Promise<void> {
    await this.endRound();
    await this.check();
    await this.rest();
    await this.lookAtLake();
    if (this.options.noise === undefined) {
      this.setNoise(!this.noise);
    }
  }

  /** Notes something that must not be. */
  found(violation: Violation): Violation {
    this.violations.push(violation);
    return violation;
  }

  /** Ends everything, and says what it came to. What queries see is looked at once more, unless that was just done. */
  async end(scenario: string, look = true): Promise<Report> {
    await this.endRound();
    if (look) {
      await this.check();
    }
    try {
      await this.replayAll();
      await this.rest();
      await this.lookAtLake();
    } catch (error) {
      this.violations.push({ kind: 'lake', what: `It cannot be looked at in the end: ${(error as Error).message}` });
    }
    this.journal.close();
    this.ended = true;
    return this.report(scenario);
  }

  /** Kills and stops whatever goes on still, whether it came to its end or failed. */
  async abandon(): Promise<void> {
    const { senders, readers, replayer } = this;
    await this.companion.killAll();
    if (!this.ended) {
      this.senders = this.readers = [];
      await Promise.all([...senders, ...readers].map((one) => one.stop()));
      await replayer?.stop();
    }
    await this.audit?.close();
  }

  /** What was wrong so far. */
  seen(): Violation[] {
    return [...this.violations, ...this.readers.flatMap(({ violations }) => violations)];
  }

  /** How it stands. */
  figures(): string {
    const ok = this.journal.count('ok');
    const all = this.seen();
    const seconds = Math.round((performance.now() - this.began) / 1000);
    const answers = this.totals.answers + this.readers.reduce((sum, { observer }) => sum + observer.answers, 0);
    return `  ${this.events} events in ${seconds} s; acknowledged ${ok.requests} requests, ${ok.rows} rows; ${answers} answers; ${
      all.length
    } violations${all.length > 0 ? `, first ${all[0]!.kind}: ${all[0]!.what}` : ''}`;
  }

  private report(scenario: string): Report {
    const [ok, refused, unknown] = (['ok', 'refused', 'unknown'] as const).map((outcome) =>
      this.journal.count(outcome)
    );
    const { unknownThere, ...totals } = this.totals;
    return {
      ...{ scenario, seed: this.options.seed, acknowledged: ok!.rows, events: this.events },
      requests: { ok: ok!.requests, refused: refused!.requests, unknown: unknown!.requests, unknownThere },
      ...totals,
      violations: this.violations,
    };
  }

  /** Has all rejects go in whose time has come by then, and compares what is listed with what lies there. */
  private async replayAll(): Promise<void> {
    const { lateBy } = this.options;
    if (lateBy === undefined) {
      return;
    }
    await wait(lateBy);
    this.totals.replays.replayed += (await replay(this.companion)) ?? 0;
    const left = await listedLetters(this.companion);
    if (left !== 0) {
      this.violations.push({ kind: 'reject', what: `${left} letters are left that could go in` });
    }
    this.totals.replays.runs++;
  }

  /** Ends the companion as Ctrl-C does, so that all that was taken in is in a commit. */
  private async rest(): Promise<void> {
    for (let tries = 0; tries < 4; tries++) {
      await this.companion.stop();
      if (await isFlushed(this.options.lake)) {
        return;
      }
      // It gave up after 25 seconds: the next one has more time.
      await this.companion.start();
      await until('what was taken in to be in a commit', () => isFlushed(this.options.lake));
    }
    this.violations.push({ kind: 'lake', what: 'After it was stopped, rows are in no commit.' });
  }

  private async lookAtLake(): Promise<void> {
    this.audit ??= await Audit.open();
    const lake = { directory: this.options.lake, keyFile: this.companion.keyFile };
    const replayed = this.options.lateBy !== undefined;
    const { violations, figures, verdict } = await this.audit.look(lake, this.journal, { flushed: true, replayed });
    this.violations.push(...violations);
    this.totals.lake = figures;
    this.totals.unknownThere = verdict.unknownThere;
    this.totals.audits++;
  }

  private setNoise(noise: boolean): void {
    this.noise = noise;
    this.companion.set({ noise: { rules: noise ? NOISE_RULES : [] } });
  }

  private async ask() {
    let answer: Awaited<ReturnType<typeof askForRequests>> | undefined;
    await until('an answer', async () => {
      answer = await askForRequests(this.companion.query).catch(() => undefined);
      return answer !== undefined && !answer.awaited;
    });
    return answer!.found;
  }
}

/** Whether every hot file is in a commit. */
async function isFlushed(directory: string): Promise<boolean> {
  const engine = await openDuckDb({ threads: 1 });
  try {
    const lake = await Lake.open(directory, { engine });
    const committed = (await lake.transactionVersion(INGEST_APP_ID)) ?? 0;
    return (await listHotFiles(directory)).every(({ to }) => to <= committed);
  } finally {
    await engine.close();
  }
}
