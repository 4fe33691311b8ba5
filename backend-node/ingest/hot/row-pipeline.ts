import { freeBytes } from '../../lake/full-disk';
import type { HotFile } from '../../lake/hot/hot-files';
import type { Batch } from '../intake/batch';
import type { IngestCounters } from '../intake/counters';
import { rowsOf, type Decoded } from '../intake/decoder';
import { recordsOf } from '../intake/places';
import type { MemoryBudget } from '../intake/memory-budget';
import type { RequestRecord } from '../normalise';
import { WHOLE_BODY, type DeadLetter, type RejectStore } from '../rejects';
import type { DeclaredDocument, RouteRow } from '../routes';
import { Breath } from '../rows/breathe';
import type { RowPreparation } from '../rows/row-preparation';
import type { HotWriter } from './hot-writer';
import { Retries } from './retries';
import { RowsInMemory } from './rows-in-memory';

/** Hot files are not made more often than this, ms. */
const HOT_MS = 500;
/** So many rows, or what takes so many bytes, become a hot file at once. */
const HOT_ROWS = 50_000;
const HOT_BYTES = 32 * 2 ** 20;
const ROWS_PER_LOOK = 256;

/** A batch that is on the disk. */
export interface TakenBatch {
  seq: number;
  batch: Batch;
  decoded: Decoded;
  /** Places of records that had been taken in before. */
  known: readonly number[];
  /** What it counts in the memory budget, until its rows can be queried. */
  weight: number;
  /** What it takes in memory, where that is not counted there. */
  bytes?: number;
  /** When it was on the disk, on the clock of `performance.now`. */
  durableAt: number;
  /** It is taken up again after a kill. */
  again?: boolean;
  /** Why no rows can be made of it, though it was acknowledged: it is kept whole among the dead letters. */
  dead?: string;
}

/** What goes into the lake with one commit: all batches up to `to` that are in no earlier one. */
export interface SealedRows {
  to: number;
  files: readonly HotFile[];
  rows: number;
}

export interface RowPipelineOptions {
  preparation: RowPreparation;
  writer: HotWriter;
  rejects: RejectStore;
  budget: MemoryBudget;
  counters: IngestCounters;
  /** Rows, age in ms and bytes of hot files after which they are sealed. */
  flush: { rows: number; ageMs: number; bytes: number };
  /** Last batch that is in the lake, or sealed for it. */
  sealed: number;
  /** Last batch of which is counted what rules left out. Default: none. */
  counted?: number;
  /** Hot files of an earlier process whose batches are yet to come from the write-ahead log. */
  covered: readonly HotFile[];
  /** OpenAPI documents, when others count than before. Default: they stay the same. */
  documents?: () => Promise<readonly DeclaredDocument[] | undefined>;
  /** Keeps the state as of a batch, and sees to the commit. Nothing is prepared meanwhile. */
  seal(rows: SealedRows): Promise<void>;
  /** What the disk did not take is tried again, until it does. */
  onWaiting?(): void;
  /** Something that must not happen: the process is to end, and to begin again from the write-ahead log. */
  onFault(error: unknown): void;
}

/**
 * What happens to batches once they are on the disk, one after the other in the order of their numbers: rows are prepared,
 * together they become hot files, which queries read, and many hot files are sealed to go into the lake.
 */
export class RowPipeline {
  private readonly queue: TakenBatch[] = [];
  private readonly retries: Retries;
  private current: RowsInMemory | undefined;
  private unsealed: HotFile[];
  private unsealedSince: number | undefined;
  private position: number;
  private sealed: number;
  private lastHot = -Infinity;
  private sealNotBefore = -Infinity;
  private stopping = false;
  private running: Promise<void> | undefined;
  private wake: (() => void) | undefined;

  constructor(private readonly options: RowPipelineOptions) {
    this.sealed = this.position = options.sealed;
    this.unsealed = [...options.covered];
    this.retries = new Retries({
      onFailure: (place, error) => {
        options.counters.failing(place, error);
        if (error !== undefined) {
          options.onWaiting?.();
        }
      },
      freeBytes: () => freeBytes(options.writer.directory),
    });
  }

  /** Rows that are acknowledged and cannot be queried yet. */
  get waitingRows(): number {
    return this.queue.reduce((sum, { decoded }) => sum + rowsOf(decoded), this.current?.rows ?? 0);
  }

