import { ApitrailError } from '@apitrail/contract';

import type { Sql } from '../engine/sql';

/** Half-open range in epoch milliseconds: `from <= time < to`. Absent ends are open. */
export interface TimeRange {
  from?: number;
  to?: number;
}

/** Part of a snapshot, ready to be queried. */
export interface Relation {
  /**
   * A parenthesised SQL relation with every column of the record under its own name and type (times TIMESTAMPTZ, maps
   * MAP(VARCHAR, VARCHAR)), over only those files whose partition and stats overlap the range. Rows outside the range are
   * still in it: the query filters on `time`.
   */
  sql: Sql;
  files: number;
  /** Absolute paths of those files. */
  paths: readonly string[];
  /** Size of those files: what a scan reads at most. */
  bytes: number;
  rows: number | null;
  /** Whether statistics say that no row of the files has a weight other than 1. */
  unweighted?: boolean;
}

/** A dataset as it was at one moment. Everything a request reads, it reads from one snapshot. */
export interface Snapshot {
  /** Version of the Delta log; undefined for external datasets. */
  version: number | undefined;
  rows: number | null;
  files: number;
  /** Oldest and newest row, epoch milliseconds; null when there are none or it is not known. */
  oldest: number | null;
  newest: number | null;
  /** What should be in it and is not, for whoever asks; undefined when nothing is known to be missing. */
  missing?: string;
  relation(range: TimeRange): Relation;
  /** How many rows of a range have no value in a column, as far as statistics say; absent where there are none. */
  countedNulls?(column: string, range: TimeRange): CountedNulls;
}

/** What the statistics of files say of a column in a range, and the files that they leave to be looked at. */
export interface CountedNulls {
  /** Rows, and those of them without a value, of the files whose statistics say it and that lie wholly in the range. */
  rows: number;
  nulls: number;
  /** The other files that overlap the range; undefined when there are none. */
  rest: Relation | undefined;
}

/** A table of requests that can be queried: the lake, or an external folder of Parquet. */
export interface Dataset {
  readonly name: string;
  readonly description?: string;
  snapshot(): Promise<Snapshot>;
}

/** The dataset of a name. Throws APITRAIL_UNKNOWN_DATASET, which names those there are. */
export function datasetNamed(name: string, datasets: ReadonlyMap<string, Dataset>): Dataset {
  const dataset = datasets.get(name);
  if (!dataset) {
    throw new ApitrailError(
      'APITRAIL_UNKNOWN_DATASET',
      `There is no dataset ${JSON.stringify(name)}. Use one of: ${[...datasets.keys()].join(', ')}.`,
      { where: 'dataset' }
    );
  }
  return dataset;
}
