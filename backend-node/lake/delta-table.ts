import { resolve } from 'node:path';

import { ApitrailError } from '@apitrail/contract';

import type { DuckDb } from '../engine/duckdb';
import type { Action } from './actions';
import { intervalMs, lastCheckpoint, writeCheckpoint } from './checkpoint';
import { cleanUpLog } from './cleanup';
import type { Operation } from './commit';
import { createTable } from './create-table';
import type { WrittenFile } from './data-files';
import { tableDirectory } from './layout';
import { DeltaLog } from './log';
import { ClockGuard } from './maintenance/clock-guard';
import { writeNewRows, type NewRows } from './new-rows';
import { totalsOf, writeGroups, type RewriteOptions, type Rewritten } from './rewrite';
import type { FileStats } from './stats';
import { TableCommits } from './table-commits';
import { partitionColumns, type TableDefinition } from './table-definition';
import { assertWritable, type DataFile, type TableState } from './table-state';
import { withWorkDirectory } from './work-directory';
import { withWriteLease } from './write-lease';

export interface DeltaTableOptions {
  /** Reads checkpoints and writes data files. Give it a `tempDirectory` from `openWorkDirectory` of the same lake. */
  engine: DuckDb;
  /** Makes the table when there is none. */
  create?: boolean;
  /** Told of what failed after a commit, such as a checkpoint: the rows are safe, the log grows until one succeeds. */
  onWarning?: (error: unknown) => void;
}

export interface AppendOptions {
  /**
   * How far the input of `appId` is taken in with these rows, in the same commit. When the table is already that far or
   * further, nothing is added.
   */
  txn?: { appId: string; version: number };
  signal?: AbortSignal;
  /** Awaited between pieces of work that hold the thread up, of some milliseconds each. Default: there is no pause. */
  pause?: () => Promise<void>;
}

export interface Appended {
  /** Version of the table that has the rows. */
  version: number;
  /** Rows and files added; 0 when `txn` says that they were there already. */
  rows: number;
  files: number;
}

/** Live files of a table that others take the place of. */
export interface Replacement {
  removed: readonly DataFile[];
  added: readonly WrittenFile[];
  operation: Operation;
  /** False when the same rows lie in other files, so that readers of changes see nothing. */
  dataChange: boolean;
  txn?: { appId: string; version: number };
}

/**
 * A Delta table of a lake, in the folder of its name. Any number of processes may read it, append to it and rewrite files
 * of it at the same time; what was committed is on the disk, whole.
 */
export class DeltaTable {
  /** Absolute path of the table. */
  readonly path: string;
  private readonly log: DeltaLog;
  private readonly commits: TableCommits;

  private constructor(
    readonly definition: TableDefinition,
    /** Absolute path of the lake. */
    readonly lake: string,
    private readonly options: DeltaTableOptions
  ) {
    this.path = tableDirectory(lake, definition.name);
    this.log = new DeltaLog(this.path, options.engine);
    this.commits = new TableCommits(definition, this.path, this.log);
  }

  /**
   * Opens a table of the lake in a folder. Throws APITRAIL_NOT_FOUND when there is none and `create` is not set, and
   * APITRAIL_LAKE_UNSUPPORTED when the file system or the table's protocol lacks what is needed.
   */
  static async open(definition: TableDefinition, lake: string, options: DeltaTableOptions): Promise<DeltaTable> {
    const table = new DeltaTable(definition, resolve(lake), options);
    if (options.create) {
      await createTable(definition, table.lake, table.log);
    } else if (!(await table.log.read())) {
      throw new ApitrailError(
        'APITRAIL_NOT_FOUND',
        `There is no lake in ${table.lake}: it has no table ${table.path}. Import something into it, or name another folder.`,
        { where: table.lake }
      );
    }
    return table;
  }

  /** The newest state of the table. */
  snapshot(): Promise<TableState> {
    return this.commits.snapshot();
  }

  /**
   * How far the input of an application is in the table, on the disk; undefined when nothing of it is. Whoever asks may let
   * go of that input.
   */
  async transactionVersion(appId: string): Promise<number | undefined> {
    const version = (await this.snapshot()).transactions.get(appId)?.version;
    if (version !== undefined) {
      await this.commits.flushNames();
    }
    return version;
  }

  /**
   * Adds rows: all of them, on the disk, or none. Throws when a value is not of its column's type, and for a row without
   * `time`.
   */
  async append(rows: NewRows, options: AppendOptions = {}): Promise<Appended> {
    const before = await this.snapshot();
    assertWritable(this.path, before);
    if (isTakenIn(before, options)) {
      await this.commits.flushNames();
      return { version: before.version, rows: 0, files: 0 };
    }
    return withWriteLease({ lake: this.lake, table: this.definition.name }, async (lease) => {
      const written = await writeNewRows(this.options.engine, this, rows, { ...options, lease });
      if (written.length === 0 && !options.txn) {
        return { version: before.version, rows: 0, files: 0 };
      }
      const version = await this.commits.commitFiles(written, this.appendOperation(), (state) =>
        isTakenIn(state, options) ? undefined : [...this.txnActions(options), ...written.map(({ add }) => ({ add }))]
      );
      if (version === undefined) {
        await this.commits.flushNames();
        return { version: (await this.snapshot()).version, rows: 0, files: 0 };
      }
      await this.maintain(version);
      return { version, rows: totalsOf(written).rows, files: written.length };
    });
  }

