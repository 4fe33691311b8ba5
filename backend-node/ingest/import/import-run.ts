import type { Readable } from 'node:stream';

import { ApitrailError } from '@apitrail/contract';

import type { DuckDb } from '../../engine/duckdb';
import type { Lake } from '../../lake/lake';
import { isBeingWritten } from './being-written';
import type { ByteSource } from './byte-source';
import { Commits, ROWS_PER_COMMIT } from './commits';
import type { ImportState, StateFolder } from './import-state';
import type { Input } from './inputs';
import { SourceTracker, type KnownSource } from './known-sources';
import { openInput } from './open-input';
import { newOutcome, summaryOf, type Outcome } from './outcome';
import { prepareSource, type PreparedSource } from './prepare-source';
import type { ProgressReporter } from './progress';
import { readText } from './read-text';
import { recognise } from './recognise';
import { type RejectsFile, shownText } from './rejects';
import { RowBatch } from './row-batch';
import type { RowPreparation } from '../rows/row-preparation';
import type { FileSummary } from './summary';
import type { Mapping } from '../formats';
import type { LeftOutStore, NoisePolicy } from '../noise';
import type { RequestRecord } from '../normalise';

/** An import was asked to stop. What is committed stays; the rest is read again by the next one. */
export class ImportInterrupted extends Error {}

export interface ImportRunOptions {
  lake: Lake;
  engine: DuckDb;
  states: StateFolder;
  workFolder: string;
  version: number;
  state: ImportState;
  format: string;
  mapping?: Mapping;
  service?: string;
  environment?: string;
  /** The log’s times are those of the end of requests. */
  timeIsEnd?: boolean;
  /** Takes a last line without a line end for whole in any file. */
  final?: boolean;
  /** The time, ms since the epoch. */
  now?: () => number;
  rejects: RejectsFile | undefined;
  /** Rules that leave rows out, and where is written down how many. */
  noise?: NoisePolicy | undefined;
  leftOut?: LeftOutStore | undefined;
  preparation: RowPreparation;
  progress: ProgressReporter;
  stdin: Readable;
  signal?: AbortSignal;
  rowsPerCommit?: number;
}

/** One import: its sources one after the other, into batches, into commits. */
export class ImportRun {
  readonly commits: Commits;
  readonly unusable: Record<string, number> = {};
  private readonly known: Map<string, KnownSource>;
  private readonly outcomes: Outcome[] = [];
  private readonly now: () => number;
  private readonly nowUs: number;
  private batch = new RowBatch();
  private read = { done: 0, total: 0 as number | undefined };
  private rowsSeen = 0;
  private rejectsSeen = 0;

  constructor(private readonly options: ImportRunOptions) {
    this.now = options.now ?? Date.now;
    this.nowUs = Math.floor(this.now()) * 1000;
    this.commits = new Commits(options);
    this.known = new Map(options.state.sources.map((entry) => [entry.id, entry]));
  }

  /** Imports inputs. Files that cannot be imported are in the outcomes; throws what ends the import as a whole. */
  async import(inputs: readonly Input[]): Promise<void> {
    const prepared: PreparedSource[] = [];
    for (const input of inputs) {
      const outcome = newOutcome(input.label);
      this.outcomes.push(outcome);
      await this.guard(outcome, async () => {
        const source = await this.prepare(input, outcome);
        if (source) {
          prepared.push(source);
        }
      });
    }
    prepared.sort((a, b) => a.firstTime - b.firstTime || compareNames(a.source.input.label, b.source.input.label));
    const sizes = prepared.map(({ source }) => source.size);
    this.read.total = sizes.includes(undefined) ? undefined : sizes.reduce<number>((sum, size) => sum + (size ?? 0), 0);
    for (const source of prepared) {
      const outcome = this.outcomes.find(({ file }) => file === source.source.input.label)!;
      await this.guard(outcome, () => this.take(source, outcome));
      this.read.done += source.source.size ?? 0;
    }
    await this.commitBatch();
    await this.commits.saveState(await this.currentState(true));
  }

