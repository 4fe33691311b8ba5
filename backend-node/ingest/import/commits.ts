import { ApitrailError } from '@apitrail/contract';

import type { Lake } from '../../lake/lake';
import { IMPORT_APP_ID, serialiseState, type ImportState, type StateFolder } from './import-state';
import type { LeftOutCount, LeftOutStore } from '../noise';
import type { RowBatch } from './row-batch';
import { stageFile, type StagedFile } from './staged-file';
import type { Assignment, RouteRow } from '../routes';

/** Rows of one commit: enough to make good files, few enough to be held in memory. */
export const ROWS_PER_COMMIT = 250_000;

/** A count of what is in the lake, for the summary. */
export interface Committed {
  /** The sources as they stood with the last commit: id to rows, rejects and empty lines. */
  sources: Map<string, { rows: number; rejected: number; blank: number }>;
  rows: number;
  /** Time of the oldest and newest row, µs; infinite when there is none. */
  first: number;
  last: number;
}

export interface CommitsOptions {
  lake: Lake;
  states: StateFolder;
  /** Folder for rows on their way. */
  workFolder: string;
  version: number;
  state: ImportState;
  /** Where is written down what rules left out. */
  leftOut?: LeftOutStore | undefined;
}

/**
 * Puts batches of rows into the lake, each with the state that goes with it. While a batch is being written the next one
 * is read; no two are written at once.
 */
export class Commits {
  readonly committed: Committed;
  private version: number;
  private writing: Promise<void> = Promise.resolve();
  private failure: unknown;

  constructor(private readonly options: CommitsOptions) {
    this.version = options.version;
    this.committed = { sources: countsOf(options.state), rows: 0, first: Infinity, last: -Infinity };
  }

  /**
   * Writes rows and the state that follows them. Returns when both are on their way; a failure shows at the next call.
   * `state` is asked when all rows have their routes.
   */
  async commit(
    batch: RowBatch,
    assign: (row: RouteRow) => Assignment,
    state: () => Promise<ImportState>,
    leftOut: readonly LeftOutCount[] = []
  ): Promise<void> {
    await this.settled();
    const version = this.version + 1;
    const staged = await stageFile(this.options.workFolder, `rows-${version}.ndjson`, batch.lines(assign));
    try {
      const snapshot = await state();
      await this.options.states.save(version, serialiseState(snapshot));
      const { first, last, rows } = batch;
      this.version = version;
      this.writing = this.append(staged, version, rows.length, countsOf(snapshot), { first, last }, leftOut).catch(
        (error: unknown) => {
          this.failure = error;
        }
      );
    } catch (error) {
      await staged.remove();
      throw error;
    }
  }

  /** Saves a state in which rows are as in the last commit: what has moved is rejects, empty lines and the like. */
  async saveState(state: ImportState): Promise<void> {
    await this.settled();
    await this.options.states.save(this.version, serialiseState(state));
    await this.options.states.keepOnly([this.version]);
    this.committed.sources = countsOf(state);
  }

  /** Waits for what is being written. Throws when that failed. */
  async settled(): Promise<void> {
    await this.writing;
    if (this.failure) {
      throw this.failure;
    }
  }

  private async append(
    staged: StagedFile,
    version: number,
    rows: number,
    sources: Committed['sources'],
    span: { first: number; last: number },
    leftOut: readonly LeftOutCount[]
  ): Promise<void> {
    try {
      await this.options.leftOut?.commit(leftOut, version);
      const added = await this.options.lake.append(
        { ndjson: [staged.path] },
        { txn: { appId: IMPORT_APP_ID, version } }
      );
      if (added.rows !== rows) {
        throw new ApitrailError('APITRAIL_INTERNAL', `Of ${rows} rows ${added.rows} came into the lake.`);
      }
    } finally {
      await staged.remove();
    }
    this.committed.sources = sources;
    this.committed.rows += rows;
    this.committed.first = Math.min(this.committed.first, span.first);
    this.committed.last = Math.max(this.committed.last, span.last);
    await this.options.states.keepOnly([version]);
  }
}

function countsOf({ sources }: ImportState): Committed['sources'] {
  return new Map(sources.map(({ id, rows, rejected, blank }) => [id, { rows, rejected, blank }]));
}
