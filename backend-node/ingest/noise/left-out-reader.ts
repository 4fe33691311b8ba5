import { ApitrailError, type Filter } from '@apitrail/contract';

import { duckDbDialect } from '../../engine/dialect';
import type { Engine } from '../../engine/engine';
import { param, sql } from '../../engine/sql';
import { DeltaTable } from '../../lake/delta-table';
import type { DuckDb } from '../../engine/duckdb';
import { dataFilePath } from '../../lake/layout';
import { parquetRelation } from '../../lake/parquet-relation';
import { conditionOf } from '../../queries/shared/filters';
import type { NoiseAction } from './config';
import { LEFT_OUT_TABLE } from './left-out-table';

/** How much a rule left out of a range. */
export interface LeftOutTotal {
  rule: string;
  action: NoiseAction;
  requests: number;
}

/** Keys that are known of what was left out. */
const KNOWN = new Set(['service', 'environment']);

/** Reads what rules left out of a lake. Reading never makes the table; it is there from the first request left out on. */
export class LeftOutReader {
  private table: DeltaTable | undefined;

  constructor(
    private readonly lake: string,
    private readonly engine: DuckDb
  ) {}

  /**
   * What was left out of a range in epoch milliseconds, by rule, most first. Of the filters those on service and
   * environment count: of other keys nothing is known of what was left out.
   */
  async totals(range: { from: number; to: number }, filters: readonly Filter[] = []): Promise<LeftOutTotal[]> {
    this.table ??= await this.open();
    const { table } = this;
    if (!table) {
      return [];
    }
    const live = [...(await table.snapshot()).files.values()].filter(
      ({ oldest, newest }) => (oldest ?? -Infinity) < range.to && (newest ?? Infinity) >= range.from
    );
    if (live.length === 0) {
      return [];
    }
    const rows = parquetRelation(
      live.map(({ add }) => dataFilePath(table.path, add.path)),
      live.reduce((sum, file) => sum + (file.rows ?? 0), 0) || undefined,
      LEFT_OUT_TABLE
    );
    const known = filters.filter((filter) => 'key' in filter && KNOWN.has(filter.key));
    return this.read(
      this.engine,
      sql`SELECT rule, action, sum(requests) AS total FROM ${rows} AS left_out
WHERE time >= ${param('timestamptz_us', range.from * 1000)} AND time < ${param('timestamptz_us', range.to * 1000)}
  AND ${conditionOf(known, { dialect: duckDbDialect })}
GROUP BY rule, action ORDER BY total DESC, rule`
    );
  }

  private async read(engine: Engine, statement: ReturnType<typeof sql>): Promise<LeftOutTotal[]> {
    const { values, rowCount } = await engine.run(statement);
    return Array.from({ length: rowCount }, (_, row) => ({
      rule: String(values[0]![row]),
      action: String(values[1]![row]) as NoiseAction,
      requests: Number(values[2]![row]),
    }));
  }

  private async open(): Promise<DeltaTable | undefined> {
    return DeltaTable.open(LEFT_OUT_TABLE, this.lake, { engine: this.engine }).catch((error: unknown) => {
      if (error instanceof ApitrailError && error.code === 'APITRAIL_NOT_FOUND') {
        return undefined;
      }
      throw error;
    });
  }
}