  /** What became of every file, as far as it is in the lake. */
  summaries(): FileSummary[] {
    return this.outcomes.map((outcome) => summaryOf(outcome, this.commits.committed));
  }

  /** Rows that rules left out. */
  leftOut(): number {
    return (this.options.noise?.leftOut() ?? []).reduce((sum, { rows }) => sum + rows, 0);
  }

  /** What is wrong with one file is no reason to leave out the others. */
  private async guard(outcome: Outcome, work: () => Promise<void>): Promise<void> {
    try {
      await work();
    } catch (error) {
      if (!(error instanceof ApitrailError) || !FILE_ERRORS.has(error.code)) {
        throw error;
      }
      this.fail(outcome, error);
    }
  }

  private fail(outcome: Outcome, error: ApitrailError): void {
    outcome.outcome =
      outcome.id !== undefined && (this.known.get(outcome.id)?.rows ?? 0) > outcome.before.rows ? 'partly' : 'failed';
    outcome.message = error.message;
    outcome.code = error.code;
    this.options.progress.problem(error.userMessage);
  }

  /** A source with its format; undefined when there is no line in it yet. */
  private async prepare(input: Input, outcome: Outcome): Promise<PreparedSource | undefined> {
    const { format, mapping, workFolder, progress } = this.options;
    const { source, parquet } = await openInput(input, this.options);
    const cutEnd = await this.mayBeCut(source);
    const prepared = await prepareSource(source, {
      wanted: parquet ? 'json' : format,
      mapping,
      cutEnd,
      workFolder,
      atBlock: () => this.checkStop(),
    });
    if (!prepared) {
      this.setEmpty(outcome);
      if (cutEnd && source.head.length > 0 && source.head.at(-1) !== 10) {
        this.holdBack(outcome);
      }
      return undefined;
    }
    outcome.format = parquet ? 'parquet' : prepared.format.name;
    if (format === 'auto') {
      progress.note(`${input.label}: ${parquet ? 'parquet' : prepared.found}`);
    }
    return prepared;
  }

  private async mayBeCut(source: ByteSource): Promise<boolean> {
    return !this.options.final && (await isBeingWritten(source, this.now()));
  }

  private setEmpty(outcome: Outcome): void {
    outcome.outcome = 'empty';
    outcome.message = 'has no request in it yet';
    this.options.progress.note(`${outcome.file}: ${outcome.message}`);
  }

  private holdBack(outcome: Outcome): void {
    outcome.held_back = 1;
    this.options.progress.problem(
      `${outcome.file}: the last line has no line end yet and may be cut; the next import reads it when it is whole ` +
        '(--final takes it as it is).'
    );
  }

  private checkStop(): void {
    if (this.options.signal?.aborted) {
      throw new ImportInterrupted('The import was stopped.');
    }
  }

  private async take(prepared: PreparedSource, outcome: Outcome): Promise<void> {
    const { source, entry, fresh, message } = await recognise(prepared.source, this.known, this.options.workFolder);
    if (message !== undefined) {
      this.options.progress.note(`${source.input.label}: ${message}`);
    }
    if (!entry) {
      outcome.outcome = 'skipped';
      outcome.message = message!;
      return;
    }
    outcome.id = entry.id;
    outcome.before = { rows: entry.rows, rejected: entry.rejected, blank: entry.blank };
    const { service, environment, timeIsEnd } = this.options;
    const { label, name } = source.input;
    const tracker = new SourceTracker(entry);
    const { damage, heldBack } = await readText(source, tracker, {
      framing: prepared.framing,
      defaults: {
        source: name,
        ...(service === undefined ? {} : { service }),
        ...(environment === undefined ? {} : { environment }),
        timeIsEnd: timeIsEnd ?? prepared.framing.timeIsEnd ?? false,
      },
      nowUs: this.nowUs,
      sink: {
        record: (record) => this.addRecord(record),
        reject: (line, reason, text) => {
          this.rejectsSeen++;
          this.options.rejects?.add({ file: label, line, reason, text: shownText(text) });
        },
      },
      atBoundary: () => this.atBoundary(source),
      holdsOpenLine: () => this.mayBeCut(source),
    });
    if (heldBack) {
      this.holdBack(outcome);
    }
    outcome.openRejects = entry.tail ? 1 : 0;
    this.finish(prepared, entry, fresh, outcome);
    if (damage) {
      throw new ApitrailError(
        'APITRAIL_BAD_FILE',
        `${label} ${damage.message}. The ${entry.rows - outcome.before.rows} rows before that are imported; give the whole file, and the import goes on there.`,
        { where: label, cause: damage }
      );
    }
  }

