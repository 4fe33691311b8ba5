import type { DataFrameJSON } from './frames';

/** Body of `POST /api/ds/query`. Times are epoch milliseconds; `from <= time < to`. */
export interface QueryRequest {
  from: number | string;
  to: number | string;
  queries: unknown[];
}

/** Who is to blame for an error, in Grafana's words: `plugin` for Apitrail, `downstream` for the query or the data. */
export type ErrorSource = 'plugin' | 'downstream';

/** Answer to one query. */
export interface QueryResult {
  status: number;
  frames?: DataFrameJSON[];
  error?: string;
  errorSource?: ErrorSource;
}

/** Answer of `POST /api/ds/query`: one entry for every refId of the request. */
export interface QueryResponse {
  results: Record<string, QueryResult>;
}

/**
 * A message of `GET /api/live`: a line of NDJSON, or an event of that name with Server-Sent Events. After `end` there is
 * nothing more; a stream that breaks off without it can be opened again.
 */
export type LiveMessage =
  | { type: 'frames'; frames: DataFrameJSON[] }
  /** Nothing else was sent for a while. `time` is that of the companion, epoch milliseconds. */
  | { type: 'heartbeat'; time: number }
  | { type: 'end'; code: string; message: string };

/** Something that is wrong and how to mend it. */
export interface HealthProblem {
  code: string;
  message: string;
}

/** Answer of `GET /api/health`. It is 200 on an empty lake; `status` is `degraded` when `problems` is not empty. */
export interface Health {
  status: 'ok' | 'degraded';
  /** Version of the companion. */
  version: string;
  engine: { name: string; version: string };
  datasets: HealthDataset[];
  problems: HealthProblem[];
}

export interface HealthDataset {
  name: string;
  /** Rows, exact, from the log of the lake; null where it is not known without reading the files. */
  rows: number | null;
  files: number;
  /** Oldest and newest row, epoch milliseconds; null when there are none. */
  oldest: number | null;
  newest: number | null;
}

/** Answer of a refused HTTP request. */
export interface ErrorBody {
  error: { code: string; message: string; where?: string };
}

/** Answer of `GET /api/resources/keys?dataset=…`, an array of these: the keys filters and, but for cohorts, group-bys may use. */
export interface KeyInfo {
  key: string;
  type: 'string' | 'number' | 'time';
  description: string;
  /** `Cohorts` can only be filtered by, with = != =| !=|. */
  group: 'Record' | 'Attributes' | 'Cohorts';
}

/** Body of `POST /api/resources/values`: values of a key for ad hoc filters. */
export interface ValuesRequest {
  from: number;
  to: number;
  key: string;
  dataset?: string;
  search?: string;
  filters?: unknown[];
  limit?: number;
}

/**
 * Answer of `POST /api/resources/values`, an array of these: most frequent first, values as text. Of the key `cohort` by name,
 * with `requests` 0: they are not counted.
 */
export interface ValueInfo {
  value: string;
  requests: number;
}

/** Answer of `GET /api/resources/datasets`, an array of these. */
export interface DatasetInfo {
  name: string;
  description?: string;
}

/** Answer of `GET /api/resources/sql-schema?dataset=…`: what SQL of one's own may name. */
export interface SqlSchema {
  tables: SqlTable[];
  functions: Array<{ name: string; description: string }>;
  /** `example` is how the macro is written, with its arguments. */
  macros: Array<{ name: string; description: string; example: string }>;
}

export interface SqlTable {
  name: string;
  description: string;
  /** Types are the engine's: `VARCHAR`, `TIMESTAMP WITH TIME ZONE`. */
  columns: Array<{ name: string; type: string; description: string }>;
}
