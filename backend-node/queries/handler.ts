import type { Cohort, Filter, Frame, Notice, QueryOf, QueryType } from '@apitrail/contract';

import type { Dialect } from '../engine/dialect';
import type { KeptColumn, ResultTable } from '../engine/engine';
import type { Sql } from '../engine/sql';
import type { Snapshot, TimeRange } from '../lake/dataset';
import type { UserSqlRunner } from '../sql/user-sql';
import type { Aggregator } from './shared/groups';
import type { Range } from './shared/interval';
import type { RowSource } from './shared/select';
import type { TimeShift } from './shared/time-shift';

/** What a query type answers with. Statistics, notices and the common part of the marker are added by the runner. */
export interface Answer {
  frames: Frame[];
  /** Frames of the earlier time itself, with `timeShift`; the runner marks them, names them and draws them as ghosts. */
  earlierFrames?: Frame[];
  /** What the marker of the type holds beyond what every marker does. */
  marker?: Record<string, unknown>;
}

/** What a query type works with: one pinned snapshot, the engine, and the rules every type shares. */
export interface HandlerContext {
  range: Range;
  /** Epoch milliseconds. */
  now: number;
  /**
   * With `timeShift`, the same question that much earlier: its range and present are moved back, it reads the same snapshot,
   * and nothing after its present.
   */
  earlier: HandlerContext | undefined;
  /** How far an earlier context lies back; undefined in the query's own. */
  shift: TimeShift | undefined;
  /** Microseconds since the epoch that say which bucket of the query's range a row is in: of an earlier row, moved there. */
  bucketUs: Sql;
  snapshot: Snapshot;
  dialect: Dialect;
  /** Whether the answer goes to an alert rule, which must not see an unfinished bucket. */
  forAlerting: boolean;
  /** Runs a statement; its text and figures go into the meta of the answer. */
  run(statement: Sql): Promise<ResultTable>;
  /** Runs a statement and gives its rows a part at a time. */
  stream(statement: Sql): AsyncIterable<ResultTable>;
  /** Keeps rows for statements of this query, which find them in the relation; a part is one array per column. */
  keep(columns: readonly KeptColumn[], parts: AsyncIterable<unknown[][]>): Promise<Sql>;
  /** Runs a statement and keeps its rows in the same way. */
  keepResult(statement: Sql): Promise<Sql>;
  /** Rows of a range (by default the query's) that meet all filters. */
  rows(filters: readonly Filter[], range?: TimeRange): RowSource;
  /**
   * Rows of the query's range, and those without a value in a column, as far as statistics say it without a look at
   * them; `rest` are the rows that they leave, undefined when there are none.
   */
  countedNulls(column: string): { rows: number; nulls: number; rest: RowSource | undefined };
  /** Filters as a condition on rows. `where` names them in errors. */
  condition(filters: readonly Filter[], where?: string): Sql;
  /** Whether rows of the range carry weights other than 1. */
  isWeighted(range?: TimeRange): Promise<boolean>;
  /** What aggregates rows of the query's range. */
  aggregator(): Promise<Aggregator>;
  /** Runs SQL that a person wrote, in a process of its own; the statement that ran goes into the meta of the answer. */
  runUserSql: UserSqlRunner;
  /**
   * The annotations that were posted and are still there, as a parenthesised relation with the columns of their table;
   * undefined when there is no such table yet.
   */
  postedAnnotations(): Promise<Sql | undefined>;
  /** The saved cohorts. */
  savedCohorts(): Promise<readonly Cohort[]>;
  /** What else a value may be stored as. */
  pseudonyms(key: string, value: string): string[];
  notice(severity: Notice['severity'], text: string): void;
}

/** A query type: what answers it. Adding one is a folder like its neighbours and a line in `index.ts`. */
export interface QueryHandler<T extends QueryType> {
  run(query: QueryOf<T>, context: HandlerContext): Promise<Answer>;
}
