import { ApitrailError, type Filter } from '@apitrail/contract';

import { duckDbDialect } from '../../engine/dialect';
import type { Engine } from '../../engine/engine';
import { param, sql, type Sql } from '../../engine/sql';
import { DeltaTable } from '../../lake/delta-table';
import type { DuckDb } from '../../engine/duckdb';
import { dataFilePath, INGEST_APP_ID } from '../../lake/layout';
import { parquetRelation } from '../../lake/parquet-relation';
import type { TableState } from '../../lake/table-state';
import { conditionOf } from '../../queries/shared/filters';
import { RequestRecord } from '../normalise';
import type { NoiseAction } from './config';
import { predicateOf } from './filter-predicate';
import { onKnownKeys } from './known-filters';
import { LEFT_OUT_TABLE } from './left-out-table';
import type { LeftOutCount } from './noise-policy';
import { readUncommittedCounts, type UncommittedCounts } from './uncommitted-counts';

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
   * What was left out of a range in epoch milliseconds, by rule, most first, whether it is in a commit yet or not. Of the
   * filters those on service and environment count: of other keys nothing is known of what was left out.
   */
  async totals(range: { from: number; to: number }, filters: readonly Filter[] = []): Promise<LeftOutTotal[]> {
    const known = filters.flatMap((filter) => onKnownKeys(filter, KNOWN) ?? []);
    // The order matters: what is committed between the two is in both, and counted once.
    const uncommitted = await readUncommittedCounts(this.lake);
    this.table ??= await this.open();
    const state = await this.table?.snapshot();
    const committed = this.table && state ? await this.committed(this.table, state, range, known) : [];
    const counted = state?.transactions.get(INGEST_APP_ID)?.version ?? 0;
    return added(committed, totalsOf(uncommitted, counted, range, known));
  }

  /** The table for SQL of a person, with what is in a commit; without rows where nothing was left out. */
  async sqlTable(): Promise<{ name: string; rows: Sql; paths: readonly string[] }> {
    this.table ??= await this.open();
    const { table } = this;
    const files = table ? [...(await table.snapshot()).files.values()] : [];
    const paths = files.map(({ add }) => dataFilePath(table!.path, add.path));
    const about = files.reduce((sum, { rows }) => sum + (rows ?? 0), 0) || undefined;
    const { name } = LEFT_OUT_TABLE;
    return { name, rows: sql`SELECT * FROM ${parquetRelation(paths, about, LEFT_OUT_TABLE)} AS left_out`, paths };
  }

  private async committed(
    table: DeltaTable,
    state: TableState,
    range: { from: number; to: number },
    known: readonly Filter[]
  ): Promise<LeftOutTotal[]> {
    const live = [...state.files.values()].filter(
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
    return this.read(
      this.engine,
      sql`SELECT rule, action, sum(requests) AS total FROM ${rows} AS left_out
WHERE time >= ${param('timestamptz_us', range.from * 1000)} AND time < ${param('timestamptz_us', range.to * 1000)}
  AND ${conditionOf([...known], { dialect: duckDbDialect })}
GROUP BY rule, action`
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

/** Of counts that are in no commit those of a range that filters let through. `counted` is the last batch that is in one. */
function totalsOf(
  uncommitted: readonly UncommittedCounts[],
  counted: number,
  { from, to }: { from: number; to: number },
  filters: readonly Filter[]
): LeftOutCount[] {
  const holds = filters.map((filter) => predicateOf(filter));
  return uncommitted
    .filter(({ after }) => counted <= after)
    .flatMap(({ counts }) => counts)
    .filter((count) => count.time >= from * 1000 && count.time < to * 1000 && holds.every((is) => is(asRecord(count))));
}

function asRecord({ service, environment }: LeftOutCount): RequestRecord {
  return Object.assign(new RequestRecord(), { service, environment });
}

function added(...parts: Array<readonly LeftOutTotal[]>): LeftOutTotal[] {
  const totals = new Map<string, LeftOutTotal>();
  for (const { rule, action, requests } of parts.flat()) {
    const key = `${rule}\0${action}`;
    totals.set(key, { rule, action, requests: (totals.get(key)?.requests ?? 0) + requests });
  }
  return [...totals.values()].sort((a, b) => b.requests - a.requests || (a.rule < b.rule ? -1 : 1));
}
