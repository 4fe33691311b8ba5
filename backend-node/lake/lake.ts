import { randomUUID } from 'node:crypto';
import { chmod } from 'node:fs/promises';
import { resolve } from 'node:path';

import { ApitrailError, PARTITION_COLUMN } from '@apitrail/contract';

import type { DuckDb } from '../engine/duckdb';
import type { Action, MetadataAction } from './actions';
import { intervalMs, lastCheckpoint, writeCheckpoint } from './checkpoint';
import { cleanUpLog } from './cleanup';
import { commitEntry, pauseBeforeRetry, type Operation } from './commit';
import { removeDataFiles, writeDataFiles, type WrittenFile } from './data-files';
import { makeDirectory } from './durable';
import { logDirectory, stateDirectory, tableDirectory } from './layout';
import { DeltaLog } from './log';
import { probeFileSystem } from './probe';
import { planSchema, schemaString, TABLE_FIELDS } from './schema';
import { countStaged, stageRows } from './staging';
import { assertWritable, READER_VERSION, WRITER_VERSION, type TableState } from './table-state';
import { openWorkDirectory } from './work-directory';

export interface LakeOptions {
  /** Reads checkpoints and writes data files. Give it a `tempDirectory` from `openWorkDirectory` of the same lake. */
  engine: DuckDb;
  /** Makes the lake when there is none. */
  create?: boolean;
  /** Told of what failed after a commit, such as a checkpoint: the rows are safe, the log grows until one succeeds. */
  onWarning?: (error: unknown) => void;
}

/** What becomes of a new table; an existing one keeps its own. Names are Delta's. */
const CONFIGURATION: Record<string, string> = {
  'delta.checkpointInterval': '100',
  'delta.logRetentionDuration': 'interval 2 days',
  'delta.deletedFileRetentionDuration': 'interval 7 days',
};

export interface AppendOptions {
  /**
   * How far the input of `appId` is taken in with these rows, in the same commit. When the table is already that far or
   * further, nothing is added.
   */
  txn?: { appId: string; version: number };
  signal?: AbortSignal;
}

export interface Appended {
  /** Version of the table that has the rows. */
  version: number;
  /** Rows and files added; 0 when `txn` says that they were there already. */
  rows: number;
  files: number;
}

const APPEND: Operation = {
  name: 'WRITE',
  parameters: { mode: 'Append', partitionBy: JSON.stringify([PARTITION_COLUMN.name]) },
  isBlindAppend: true,
};

/**
 * The lake in a folder: the Delta table of requests and Apitrail's state. Any number of processes may read it and append
 * to it at the same time.
 */
export class Lake {
  readonly table: string;
  private readonly log: DeltaLog;

  private constructor(
    readonly directory: string,
    private readonly options: LakeOptions
  ) {
    this.table = tableDirectory(directory);
    this.log = new DeltaLog(this.table, options.engine);
  }

  /**
   * Opens the lake in `directory`. Throws APITRAIL_NOT_FOUND when there is none and `create` is not set, and
   * APITRAIL_LAKE_UNSUPPORTED when the file system or the table's protocol lacks what is needed.
   */
  static async open(directory: string, options: LakeOptions): Promise<Lake> {
    const lake = new Lake(resolve(directory), options);
    if (options.create) {
      await lake.create();
    } else if (!(await lake.log.read())) {
      throw new ApitrailError(
        'APITRAIL_NOT_FOUND',
        `There is no lake in ${lake.directory}: it has no table ${lake.table}. Import something into it, or name another folder.`,
        { where: lake.directory }
      );
    }
    return lake;
  }

  /** The newest state of the table. */
  async snapshot(): Promise<TableState> {
    const state = await this.log.read();
    if (!state) {
      throw new ApitrailError('APITRAIL_LAKE_UNREADABLE', `The table ${this.table} was removed while it was in use.`, {
        where: this.table,
      });
    }
    return state;
  }

  /** How far the input of an application is in the table; undefined when nothing of it is. */
  async transactionVersion(appId: string): Promise<number | undefined> {
    return (await this.snapshot()).transactions.get(appId)?.version;
  }