  /** Hot files that are in no commit and in none that is under way. */
  get files(): readonly HotFile[] {
    return this.unsealed;
  }

  /** Puts a batch in line; to be called in the order of the numbers. */
  put(batch: TakenBatch): void {
    this.queue.push(batch);
    this.wake?.();
  }

  /** Takes in again what the write-ahead log has, one batch after the other, before `start`. */
  async replay(batch: TakenBatch): Promise<void> {
    const file = this.coveredBy(batch.seq);
    if (this.current && file !== this.coveredBy(this.current.to)) {
      await this.makeHot();
    }
    await this.take(batch);
    await this.turn();
  }

  /** Makes the last rows of a replay hot. */
  async replayed(): Promise<void> {
    await this.makeHot();
    const last = this.options.covered.at(-1);
    if (last && last.to > this.position) {
      // Their batches are gone from the write-ahead log: their rows are here only.
      this.position = last.to;
      this.unsealedSince ??= performance.now();
    }
  }

  start(): void {
    this.running = this.run().catch((error: unknown) => {
      if (!this.stopping) {
        this.options.onFault(error);
      }
    });
  }

  /** Makes all that was put in line hot, and seals it. What does not work at once is left to the next process. */
  async stop(): Promise<void> {
    this.stopping = true;
    this.retries.giveUp();
    this.wake?.();
    await this.running;
  }

  private async run(): Promise<void> {
    while (!this.stopping || this.queue.length > 0) {
      const next = this.queue.shift();
      if (next) {
        await this.take(next);
      }
      const due = await this.turn();
      if (this.queue.length === 0 && !this.stopping) {
        await this.sleep(due);
      }
    }
    await this.makeHot();
    await this.seal();
  }

  /** Does what is due, and says when the next thing will be, on the clock of `performance.now`. */
  private async turn(): Promise<number> {
    const { current } = this;
    const isMuch = current !== undefined && (current.rows >= HOT_ROWS || current.bytes >= HOT_BYTES);
    if (current && (isMuch || performance.now() >= this.lastHot + HOT_MS)) {
      await this.makeHot();
    }
    if (!this.current && performance.now() >= this.sealDueAt()) {
      await this.seal();
    }
    return Math.min(this.current ? this.lastHot + HOT_MS : Infinity, this.sealDueAt());
  }

  private async take({
    seq,
    batch,
    decoded,
    known,
    weight,
    bytes = weight,
    durableAt,
    dead,
    again = false,
  }: TakenBatch): Promise<void> {
    const current = (this.current ??= new RowsInMemory(seq));
    current.to = seq;
    current.weight += weight;
    current.bytes += bytes;
    this.unsealedSince ??= durableAt;
    this.options.preparation.begin({ counted: seq <= (this.options.counted ?? 0), again });
    const prepared = dead === undefined ? await this.prepare(batch, decoded, new Set(known)) : { fault: dead };
    if ('fault' in prepared) {
      this.options.counters.onDead(seq, batch.decoder, prepared.fault);
      current.letters.push(wholeBody(seq, batch, dead ?? 'its rows cannot be made'));
    } else {
      prepared.records.forEach((record, index) => current.add(record, prepared.rows[index]!));
      if (decoded.rows && !this.areRecords(known)) {
        current.addChunks(decoded.rows, batch.receivedAt);
        current.bodies.push(batch.body);
      }
      const { decoder, params, receivedAt, from } = batch;
      for (const reject of decoded.rejects) {
        current.letters.push({ seq, decoder, params, receivedAt, from, ...reject });
      }
    }
    current.batches.push({ durableAt, rows: rowsOf(decoded) });
    this.position = seq;
  }

  private async prepare(
    { receivedAt }: Batch,
    decoded: Decoded,
    known: ReadonlySet<number>
  ): Promise<{ records: RequestRecord[]; rows: RouteRow[] } | { fault: unknown }> {
    const { preparation } = this.options;
    const breath = new Breath();
    const kept: RequestRecord[] = [];
    const rows: RouteRow[] = [];
    const areRecords = this.areRecords([...known]);
    const records = areRecords ? recordsOf(decoded) : decoded.records;
    try {
      if (!areRecords) {
        decoded.rows?.chunks.forEach((chunk) => preparation.deriveSessions(chunk));
      }
      for (let index = 0; index < records.length; index++) {
        const row = known.has(index) ? undefined : preparation.prepare(records[index]!, receivedAt);
        if (row) {
          kept.push(records[index]!);
          rows.push(row);
        }
        if (index % ROWS_PER_LOOK === 0 && breath.due) {
          await breath.take();
        }
      }
      return { records: kept, rows };
    } catch (fault) {
      preparation.discard();
      return { fault };
    }
  }

