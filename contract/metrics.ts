export interface Metric {
  name: string;
  displayName: string;
  /** Meaning and, where there is one, the formula. */
  description: string;
  /** Grafana unit id. */
  unit: string;
  /**
   * `count` sums over rows and is 0 when there are none; `rate` is a count over seconds; `ratio` is a share of requests
   * and null when there are none; `distribution` describes `duration_ms` and is null when there are none;
   * `distinct` counts different values.
   */
  kind: 'count' | 'rate' | 'ratio' | 'distribution' | 'distinct';
}

const metric = (
  name: string,
  displayName: string,
  unit: string,
  kind: Metric['kind'],
  description: string
): Metric => ({ name, displayName, unit, kind, description });

/** Every metric a query may ask for. Rows carry a weight (null is 1); counts, sums, ratios and percentiles are weighted. */
export const METRICS = [
  metric('requests', 'Requests', 'short', 'count', 'Number of requests.'),
  metric(
    'requests_per_second',
    'Requests per second',
    'reqps',
    'rate',
    'Requests divided by the seconds the bucket really covers.'
  ),
  metric(
    'server_errors',
    'Server errors',
    'short',
    'count',
    'Requests with a status of 500 or above, or with no status and an error type.'
  ),
  metric('client_errors', 'Client errors', 'short', 'count', 'Requests with a status of 400 to 499.'),
  metric('errors', 'Errors', 'short', 'count', 'Server errors and client errors.'),
  metric('error_rate', 'Error rate', 'percentunit', 'ratio', 'Errors divided by requests.'),
  metric('server_error_rate', 'Server error rate', 'percentunit', 'ratio', 'Server errors divided by requests.'),
  metric('client_error_rate', 'Client error rate', 'percentunit', 'ratio', 'Client errors divided by requests.'),
  metric(
    'p50',
    'p50 latency',
    'ms',
    'distribution',
    'Median of the duration, linear interpolation between closest ranks.'
  ),
  metric(
    'p75',
    'p75 latency',
    'ms',
    'distribution',
    '75th percentile of the duration, linear interpolation between closest ranks.'
  ),
  metric(
    'p90',
    'p90 latency',
    'ms',
    'distribution',
    '90th percentile of the duration, linear interpolation between closest ranks.'
  ),
  metric(
    'p95',
    'p95 latency',
    'ms',
    'distribution',
    '95th percentile of the duration, linear interpolation between closest ranks.'
  ),
  metric(
    'p99',
    'p99 latency',
    'ms',
    'distribution',
    '99th percentile of the duration, linear interpolation between closest ranks.'
  ),
  metric('avg', 'Average latency', 'ms', 'distribution', 'Mean of the duration.'),
  metric('max', 'Maximum latency', 'ms', 'distribution', 'Longest duration.'),
  metric(
    'apdex',
    'Apdex',
    'none',
    'ratio',
    'Requests within 500 ms plus half of those within 2 s, divided by requests that have a duration; errors are frustrated. 0 to 1 (Apdex Alliance, T = 500 ms).'
  ),
  metric('request_bytes', 'Bytes received', 'bytes', 'count', 'Sum of the sizes of request bodies.'),
  metric('response_bytes', 'Bytes sent', 'bytes', 'count', 'Sum of the sizes of response bodies.'),
  metric('customers', 'Customers', 'short', 'distinct', 'Number of different customers, exact.'),
  metric('sessions', 'Sessions', 'short', 'distinct', 'Number of different sessions, exact.'),
  metric('accounts', 'Accounts', 'short', 'distinct', 'Number of different accounts, exact.'),
  metric(
    'concurrency',
    'Concurrency',
    'short',
    'rate',
    'Sum of durations divided by the seconds covered: requests in flight on average (Little’s law).'
  ),
] as const;

export type MetricName =
  | 'requests'
  | 'requests_per_second'
  | 'server_errors'
  | 'client_errors'
  | 'errors'
  | 'error_rate'
  | 'server_error_rate'
  | 'client_error_rate'
  | 'p50'
  | 'p75'
  | 'p90'
  | 'p95'
  | 'p99'
  | 'avg'
  | 'max'
  | 'apdex'
  | 'request_bytes'
  | 'response_bytes'
  | 'customers'
  | 'sessions'
  | 'accounts'
  | 'concurrency';

export const METRIC_NAMES = METRICS.map((m) => m.name) as [MetricName, ...MetricName[]];

/** The metric of that name. Throws for a name that is none, which a validated query cannot have. */
export function metricOf(name: MetricName): Metric {
  const found = METRICS.find((m) => m.name === name);
  if (!found) {
    throw new Error(`no metric named ${name}`);
  }
  return found;
}

/** Whether a metric may be shown as a share of a row, a column or the total: only what sums up. */
export function isAdditive(name: MetricName): boolean {
  return metricOf(name).kind === 'count';
}
