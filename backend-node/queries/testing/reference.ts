import type { MetricName } from '@apitrail/contract';

import type { Row } from './dataset';

/** Metrics as plain as they can be written, over rows that were repeated as often as their weight says. */
export function metricOfRows(metric: MetricName, rows: readonly Row[], seconds: number): number | null {
  const all = rows.flatMap((row) => new Array<Row>(Number(row['weight'] ?? 1)).fill(row));
  const status = (row: Row) => row['status'] as number | null;
  const count = (holds: (row: Row) => boolean) => all.filter(holds).length;
  const server = (row: Row) => (status(row) ?? 0) >= 500 || (status(row) === null && row['error_type'] != null);
  const client = (row: Row) => (status(row) ?? 0) >= 400 && status(row)! < 500;
  const failed = (row: Row) => server(row) || client(row);
  const share = (part: number, whole = all.length) => (whole === 0 ? null : part / whole);
  const durations = all
    .flatMap((row) => (row['duration_ms'] == null ? [] : [Number(row['duration_ms'])]))
    .toSorted((a, b) => a - b);
  const sum = (key: string) => all.reduce((total, row) => total + Number(row[key] ?? 0), 0);
  const distinct = (key: string) => new Set(rows.map((row) => row[key]).filter((value) => value != null)).size;
  const within = (row: Row, low: number, high: number) =>
    row['duration_ms'] != null &&
    Number(row['duration_ms']) > low &&
    Number(row['duration_ms']) <= high &&
    !failed(row);
  const quantile = (q: number) => {
    const rank = q * (durations.length - 1);
    const [low, high] = [durations[Math.floor(rank)], durations[Math.ceil(rank)]];
    return low === undefined ? null : low + (rank - Math.floor(rank)) * (high! - low);
  };
  const metrics: Record<MetricName, () => number | null> = {
    requests: () => all.length,
    requests_per_second: () => all.length / seconds,
    server_errors: () => count(server),
    client_errors: () => count(client),
    errors: () => count(failed),
    error_rate: () => share(count(failed)),
    server_error_rate: () => share(count(server)),
    client_error_rate: () => share(count(client)),
    p50: () => quantile(0.5),
    p75: () => quantile(0.75),
    p90: () => quantile(0.9),
    p95: () => quantile(0.95),
    p99: () => quantile(0.99),
    avg: () => share(sum('duration_ms'), durations.length),
    max: () => durations.at(-1) ?? null,
    apdex: () =>
      share(count((row) => within(row, -1, 500)) + count((row) => within(row, 500, 2000)) / 2, durations.length),
    request_bytes: () => sum('request_bytes'),
    response_bytes: () => sum('response_bytes'),
    customers: () => distinct('customer'),
    sessions: () => distinct('session'),
    accounts: () => distinct('account'),
    concurrency: () => sum('duration_ms') / 1000 / seconds,
  };
  return metrics[metric]();
}

/** Rows by what a function says of them, in the order they are met. */
export function groupRows<K>(rows: readonly Row[], keyOf: (row: Row) => K): Map<K, Row[]> {
  const groups = new Map<K, Row[]>();
  for (const row of rows) {
    const key = keyOf(row);
    groups.set(key, [...(groups.get(key) ?? []), row]);
  }
  return groups;
}

/** How many requests rows stand for. */
export function weightOf(rows: readonly Row[]): number {
  return rows.reduce((sum, row) => sum + Number(row['weight'] ?? 1), 0);
}

/**
 * What was answered, with numbers that differ from the expected ones in the last digits only taken for those: sums of
 * floating point depend on their order.
 */
export function settle(answered: readonly unknown[], expected: readonly unknown[]): unknown[] {
  return answered.map((value, index) => {
    const other = expected[index];
    const close =
      typeof value === 'number' && typeof other === 'number' && Math.abs(value - other) <= 1e-9 * Math.abs(other);
    return close ? other : value;
  });
}
