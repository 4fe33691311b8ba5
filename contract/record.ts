import { type ColumnName, COLUMN_TYPES, type ColumnType, PARTITION_NAME } from './columns';

export interface RecordColumn {
  name: string;
  type: ColumnType;
  /** The OpenTelemetry attribute the column comes from; absent where Apitrail derives it. */
  attribute?: string;
  description: string;
  /** Grafana unit id for numbers. */
  unit?: string;
}

/** What a column means. Names are OpenTelemetry attribute names with `_` for `.`, shortened only where `attribute` says so. */
const MEANINGS: Readonly<Record<ColumnName, Omit<RecordColumn, 'name' | 'type'>>> = {
  time: { description: 'Start of the request, UTC, microseconds. Always set.' },
  duration_ms: { description: 'How long the request took.', attribute: 'http.server.request.duration', unit: 'ms' },
  service: { description: 'Name of the service that served the request.', attribute: 'service.name' },
  service_version: { description: 'Version of the service.', attribute: 'service.version' },
  environment: { description: 'Deployment environment, such as production.', attribute: 'deployment.environment.name' },
  instance: { description: 'Instance of the service that served the request.', attribute: 'service.instance.id' },
  region: { description: 'Region the instance runs in.', attribute: 'cloud.region' },
  direction: { description: '`server` for a request we served, `client` for a call we made.' },
  method: { description: 'HTTP method.', attribute: 'http.request.method' },
  route: { description: 'Route template, such as /users/{id}.', attribute: 'http.route' },
  path: { description: 'Path of the request, without the query string.', attribute: 'url.path' },
  query: { description: 'Query string; dropped unless the privacy policy keeps it.', attribute: 'url.query' },
  scheme: { description: 'http or https.', attribute: 'url.scheme' },
  protocol: { description: 'HTTP version, such as 1.1.', attribute: 'network.protocol.version' },
  host: { description: 'Host the request was for.', attribute: 'server.address' },
  status: { description: 'HTTP status code; null when there was no response.', attribute: 'http.response.status_code' },
  request_bytes: { description: 'Size of the request body.', attribute: 'http.request.body.size', unit: 'bytes' },
  response_bytes: { description: 'Size of the response body.', attribute: 'http.response.body.size', unit: 'bytes' },
  upstream_duration_ms: { description: 'Time the upstream took, as a gateway logs it.', unit: 'ms' },
  upstream_status: { description: 'Status of the upstream, as a gateway logs it.' },
  upstream_host: { description: 'Address of the upstream, as a gateway logs it.' },
  error_type: { description: 'What kind of error ended the request.', attribute: 'error.type' },
  error_message: { description: 'Message of the error.', attribute: 'exception.message' },
  error_group: { description: 'Fingerprint that groups errors of one cause.' },
  error_owner: { description: 'Who owns the error: own, client, auth, rate_limit, upstream, network or capacity.' },
  customer: {
    description: 'Person or client that acts; a pseudonym unless the policy keeps it.',
    attribute: 'user.id',
  },
  account: { description: 'Organisation that pays.' },
  session: {
    description: 'Session, given by the sender or derived from address and user agent.',
    attribute: 'session.id',
  },
  client_ip: {
    description: 'Address of the client, cut to /24 or /48 unless the policy keeps it.',
    attribute: 'client.address',
  },
  user_agent: { description: 'User agent of the client.', attribute: 'user_agent.original' },
  auth_scheme: { description: 'none, basic, bearer, jwt, api_key, mtls, cookie or other.' },
  auth_result: { description: 'granted, refused, missing or expired, where known.' },
  tls_version: { description: 'TLS version.', attribute: 'tls.protocol.version' },
  tls_cipher: { description: 'TLS cipher suite.', attribute: 'tls.cipher' },
  action: { description: 'For the audit: create, read, update, delete or export.' },
  object_type: { description: 'For the audit: what kind of thing was touched.' },
  object_id: { description: 'For the audit: which one, hashed.' },
  trace_id: { description: 'Trace the request belongs to.', attribute: 'trace_id' },
  span_id: { description: 'Span of the request.', attribute: 'span_id' },
  request_id: { description: 'Id the sender gave the request.' },
  weight: { description: 'Sampling weight: how many requests the row stands for. Null is 1.' },
  source: { description: 'Sender or file the row came from.' },
  route_source: { description: 'Where the route came from: rule, sender, openapi or classifier.' },
  session_source: { description: 'given or derived.' },
  ingested_at: { description: 'When the row came in.' },
  attributes: { description: 'Everything else that the policy lets through.' },
};

/** The record: one row per request. Order is the order of the columns in the lake. */
export const RECORD_COLUMNS: readonly RecordColumn[] = Object.entries(COLUMN_TYPES).map(([name, type]) => ({
  name,
  type,
  ...MEANINGS[name as ColumnName],
}));

/** Partition column of the lake. */
export const PARTITION_COLUMN: RecordColumn = {
  name: PARTITION_NAME,
  type: 'date',
  description: 'UTC date of `time`; the partition.',
};

/** Sort order inside every data file. */
export const SORT_COLUMNS = ['service', 'route', 'time'] as const;

const byName = new Map<string, RecordColumn>(RECORD_COLUMNS.map((c) => [c.name, c]));

/** The column of that name, or undefined. */
export function recordColumn(name: string): RecordColumn | undefined {
  return byName.get(name);
}
