import { readFile, readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';

import { ApitrailError } from '@apitrail/contract';

import { isRetryable, MissingFileError } from '../engine/duckdb-errors';
import type { Engine } from '../engine/engine';
import { parseActions, type Action } from './actions';
import { readCheckpoint } from './checkpoint';
import { hasCode } from './durable';
import { entryName, logDirectory, parseLogName } from './layout';
import { TableStateBuilder, type TableState } from './table-state';

/** Reads the transaction log of a table, and after the first time only what has been added to it. */
export class DeltaLog {
  readonly directory: string;
  private state: TableState | undefined;
  /** Modification time of the log's folder when it was last listed, nanoseconds. */
  private listedAt: bigint | undefined;
  private running: Promise<TableState | undefined> | undefined;

  constructor(
    readonly table: string,
    private readonly engine: Engine
  ) {
    this.directory = logDirectory(table);
  }

  /**
   * The newest state of the table; undefined when there is no table yet. A state given is at least as new as anything
   * committed before the call. Throws APITRAIL_LAKE_UNREADABLE when the log is torn or has a gap.
   */
  async read(): Promise<TableState | undefined> {
    // What runs may have looked before the caller's moment, so the caller's look comes after it.
    await this.running?.catch(() => undefined);
    this.running ??= this.advance().finally(() => (this.running = undefined));
    return this.running;
  }

  private async advance(): Promise<TableState | undefined> {
    const before = this.state;
    if (before) {
      this.state = await this.follow(before);
    }
    if (this.state === before && (await this.folderChanged())) {
      // Nothing new under the next name: it may have been cleaned away, or there may be a gap.
      this.state = await this.loadUndisturbed();
    }
    return this.state;
  }

  /** Entries that come right after a state. */
  private async follow(state: TableState): Promise<TableState> {
    let builder: TableStateBuilder | undefined;
    let version = state.version;
    for (;;) {
      const actions = await this.readEntry(version + 1);
      if (!actions) {
        return builder ? builder.build(version) : state;
      }
      builder ??= new TableStateBuilder(this.table, state);
      builder.apply(actions);
      version++;
    }
  }

  private async folderChanged(): Promise<boolean> {
    const changedAt = await stat(this.directory, { bigint: true }).then(
      ({ mtimeNs }) => mtimeNs,
      (error: unknown) => {
        if (hasCode(error, 'ENOENT')) {
          return undefined;
        }
        throw error;
      }
    );
    const changed = this.state === undefined || changedAt === undefined || changedAt !== this.listedAt;
    this.listedAt = changedAt;
    return changed;
  }

  /** Loads the log; once more when another process cleaned it up meanwhile. */
  private async loadUndisturbed(): Promise<TableState | undefined> {
    try {
      return await this.load().catch((error: unknown) => {
        if (isRetryable(error)) {
          return this.load();
        }
        throw error;
      });
    } catch (error) {
      this.listedAt = undefined;
      throw error;
    }
  }

  private async load(): Promise<TableState | undefined> {
    const { entries, checkpoints } = await listLog(this.directory);
    const newest = Math.max(-1, ...entries.slice(-1), ...checkpoints.slice(-1));
    if (newest < 0) {
      return undefined;
    }
    if (this.state?.version === newest) {
      return this.state;
    }
    const base = checkpoints.at(-1) ?? -1;
    this.assertNoGap(entries, base);
    const builder = new TableStateBuilder(this.table);
    if (base >= 0) {
      builder.apply(await readCheckpoint(this.engine, this.directory, base));
    }
    for (let version = base + 1; version <= newest; version++) {
      const actions = await this.readEntry(version);
      if (!actions) {
        throw new MissingFileError(`Entry ${entryName(version)} of ${this.directory} was removed while it was read.`);
      }
      builder.apply(actions);
    }
    return builder.build(newest);
  }

  private assertNoGap(entries: readonly number[], base: number): void {
    const after = entries.filter((version) => version > base);
    const missing = after.findIndex((version, index) => version !== base + 1 + index);
    if (missing >= 0) {
      throw this.unreadable(`entry ${entryName(base + 1 + missing)} is missing, though later ones are there`);
    }
  }

  private async readEntry(version: number): Promise<Action[] | undefined> {
    const name = entryName(version);
    try {
      return parseActions(await readFile(join(this.directory, name), 'utf8'));
    } catch (error) {
      if (hasCode(error, 'ENOENT')) {
        return undefined;
      }
      if (error instanceof SyntaxError) {
        throw this.unreadable(`entry ${name} is damaged: ${error.message}`, error);
      }
      throw error;
    }
  }

  private unreadable(why: string, cause?: unknown): ApitrailError {
    return new ApitrailError(
      'APITRAIL_LAKE_UNREADABLE',
      `The transaction log of ${this.table} cannot be read: ${why}. Apitrail never leaves an entry half, so another program or the disk did. Restore the folder _delta_log from a backup.`,
      { where: this.directory, cause }
    );
  }
}

/** Versions of the entries and checkpoints in a log's folder, ascending; none when there is no such folder. */
export async function listLog(directory: string): Promise<{ entries: number[]; checkpoints: number[] }> {
  const names = await readdir(directory).catch((error: unknown) => {
    if (hasCode(error, 'ENOENT')) {
      return [];
    }
    throw error;
  });
  const found = names.map(parseLogName).filter((name) => name !== undefined);
  const versionsOf = (kind: string) =>
    found
      .filter((name) => name.kind === kind)
      .map(({ version }) => version)
      .sort((a, b) => a - b);
  return { entries: versionsOf('entry'), checkpoints: versionsOf('checkpoint') };
}
