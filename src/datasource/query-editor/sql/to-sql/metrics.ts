import { metricOf, METRIC_NAMES, type MetricName } from '@apitrail/contract';

import { UnwritableQuery } from './unwritable';

/** A row stands for as many requests as its weight says. */
const WEIGHT = 'coalesce(weight, 1)';

/** Requests that failed: a status of 400 or above, or no status and an error type. */
export const FAILED = '(status >= 400 OR (status IS NULL AND error_type IS NOT NULL))';
const SERVER_ERROR = '(status >= 500 OR (status IS NULL AND error_type IS NOT NULL))';
const CLIENT_ERROR = 'status BETWEEN 400 AND 499';

/** How many requests rows stand for. */
export const REQUESTS = `sum(${WEIGHT})`;

/** How many requests rows stand for of which a condition holds. */
export function countWhere(condition: string): string {
  return `coalesce(${REQUESTS} FILTER (WHERE ${bare(condition)}), 0)`;
}

const share = (condition: string) => `${countWhere(condition)} / ${REQUESTS}`;
const total = (column: string) => `coalesce(sum(${column} * ${WEIGHT}), 0)`;
const quantile = (q: number) => `quantile_cont(duration_ms, ${q})`;

/** The aggregate of each metric over a number of seconds, of which only rates make use. */
const METRICS: Record<MetricName, (seconds: string) => string> = {
  requests: () => REQUESTS,
  requests_per_second: (seconds) => `${REQUESTS} / ${seconds}`,
  server_errors: () => countWhere(SERVER_ERROR),
  client_errors: () => countWhere(CLIENT_ERROR),
  errors: () => countWhere(FAILED),
  error_rate: () => share(FAILED),
  server_error_rate: () => share(SERVER_ERROR),
  client_error_rate: () => share(CLIENT_ERROR),
  p50: () => quantile(0.5),
  p75: () => quantile(0.75),
  p90: () => quantile(0.9),
  p95: () => quantile(0.95),
  p99: () => quantile(0.99),
  avg: () => `sum(duration_ms * ${WEIGHT}) / ${REQUESTS} FILTER (WHERE duration_ms IS NOT NULL)`,
  max: () => 'max(duration_ms)',
  apdex: () =>
    `(${countWhere(`duration_ms <= 500 AND ${FAILED} IS NOT TRUE`)}
    + ${countWhere(`duration_ms > 500 AND duration_ms <= 2000 AND ${FAILED} IS NOT TRUE`)} / 2)
    / ${REQUESTS} FILTER (WHERE duration_ms IS NOT NULL)`,
  request_bytes: () => total('request_bytes'),
  response_bytes: () => total('response_bytes'),
  customers: () => 'count(DISTINCT customer)',
  sessions: () => 'count(DISTINCT session)',
  accounts: () => 'count(DISTINCT account)',
  concurrency: (seconds) => `${total('duration_ms')} / 1000 / ${seconds}`,
};

/** The aggregate of a metric; `seconds` is what rates divide by. Throws UnwritableQuery for a variable. */
export function metricSql(metric: string, seconds: string): string {
  return METRICS[known(metric)](seconds);
}

/** The same where there may be no rows at all: requests that are not there are counted as 0. */
export function metricOrZeroSql(metric: string, seconds: string): string {
  const counts: Partial<Record<MetricName, string>> = {
    requests: `coalesce(${REQUESTS}, 0)`,
    requests_per_second: `coalesce(${REQUESTS}, 0) / ${seconds}`,
  };
  return counts[known(metric)] ?? metricSql(metric, seconds);
}

/** The aggregate that groups are ordered by; of a rate its total, which orders the same. */
export function orderSql(metric: string): string {
  const rates: Partial<Record<MetricName, string>> = {
    requests_per_second: REQUESTS,
    concurrency: total('duration_ms'),
  };
  return rates[known(metric)] ?? metricSql(metric, '1');
}

/** Where what is written means less than what the builder answers: said above the SQL. */
export function metricNotes(metrics: readonly string[]): string[] {
  return [
    ...(metrics.some((metric) => /^p\d+$/.test(metric))
      ? ['Percentiles count every row once; the builder lets a row with a weight count that often.']
      : []),
    ...(metrics.some(isRate)
      ? ['Rates divide by the whole time; the builder leaves out what lies in the future.']
      : []),
  ];
}

/** Whether a metric is divided by the time it covers. */
function isRate(metric: string): boolean {
  return metricOf(known(metric)).kind === 'rate';
}

/** The metric of that name. Throws UnwritableQuery for what is none. */
function known(metric: string): MetricName {
  if (!METRIC_NAMES.some((name) => name === metric)) {
    throw new UnwritableQuery(`${metric} is not a metric, so there is no SQL for it. Choose a metric first.`);
  }
  return metric as MetricName;
}

/** A condition without the brackets around the whole of it. */
function bare(condition: string): string {
  return condition === FAILED || condition === SERVER_ERROR ? condition.slice(1, -1) : condition;
}
