import { ApitrailError } from '@apitrail/contract';

import type { Action } from './actions';
import { commitEntry, pauseBeforeRetry, type Operation } from './commit';
import { removeDataFiles, type WrittenFile } from './data-files';
import { syncDirectory } from './durable';
import { logDirectory } from './layout';
import type { DeltaLog } from './log';
import { planSchema, schemaString } from './schema';
import type { TableDefinition } from './table-definition';
import { assertWritable, type TableState } from './table-state';

/**
 * What is to be committed, from the newest state of the table; undefined when nothing is left to be done. Asked again each
 * time another writer was first.
 */
export type CommitPlan = (state: TableState) => Action[] | undefined;

/** Commits to a table while others do (optimistic concurrency): each takes the next version, and who comes second plans anew. */
export class TableCommits {
  constructor(
    private readonly definition: TableDefinition,
    /** Absolute path of the table. */
    private readonly path: string,
    private readonly log: DeltaLog
  ) {}

  /** The newest state of the table. Throws APITRAIL_LAKE_UNREADABLE when there is none any more. */
  async snapshot(): Promise<TableState> {
    const state = await this.log.read();
    if (!state) {
      throw new ApitrailError('APITRAIL_LAKE_UNREADABLE', `The table ${this.path} was removed while it was in use.`, {
        where: this.path,
      });
    }
    return state;
  }

  /** Commits actions, and deletes the new files they name when they did not get in. */
  async commitFiles(
    written: readonly WrittenFile[],
    operation: Operation,
    plan: CommitPlan
  ): Promise<number | undefined> {
    const version = await this.commit(operation, plan).catch(async (error: unknown) => {
      await this.removeUnlessCommitted(written);
      throw error;
    });
    if (version === undefined) {
      await removeDataFiles(this.path, written);
    }
    return version;
  }

  /** Commits what is planned as the next version, whichever that becomes; undefined when nothing is left to be done. */
  async commit(operation: Operation, plan: CommitPlan): Promise<number | undefined> {
    for (let attempt = 0; ; attempt++) {
      // Everything is planned anew from the state the winner left.
      const state = await this.snapshot();
      assertWritable(this.path, state);
      const actions = plan(state);
      if (!actions) {
        return undefined;
      }
      const version = state.version + 1;
      if (await commitEntry(this.log.directory, version, operation, [...this.schemaActions(state), ...actions])) {
        return version;
      }
      await pauseBeforeRetry(attempt);
    }
  }

  /**
   * Flushes the names of the log's entries: one that can be seen need not be on the disk, when its writer was killed or the
   * flush failed right after it got its name.
   */
  flushNames(): Promise<void> {
    return syncDirectory(logDirectory(this.path));
  }

  private schemaActions(state: TableState): Action[] {
    const { extended, conflicts } = planSchema(this.definition, state.fields);
    if (conflicts.length > 0) {
      throw new ApitrailError(
        'APITRAIL_LAKE_UNSUPPORTED',
        `The table ${this.path} has columns of another type than the record: ${conflicts.join(', ')}. Import into another lake.`,
        { where: this.path }
      );
    }
    return extended ? [{ metaData: { ...state.metadata, schemaString: schemaString(extended) } }] : [];
  }

  /** After a failed commit its outcome may be unknown: files are removed only when the log says they are not in it. */
  private async removeUnlessCommitted(written: readonly WrittenFile[]): Promise<void> {
    const state = await this.snapshot().catch(() => undefined);
    if (state && !written.some(({ add }) => state.files.has(add.path))) {
      await removeDataFiles(this.path, written);
    }
  }
}