  /**
   * Rewrites live files: the rows of each group (`groupFiles` makes them) go through a SELECT into one file of the same
   * partition, sorted and with statistics as `append` writes them, and one commit puts all of them in the place of the
   * old ones. A kill leaves all of it or nothing. The old files stay on the disk until vacuum, so that whoever reads an
   * older version goes on. Gives undefined when `txn` says that it was done already.
   *
   * Appends of others meanwhile do no harm. Throws APITRAIL_LAKE_CONFLICT, with nothing changed, when somebody else has
   * removed or rewritten one of the files: take a new snapshot and begin again.
   *
   * ```ts
   * const files = [...(await table.snapshot()).files.values()].filter((file) => file.add.partitionValues.date === day);
   * await table.rewrite(groupFiles(files), {
   *   operation: 'UPDATE',
   *   transform: (rows) => sql`SELECT * REPLACE (upper(method) AS method) FROM ${rows}`,
   * });
   * ```
   */
  async rewrite(groups: ReadonlyArray<readonly DataFile[]>, options: RewriteOptions): Promise<Rewritten | undefined> {
    const before = await this.snapshot();
    assertWritable(this.path, before);
    const removed = groups.flat();
    this.assertLive(before, removed);
    if (isTakenIn(before, options)) {
      return undefined;
    }
    return withWriteLease({ lake: this.lake, table: this.definition.name }, async (lease) => {
      const { written, read } = await this.options.engine.session((run) =>
        writeGroups(run, this, before, groups, lease, options)
      );
      const { operation, parameters = {}, txn } = options;
      const version = await this.replaceFiles({
        removed,
        added: written,
        operation: { name: operation, parameters, isBlindAppend: false },
        dataChange: operation !== 'OPTIMIZE',
        ...(txn ? { txn } : {}),
      });
      return version === undefined
        ? undefined
        : {
            version,
            removed: { ...totalsOf(removed), rows: read },
            added: totalsOf(written),
            paths: written.map(({ add }) => add.path),
          };
    });
  }

  /**
   * Commits that files are removed and others, already written, are in their place. Gives the version, or undefined when
   * `txn` was there already. Throws APITRAIL_LAKE_CONFLICT when one of the removed files is not live any more; added files
   * are deleted whenever they did not get in.
   */
  async replaceFiles({ removed, added, operation, dataChange, txn }: Replacement): Promise<number | undefined> {
    const deletionTimestamp = Date.now();
    const version = await this.commits.commitFiles(added, operation, (state) => {
      if (isTakenIn(state, { ...(txn ? { txn } : {}) })) {
        return undefined;
      }
      this.assertLive(state, removed);
      return [
        ...this.txnActions({ ...(txn ? { txn } : {}) }),
        ...removed.map(({ add: { path, partitionValues, size } }) => ({
          remove: { path, deletionTimestamp, dataChange, extendedFileMetadata: true, partitionValues, size },
        })),
        ...added.map(({ add }) => ({ add: { ...add, dataChange } })),
      ];
    });
    if (version !== undefined) {
      await this.maintain(version);
    }
    return version;
  }

  /** Writes a checkpoint of the newest version and removes log entries past their retention. Gives its version. */
  async checkpoint(): Promise<number> {
    return (await this.tidyLog()).version;
  }

  /**
   * Does what `checkpoint` does and gives also how many files of the log were removed: none while the clock is not believed,
   * unless `force` says that it is right.
   */
  async tidyLog({ force = false } = {}): Promise<{ version: number; removed: number }> {
    const state = await this.snapshot();
    if ((await lastCheckpoint(this.log.directory)) !== state.version) {
      await withWorkDirectory(this.lake, (work) =>
        writeCheckpoint(this.options.engine, this.log.directory, state, work)
      );
    }
    const retention = intervalMs(state.metadata.configuration['delta.logRetentionDuration']);
    const removes = retention !== undefined && (force || (await new ClockGuard(this.lake).look()).hold === 0);
    return { version: state.version, removed: removes ? await cleanUpLog(this.log.directory, retention) : 0 };
  }

  /** Notes other statistics of live files, where those in the log are wrong. Throws APITRAIL_LAKE_CONFLICT as `rewrite` does. */
  async correctStatistics(files: ReadonlyArray<{ file: DataFile; stats: FileStats }>): Promise<void> {
    await this.commits.commit({ name: 'COMPUTE STATS', parameters: {}, isBlindAppend: false }, (state) => {
      this.assertLive(
        state,
        files.map(({ file }) => file)
      );
      return files.map(({ file: { add }, stats }) => ({
        add: { ...add, stats: JSON.stringify(stats), dataChange: false },
      }));
    });
  }

  private txnActions({ txn }: AppendOptions): Action[] {
    return txn ? [{ txn: { ...txn, lastUpdated: Date.now() } }] : [];
  }

  private appendOperation(): Operation {
    const partitionBy = JSON.stringify(partitionColumns(this.definition));
    return { name: 'WRITE', parameters: { mode: 'Append', partitionBy }, isBlindAppend: true };
  }

  private assertLive(state: TableState, files: readonly DataFile[]): void {
    const gone = files.find(({ add }) => !state.files.has(add.path));
    if (gone) {
      throw new ApitrailError(
        'APITRAIL_LAKE_CONFLICT',
        `Another process has removed or rewritten ${gone.add.path} meanwhile; nothing was changed. Try again.`,
        { where: this.path }
      );
    }
  }

  private async maintain(version: number): Promise<void> {
    try {
      const { metadata } = await this.snapshot();
      const interval = Number(metadata.configuration['delta.checkpointInterval']);
      if (version > 0 && interval > 0 && version % interval === 0) {
        await this.checkpoint();
      }
    } catch (error) {
      this.options.onWarning?.(error);
    }
  }
}

function isTakenIn(state: TableState, { txn }: AppendOptions): boolean {
  return txn !== undefined && (state.transactions.get(txn.appId)?.version ?? -1) >= txn.version;
}