  /** Whether rows that were read the short way become records: rules judge those, and of those some may be left out. */
  private areRecords(known: readonly number[]): boolean {
    return this.options.preparation.judges || known.length > 0;
  }

  private async makeHot(): Promise<void> {
    const taken = this.current;
    if (!taken) {
      return;
    }
    this.lastHot = performance.now();
    const { preparation, writer, rejects, budget, counters } = this.options;
    await this.takeDocuments();
    await taken.learn(preparation);
    await this.retries.until('rejects', () =>
      rejects.write({ from: taken.from, to: taken.to, letters: taken.letters })
    );
    // Of rows that are in a hot file already, too: sessions and routes are to know them.
    const columns = await taken.columns(preparation);
    if (taken.rows > 0 && !this.coveredBy(taken.to)) {
      const file = await this.retries.until('hot', () => writer.write(columns, taken));
      this.unsealed.push(file);
      this.unsealed.sort((a, b) => a.from - b.from);
    }
    this.current = undefined;
    budget.give(taken.weight);
    taken.bodies.forEach((body) => budget.recycle(body));
    const now = performance.now();
    taken.batches.forEach(({ durableAt }) => counters.freshness.add((now - durableAt) / 1000));
  }

  /** All rows of a hot file have their routes by the same documents. */
  private async takeDocuments(): Promise<void> {
    try {
      const documents = await this.options.documents?.();
      if (documents) {
        this.options.preparation.declare(documents);
        this.retries.succeeded('documents');
      }
    } catch (error) {
      this.retries.failed('documents', error);
    }
  }

  private sealDueAt(): number {
    if (!this.canSeal) {
      return Infinity;
    }
    const { rows, ageMs, bytes } = this.options.flush;
    const files = this.ready();
    const full = sum(files, (file) => file.rows) >= rows || sum(files, (file) => file.bytes ?? 0) >= bytes;
    return Math.max(this.sealNotBefore, full ? -Infinity : (this.unsealedSince ?? 0) + ageMs);
  }

  private async seal(): Promise<void> {
    if (this.current || !this.canSeal) {
      return;
    }
    const files = this.ready();
    const to = this.position;
    try {
      await this.options.seal({ to, files, rows: sum(files, (file) => file.rows) });
    } catch (error) {
      this.sealNotBefore = performance.now() + this.retries.failed('state', error);
      return;
    }
    this.retries.succeeded('state');
    this.sealed = to;
    this.unsealed = this.unsealed.filter((file) => file.to > to);
    this.unsealedSince = undefined;
  }

  /** Files go into the lake whole: in the midst of one that is there already, nothing is sealed. */
  private get canSeal(): boolean {
    const { to } = this.coveredBy(this.position) ?? { to: this.position };
    return this.position !== this.sealed && to === this.position;
  }

  private ready(): HotFile[] {
    return this.unsealed.filter(({ to }) => to <= this.position);
  }

  private coveredBy(seq: number): HotFile | undefined {
    return this.options.covered.find(({ from, to }) => seq >= from && seq <= to);
  }

  private sleep(until: number): Promise<void> {
    return new Promise((resolve) => {
      const ms = until - performance.now();
      const timer = Number.isFinite(ms) ? setTimeout(resolve, Math.max(0, Math.ceil(ms))) : undefined;
      this.wake = () => {
        clearTimeout(timer);
        this.wake = undefined;
        resolve();
      };
    });
  }
}

/** A batch of which nothing could be made, whole. */
function wholeBody(seq: number, batch: Batch, reason: string): DeadLetter {
  const { decoder, params, receivedAt, from, body } = batch;
  return { seq, index: WHOLE_BODY, decoder, params, receivedAt, from, reason, body };
}

const sum = <T>(values: readonly T[], of: (value: T) => number): number =>
  values.reduce((total, value) => total + of(value), 0);