  private finish(prepared: PreparedSource, entry: KnownSource, fresh: boolean, outcome: Outcome): void {
    const { label } = prepared.source.input;
    const missing = prepared.framing.missing?.() ?? [];
    if (missing.length > 0 && entry.rows > outcome.before.rows) {
      this.options.progress.problem(`${label}: no record has the fields the mapping names: ${missing.join(', ')}`);
    }
    if (entry.rows > 0) {
      return;
    }
    if (fresh) {
      // It says nothing of what is in the lake, and a right format may be named next time.
      this.known.delete(entry.id);
      delete outcome.id;
      outcome.rejected = entry.rejected;
      outcome.blank = entry.blank;
    }
    if (entry.rejected + outcome.openRejects > 0) {
      throw new ApitrailError(
        'APITRAIL_NOTHING_FITS',
        `${label}: not one of its ${entry.rejected + outcome.openRejects} lines fits the format ${prepared.format.name}; nothing was imported from it. ` +
          'The rejects file (--rejects FILE) says why for each; name another format with --format.',
        { where: label }
      );
    }
    this.setEmpty(outcome);
  }

  private addRecord(record: RequestRecord): void {
    for (const column of record.unusable ?? []) {
      this.unusable[column] = (this.unusable[column] ?? 0) + 1;
    }
    const row = this.options.preparation.prepare(record, this.nowUs);
    if (row) {
      this.batch.add(record, row);
    }
    this.rowsSeen++;
  }

  private async atBoundary(source: ByteSource): Promise<void> {
    this.checkStop();
    this.options.progress.update({
      file: source.input.label,
      bytesRead: this.read.done + source.read(),
      bytesTotal: this.read.total,
      rows: this.rowsSeen,
      rejected: this.rejectsSeen,
    });
    if (this.batch.rows.length >= (this.options.rowsPerCommit ?? ROWS_PER_COMMIT)) {
      await this.commitBatch();
    }
  }

  private async commitBatch(): Promise<void> {
    const { batch } = this;
    const leftOut = this.options.noise?.drain() ?? [];
    if (batch.rows.length > 0 || leftOut.length > 0) {
      this.batch = new RowBatch();
      const { preparation } = this.options;
      preparation.learn(batch.rows);
      await this.commits.commit(
        batch,
        (row) => preparation.route(row),
        () => this.currentState(false),
        leftOut
      );
    }
  }

  private async currentState(finished: boolean): Promise<ImportState> {
    const bytes = await this.options.rejects?.flush();
    const { sessions, routes, journeys } = this.options.preparation.state();
    return {
      sources: [...this.known.values()],
      sessions,
      routes,
      journeys,
      rejects: finished || bytes === undefined ? null : { file: this.options.rejects!.path, bytes },
    };
  }
}

const FILE_ERRORS: ReadonlySet<string> = new Set([
  'APITRAIL_BAD_FILE',
  'APITRAIL_NOTHING_FITS',
  'APITRAIL_BAD_MAPPING',
]);

function compareNames(a: string, b: string): number {
  return a.localeCompare(b, 'en', { numeric: true });
}
