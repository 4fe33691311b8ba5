import type { Sql } from './sql';

/** A result, column by column. Numbers are JS numbers (counts are cast in SQL), times integer or fractional epoch milliseconds, maps plain objects, lists arrays. */
export interface ResultTable {
  columns: ReadonlyArray<{ name: string; type: string }>;
  /** One array per column, in the order of `columns`. */
  values: unknown[][];
  rowCount: number;
}

export interface RunOptions {
  /** Aborting interrupts the statement, again and again until it has ended. */
  signal?: AbortSignal;
}

/** A column of kept rows; whole numbers are up to 2^53. */
export interface KeptColumn {
  name: string;
  type: 'VARCHAR' | 'INTEGER' | 'BIGINT' | 'DOUBLE' | 'BIGINT[]';
}

/** Rows the engine keeps. */
export interface KeptRows {
  /** What stands for them in a statement after FROM. */
  relation: Sql;
  drop(): Promise<void>;
}

/** Something that runs SQL over the files of a snapshot: DuckDB here, Trino when one machine is not enough. */
export interface Engine {
  readonly name: string;
  readonly version: string;
  /** Runs one statement and gives all of its rows. Throws an ApitrailError. */
  run(statement: Sql, options?: RunOptions): Promise<ResultTable>;
  /** Runs one statement and gives its rows a part at a time, as they are made: not all are in memory at once. */
  stream(statement: Sql, options?: RunOptions): AsyncIterable<ResultTable>;
  /**
   * Keeps rows for statements to read until they are dropped; they are spilled where memory is short. A part is one array
   * per column. When a part cannot be had nothing is kept.
   */
  keep(columns: readonly KeptColumn[], parts: AsyncIterable<unknown[][]>): Promise<KeptRows>;
  /** Runs one statement and keeps its rows in the same way, without handing them out. */
  keepResult(statement: Sql, options?: RunOptions): Promise<KeptRows>;
  close(): Promise<void>;
}
