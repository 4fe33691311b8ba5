/** Delta Lake types that every reader of the lake agrees on. */
export type ColumnType = 'string' | 'integer' | 'long' | 'double' | 'timestamp' | 'date' | 'map<string,string>';

export interface RecordColumn {
  name: string;
  type: ColumnType;
  /** The OpenTelemetry attribute the column comes from; absent where Apitrail derives it. */
  attribute?: string;
  description: string;
  /** Grafana unit id for numbers. */
  unit?: string;
}

const column = (
  name: string,
  type: ColumnType,
  attribute: string | undefined,
  description: string,
  unit?: string
): RecordColumn => ({ name, type, description, ...(attribute ? { attribute } : {}), ...(unit ? { unit } : {}) });

/**
 * The record: one row per request. Names are OpenTelemetry attribute names with `_` for `.`, shortened only where
 * the attribute says so. Order is the order of the columns in the lake.
 */
export const RECORD_COLUMNS = [
  column('time', 'timestamp', undefined, 'Start of the request, UTC, microseconds. Always set.'),
  column('duration_ms', 'double', 'http.server.request.duration', 'How long the request took.', 'ms'),
  column('service', 'string', 'service.name', 'Name of the service that served the request.'),
  column('service_version', 'string', 'service.version', 'Version of the service.'),
  column('environment', 'string', 'deployment.environment.name', 'Deployment environment, such as production.'),
  column('instance', 'string', 'service.instance.id', 'Instance of the service that served the request.'),
  column('region', 'string', 'cloud.region', 'Region the instance runs in.'),
  column('direction', 'string', undefined, '`server` for a request we served, `client` for a call we made.'),
  column('method', 'string', 'http.request.method', 'HTTP method.'),
  column('route', 'string', 'http.route', 'Route template, such as /users/{id}.'),
  column('path', 'string', 'url.path', 'Path of the request, without the query string.'),
  column('query', 'string', 'url.query', 'Query string; dropped unless the privacy policy keeps it.'),
  column('scheme', 'string', 'url.scheme', 'http or https.'),
  column('protocol', 'string', 'network.protocol.version', 'HTTP version, such as 1.1.'),
  column('host', 'string', 'server.address', 'Host the request was for.'),
  column('status', 'integer', 'http.response.status_code', 'HTTP status code; null when there was no response.'),
  column('request_bytes', 'long', 'http.request.body.size', 'Size of the request body.', 'bytes'),
  column('response_bytes', 'long', 'http.response.body.size', 'Size of the response body.', 'bytes'),
  column('upstream_duration_ms', 'double', undefined, 'Time the upstream took, as a gateway logs it.', 'ms'),
  column('upstream_status', 'integer', undefined, 'Status of the upstream, as a gateway logs it.'),
  column('upstream_host', 'string', undefined, 'Address of the upstream, as a gateway logs it.'),
  column('error_type', 'string', 'error.type', 'What kind of error ended the request.'),
  column('error_message', 'string', 'exception.message', 'Message of the error.'),
  column('error_group', 'string', undefined, 'Fingerprint that groups errors of one cause.'),
  column(
    'error_owner',
    'string',
    undefined,
    'Who owns the error: own, client, auth, rate_limit, upstream, network or capacity.'
  ),
  column('customer', 'string', 'user.id', 'Person or client that acts; a pseudonym unless the policy keeps it.'),
  column('account', 'string', undefined, 'Organisation that pays.'),
  column('session', 'string', 'session.id', 'Session, given by the sender or derived from address and user agent.'),
  column(
    'client_ip',
    'string',
    'client.address',
    'Address of the client, cut to /24 or /48 unless the policy keeps it.'
  ),
  column('user_agent', 'string', 'user_agent.original', 'User agent of the client.'),
  column('auth_scheme', 'string', undefined, 'none, basic, bearer, jwt, api_key, mtls, cookie or other.'),
  column('auth_result', 'string', undefined, 'granted, refused, missing or expired, where known.'),
  column('tls_version', 'string', 'tls.protocol.version', 'TLS version.'),
  column('tls_cipher', 'string', 'tls.cipher', 'TLS cipher suite.'),
  column('action', 'string', undefined, 'For the audit: create, read, update, delete or export.'),
  column('object_type', 'string', undefined, 'For the audit: what kind of thing was touched.'),
  column('object_id', 'string', undefined, 'For the audit: which one, hashed.'),
  column('trace_id', 'string', 'trace_id', 'Trace the request belongs to.'),
  column('span_id', 'string', 'span_id', 'Span of the request.'),
  column('request_id', 'string', undefined, 'Id the sender gave the request.'),
  column('weight', 'double', undefined, 'Sampling weight: how many requests the row stands for. Null is 1.'),
  column('source', 'string', undefined, 'Sender or file the row came from.'),
  column('route_source', 'string', undefined, 'Where the route came from: rule, sender, openapi or classifier.'),
  column('session_source', 'string', undefined, 'given or derived.'),
  column('ingested_at', 'timestamp', undefined, 'When the row came in.'),
  column('attributes', 'map<string,string>', undefined, 'Everything else that the policy lets through.'),
] as const satisfies readonly RecordColumn[];

/** Partition column of the lake: the UTC date of `time`. */
export const PARTITION_COLUMN: RecordColumn = column('date', 'date', undefined, 'UTC date of `time`; the partition.');

/** Sort order inside every data file. */
export const SORT_COLUMNS = ['service', 'route', 'time'] as const;

const byName = new Map<string, RecordColumn>(RECORD_COLUMNS.map((c) => [c.name, c]));

/** The column of that name, or undefined. */
export function recordColumn(name: string): RecordColumn | undefined {
  return byName.get(name);
}

/** Keys that are computed from columns and may be used wherever a key may. */
export const DERIVED_KEYS = {
  status_class: 'Class of the status: 1xx, 2xx, 3xx, 4xx or 5xx.',
} as const;

const ATTRIBUTE_PREFIX = 'attributes.';

export type RecordKey =
  { kind: 'column'; column: RecordColumn } | { kind: 'status_class' } | { kind: 'attribute'; attribute: string };

/**
 * Reads a key of a filter or a group-by: a column of the record or its `date`, `status_class`, or `attributes.<name>`.
 * `attributes` itself is not a key. Returns undefined for anything else.
 */
export function parseKey(key: string): RecordKey | undefined {
  if (key === 'status_class') {
    return { kind: 'status_class' };
  }
  if (key.startsWith(ATTRIBUTE_PREFIX) && key.length > ATTRIBUTE_PREFIX.length) {
    return { kind: 'attribute', attribute: key.slice(ATTRIBUTE_PREFIX.length) };
  }
  const found = key === PARTITION_COLUMN.name ? PARTITION_COLUMN : recordColumn(key);
  return found && found.type !== 'map<string,string>' ? { kind: 'column', column: found } : undefined;
}

/** Name of the group that everything outside the top N is put into. */
export const OTHER_GROUP = '{other}';

/** Route of requests that no route is known for. */
export const UNMATCHED_ROUTE = '{unmatched}';
