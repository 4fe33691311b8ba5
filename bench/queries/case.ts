import type { DataFrameJSON } from '@apitrail/contract';

import type { Value } from '../harness/same-answer';
import { END, START } from '../lake/requests-sql';

/** What hand-written SQL is given. */
export interface RawContext {
  /** `read_parquet([…])` over the files of the lake that the range touches, newest first. */
  requests: string;
  /** The condition that rows lie in the range. */
  inRange: string;
  /** Time of the newest row, microseconds. */
  newestUs: number;
  /** Rows of the lake. */
  rows: number;
}

/** A question, the SQL that answers it as fast as we know how, and how to tell that both answers are the same. */
export interface QueryCase {
  /** Unique; begins with the query type. */
  name: string;
  /** The query without `refId`; its `queryType` is the suite's name for it. */
  query: { queryType: string } & Record<string, unknown>;
  /** Epoch milliseconds; all of the traffic by default. */
  range?: { from: number; to: number };
  /** What is read beyond the range, as `timeShift` does; the range by default. */
  reads?: { from: number; to: number };
  /** One statement. It may know the data: what the companion has to find out is part of what it costs. */
  raw(context: RawContext): string;
  /** The companion's answer as the rows that `raw` gives. */
  answer(frames: readonly DataFrameJSON[]): Value[][];
  /** The work is done in a process of its own, whose CPU time is not known. */
  ownProcess?: boolean;
  /** How many leading values of a row tell it apart; 0 when the order of rows is part of the answer. */
  keys: number;
}

/** All of the traffic. */
export const EVERYTHING = { from: START, to: END };

/** The second of the two weeks: what `timeShift` compares with the first. */
export const LAST_WEEK = { from: END - 7 * 86_400_000, to: END };

/** Columns of a frame as rows. */
export function rowsOf(frame: DataFrameJSON | undefined, names: readonly string[]): Value[][] {
  const columns = names.map((name) => {
    const index = frame?.schema.fields.findIndex((field) => field.name === name) ?? -1;
    if (index < 0) {
      throw new Error(`The answer has no field ${name}.`);
    }
    return frame!.data.values[index]! as Value[];
  });
  return columns[0]!.map((_, row) => columns.map((column) => column[row] ?? null));
}

/** A condition on times in microseconds since the epoch. */
export function between(fromUs: number, toUs: number): string {
  return `time >= make_timestamptz(${fromUs}) AND time < make_timestamptz(${toUs})`;
}

/** Requests that failed. */
export const ERROR = '(status >= 400 OR (status IS NULL AND error_type IS NOT NULL))';

/** Microseconds of an hour. */
export const HOUR_US = 3_600_000_000;
