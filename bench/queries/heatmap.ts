import { HOUR_US, rowsOf, type QueryCase } from './case';

const WIDTH_US = 3 * HOUR_US;
const column = `epoch_us(time) // ${WIDTH_US}`;
const label = `coalesce(service || ' ' || method || ' ' || route, '{other}')`;
const top = (from: string, count: string, limit: number) =>
  `SELECT service, method, route FROM ${from} GROUP BY ALL ORDER BY ${count} DESC, service, method, route LIMIT ${limit}`;

export const HEATMAP: QueryCase[] = [
  {
    name: 'heatmap: requests, time × top 30 and other',
    query: { queryType: 'heatmap', interval: '3h' },
    raw: ({ requests, inRange }) => `WITH cells AS MATERIALIZED (
  SELECT service, method, route, ${column} AS x, count(*) AS n FROM ${requests} WHERE ${inRange} GROUP BY ALL
), top AS (
  ${top('cells', 'sum(n)', 30)}
), named AS (SELECT x, ${label.replaceAll(/\b(service|method|route)\b/g, 'top.$1')} AS y, n FROM cells LEFT JOIN top USING (service, method, route))
SELECT x * ${WIDTH_US / 1000} AS x, y, sum(n)::DOUBLE FROM named GROUP BY ALL`,
    answer: ([frame]) => rowsOf(frame, ['x', 'y', 'value']),
    keys: 2,
  },
  {
    name: 'heatmap: p95, time × top 30 and other',
    query: { queryType: 'heatmap', interval: '3h', metric: 'p95' },
    raw: ({ requests, inRange }) => `WITH top AS MATERIALIZED (
  SELECT *, row_number() OVER () AS rank FROM (${top(`${requests} WHERE ${inRange}`, 'count(*)', 30)})
), cells AS (
  SELECT ${column} AS x, rank, count(*) AS n, quantile_cont(duration_ms, 0.95) AS p
  FROM ${requests} LEFT JOIN top USING (service, method, route) WHERE ${inRange} GROUP BY ALL
)
SELECT x * ${WIDTH_US / 1000} AS x, ${label} AS y, p, n::DOUBLE FROM cells LEFT JOIN top USING (rank)`,
    answer: ([frame]) => rowsOf(frame, ['x', 'y', 'value', 'n']),
    keys: 2,
  },
  {
    name: 'heatmap: requests, time × latency',
    query: { queryType: 'heatmap', interval: '3h', y: 'latency' },
    raw: ({ requests, inRange }) => `SELECT x * ${WIDTH_US / 1000} AS x, pow(2, b / 2) AS y, n::DOUBLE FROM (
  SELECT ${column} AS x, ceil(log2(duration_ms) * 2)::INTEGER AS b, count(*) AS n
  FROM ${requests} WHERE ${inRange} AND duration_ms IS NOT NULL GROUP BY ALL
)`,
    answer: ([frame]) => rowsOf(frame, ['x', 'y_max', 'value']),
    keys: 2,
  },
  {
    name: 'heatmap: error rate, hour of day × service',
    query: { queryType: 'heatmap', x: 'hour_of_day', y: ['service'], metric: 'error_rate' },
    raw: ({ requests, inRange }) =>
      `SELECT (epoch_us(time) // ${HOUR_US}) % 24 AS x, service AS y, count(*) FILTER (WHERE status >= 400 OR (status IS NULL AND error_type IS NOT NULL)) / count(*), count(*)
FROM ${requests} WHERE ${inRange} GROUP BY ALL`,
    answer: ([frame]) => rowsOf(frame, ['x', 'y', 'value', 'n']),
    keys: 2,
  },
];
