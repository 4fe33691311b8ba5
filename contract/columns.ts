/** Delta Lake types that every reader of the lake agrees on. */
export type ColumnType = 'string' | 'integer' | 'long' | 'double' | 'timestamp' | 'date' | 'map<string,string>';

/**
 * Columns of the record and their types, in the order of the columns in the lake. What they mean is in `record.ts`, which
 * a browser loads only to edit queries.
 */
export const COLUMN_TYPES = {
  time: 'timestamp',
  duration_ms: 'double',
  service: 'string',
  service_version: 'string',
  environment: 'string',
  instance: 'string',
  region: 'string',
  direction: 'string',
  method: 'string',
  route: 'string',
  path: 'string',
  query: 'string',
  scheme: 'string',
  protocol: 'string',
  host: 'string',
  status: 'integer',
  request_bytes: 'long',
  response_bytes: 'long',
  upstream_duration_ms: 'double',
  upstream_status: 'integer',
  upstream_host: 'string',
  error_type: 'string',
  error_message: 'string',
  error_group: 'string',
  error_owner: 'string',
  customer: 'string',
  account: 'string',
  session: 'string',
  client_ip: 'string',
  user_agent: 'string',
  auth_scheme: 'string',
  auth_result: 'string',
  tls_version: 'string',
  tls_cipher: 'string',
  action: 'string',
  object_type: 'string',
  object_id: 'string',
  trace_id: 'string',
  span_id: 'string',
  request_id: 'string',
  weight: 'double',
  source: 'string',
  route_source: 'string',
  session_source: 'string',
  ingested_at: 'timestamp',
  attributes: 'map<string,string>',
} as const satisfies Readonly<Record<string, ColumnType>>;

/** Name of a column of the record. */
export type ColumnName = keyof typeof COLUMN_TYPES;

/** Partition column of the lake: the UTC date of `time`. */
export const PARTITION_NAME = 'date';