  /**
   * Adds the rows in files of JSON lines: keys are columns of the record, what is null is left out, `time` and
   * `ingested_at` are integer microseconds since the epoch, `attributes` is an object; other keys are ignored. Files may
   * be compressed (`.gz`, `.zst`). All rows are added, on the disk, or none. Throws when a value is not of its
   * column's type.
   */
  async append(staged: { ndjson: readonly string[] }, options: AppendOptions = {}): Promise<Appended> {
    const before = await this.snapshot();
    assertWritable(this.table, before);
    if (isTakenIn(before, options)) {
      return { version: before.version, rows: 0, files: 0 };
    }
    const written = await this.write(staged.ndjson, options.signal);
    if (written.length === 0 && !options.txn) {
      return { version: before.version, rows: 0, files: 0 };
    }
    const version = await this.commit(written, options).catch(async (error: unknown) => {
      await this.removeUnlessCommitted(written);
      throw error;
    });
    if (version === undefined) {
      await removeDataFiles(this.table, written);
      return { version: (await this.snapshot()).version, rows: 0, files: 0 };
    }
    await this.maintain(version);
    return { version, rows: written.reduce((sum, { rows }) => sum + rows, 0), files: written.length };
  }

  /** Writes a checkpoint of the newest version and removes log entries past their retention. Gives its version. */
  async checkpoint(): Promise<number> {
    const state = await this.snapshot();
    if ((await lastCheckpoint(this.log.directory)) !== state.version) {
      const work = await openWorkDirectory(this.directory);
      try {
        await writeCheckpoint(this.options.engine, this.log.directory, state, work.path);
      } finally {
        await work.close();
      }
    }
    const retention = intervalMs(state.metadata.configuration['delta.logRetentionDuration']);
    if (retention !== undefined) {
      await cleanUpLog(this.log.directory, retention);
    }
    return state.version;
  }

  private async create(): Promise<void> {
    await makeDirectory(logDirectory(this.table));
    await makeDirectory(stateDirectory(this.directory));
    // Rows that are not protected yet may be spilled there.
    await chmod(stateDirectory(this.directory), 0o700);
    await probeFileSystem(this.log.directory);
    if (await this.log.read()) {
      return;
    }
    const metaData: MetadataAction = {
      id: randomUUID(),
      name: 'requests',
      format: { provider: 'parquet', options: {} },
      schemaString: schemaString(TABLE_FIELDS),
      partitionColumns: [PARTITION_COLUMN.name],
      configuration: CONFIGURATION,
      createdTime: Date.now(),
    };
    const actions = [
      { protocol: { minReaderVersion: READER_VERSION, minWriterVersion: WRITER_VERSION } },
      { metaData },
    ];
    // Whoever was first has made the same table.
    await commitEntry(this.log.directory, 0, { name: 'CREATE TABLE', parameters: {}, isBlindAppend: true }, actions);
  }

  private async write(paths: readonly string[], signal: AbortSignal | undefined): Promise<WrittenFile[]> {
    if (paths.length === 0) {
      return [];
    }
    return this.options.engine.session(async (run) => {
      const days = await stageRows(run, paths, signal);
      const written = await writeDataFiles(run, this.table, days, signal);
      const rows = written.reduce((sum, file) => sum + file.rows, 0);
      const staged = await countStaged(run);
      if (rows !== staged) {
        await removeDataFiles(this.table, written);
        throw new ApitrailError('APITRAIL_INTERNAL', `Of ${staged} rows ${rows} were written; none was added.`);
      }
      return written;
    });
  }

  /** Commits files as the next version, whichever that becomes; undefined when the rows turn out to be there already. */
  private async commit(written: readonly WrittenFile[], options: AppendOptions): Promise<number | undefined> {
    for (let attempt = 0; ; attempt++) {
      // Everything is planned anew from the state the winner left: appends conflict with nothing else.
      const state = await this.snapshot();
      assertWritable(this.table, state);
      if (isTakenIn(state, options)) {
        return undefined;
      }
      const version = state.version + 1;
      if (await commitEntry(this.log.directory, version, APPEND, this.appendActions(state, written, options))) {
        return version;
      }
      await pauseBeforeRetry(attempt);
    }
  }

  private appendActions(state: TableState, written: readonly WrittenFile[], { txn }: AppendOptions): Action[] {
    const { extended, conflicts } = planSchema(state.fields);
    if (conflicts.length > 0) {
      throw new ApitrailError(
        'APITRAIL_LAKE_UNSUPPORTED',
        `The table ${this.table} has columns of another type than the record: ${conflicts.join(', ')}. Import into another lake.`,
        { where: this.table }
      );
    }
    return [
      ...(extended ? [{ metaData: { ...state.metadata, schemaString: schemaString(extended) } }] : []),
      ...(txn ? [{ txn: { ...txn, lastUpdated: Date.now() } }] : []),
      ...written.map(({ add }) => ({ add })),
    ];
  }

  /** After a failed commit its outcome may be unknown: files are removed only when the log says they are not in it. */
  private async removeUnlessCommitted(written: readonly WrittenFile[]): Promise<void> {
    const state = await this.snapshot().catch(() => undefined);
    if (state && !written.some(({ add }) => state.files.has(add.path))) {
      await removeDataFiles(this.table, written);
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
