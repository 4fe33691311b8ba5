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

/** Something that runs SQL over the files of a snapshot: DuckDB here, Trino when one machine is not enough. */
export interface Engine {
  readonly name: string;
  readonly version: string;
  /** Runs one statement and gives all of its rows. Throws an ApitrailError. */
  run(statement: Sql, options?: RunOptions): Promise<ResultTable>;
  close(): Promise<void>;
}
