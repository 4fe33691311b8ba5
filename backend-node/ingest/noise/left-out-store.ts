import type { DuckDb } from '../../engine/duckdb';
import { DeltaTable } from '../../lake/delta-table';
import { LEFT_OUT_TABLE } from './left-out-table';
import { ApitrailError } from '@apitrail/contract';

import type { LeftOutCount } from './noise-policy';

/**
 * Writes down what was left out, once: under the version of the commit of requests it goes with, and before it. When the
 * process is killed between the two, the version says that it was counted.
 */
export class LeftOutStore {
  private constructor(
    private readonly lake: string,
    private readonly engine: DuckDb,
    private readonly appId: string,
    /** Last version that was counted; 0 when none was. */
    readonly counted: number,
    private table: DeltaTable | undefined
  ) {}

  /** Looks what was counted. Makes no table: the first count does. */
  static async open(lake: string, engine: DuckDb, appId: string): Promise<LeftOutStore> {
    const table = await DeltaTable.open(LEFT_OUT_TABLE, lake, { engine }).catch((error: unknown) => {
      if (error instanceof ApitrailError && error.code === 'APITRAIL_NOT_FOUND') {
        return undefined;
      }
      throw error;
    });
    return new LeftOutStore(lake, engine, appId, (await table?.transactionVersion(appId)) ?? 0, table);
  }

  /** Adds counts under a version, unless that was done. */
  async commit(counts: readonly LeftOutCount[], version: number): Promise<void> {
    if (counts.length === 0) {
      return;
    }
    this.table ??= await DeltaTable.open(LEFT_OUT_TABLE, this.lake, { engine: this.engine, create: true });
    const rows = counts.map((count) =>
      Object.fromEntries(Object.entries(count).filter(([, value]) => value !== undefined))
    );
    await this.table.append({ rows }, { txn: { appId: this.appId, version } });
  }
}
