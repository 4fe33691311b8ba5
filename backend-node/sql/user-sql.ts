import type { Sql } from '../engine/sql';
import type { MacroOptions } from './macros';

/** A table that SQL of a person may read. */
export interface UserTable {
  name: string;
  /** Its rows: a SELECT over files of snapshots and nothing else. */
  rows: Sql;
  /** Absolute paths of those files. */
  paths: readonly string[];
}

/** SQL that a person wrote, and what it may read. */
export interface UserSql {
  /** As it was written, macros and all. */
  text: string;
  macros: MacroOptions;
  tables: readonly UserTable[];
  /** Rows of the answer; what is beyond is cut off. */
  limit: number;
}

/**
 * How values of a column are given: `time` as epoch milliseconds with a fraction, `date` as `YYYY-MM-DD`, `json` as what
 * JSON holds.
 */
export type UserColumnKind = 'time' | 'date' | 'number' | 'string' | 'boolean' | 'json';

/**
 * How values of a column were changed on their way: `digits` of numbers that no double holds were rounded, a `time` that
 * Grafana cannot hold became null.
 */
export type ValueLoss = 'digits' | 'time';

export interface UserColumn {
  name: string;
  /** The engine's name of the type. */
  type: string;
  kind: UserColumnKind;
}

export interface UserSqlResult {
  columns: UserColumn[];
  /** One array per column. */
  values: unknown[][];
  rowCount: number;
  /** Names of the columns that lost something, by what. */
  losses: Readonly<Record<ValueLoss, readonly string[]>>;
  /** Rows the answer was cut off after; undefined when it is whole. */
  cutAt: number | undefined;
  /** What was run: the checked statement, macros put in place. */
  executed: string;
}

/** Runs SQL that a person wrote. Throws an ApitrailError: why it may not, what is wrong with it, what limit it met. */
export type UserSqlRunner = (query: UserSql, signal?: AbortSignal) => Promise<UserSqlResult>;
