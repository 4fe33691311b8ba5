import type { DataFrameJSON } from '@apitrail/contract';

import type { Value } from '../harness/same-answer';
import { END } from '../lake/requests-sql';
import { ERROR, EVERYTHING, HOUR_US, LAST_WEEK, type QueryCase } from './case';

const OTHER = '{other}';

/** Cells of series, as `[time, …labels, value]`; those that hold nothing are left out. */
function cells(frames: readonly DataFrameJSON[], labels: readonly string[]): Value[][] {
  return frames.flatMap((frame) => {
    const [times, values] = frame.data.values as [number[], Array<number | null>];
    const own = labels.map((label) => frame.schema.fields[1]!.labels?.[label] ?? '');
    return values.flatMap((value, index) => (value ? [[times[index]!, ...own, value]] : []));
  });
}

/** Several metrics of one series, as `[time, …values]`. */
function beside(frames: readonly DataFrameJSON[]): Value[][] {
  const times = frames[0]!.data.values[0] as number[];
  const rows = times.map((time, index) => [time, ...frames.map((frame) => frame.data.values[1]![index] as Value)]);
  return rows.filter(([, requests]) => requests !== 0);
}

const hour = `epoch_us(time) // ${HOUR_US}`;
const ENDPOINT = ['service', 'method', 'route'];

export const TRAFFIC: QueryCase[] = [
  {
    name: 'traffic: requests per hour',
    query: { queryType: 'traffic', interval: '1h' },
    raw: ({ requests, inRange }) =>
      `SELECT (${hour}) * 3600000 AS t, count(*) FROM ${requests} WHERE ${inRange} GROUP BY 1`,
    answer: (frames) => cells(frames, []),
    keys: 1,
  },
  {
    name: 'traffic: six hours by the minute',
    query: { queryType: 'traffic', interval: '1m' },
    range: { from: END - 6 * 3_600_000, to: END },
    raw: ({ requests, inRange }) =>
      `SELECT (epoch_us(time) // 60000000) * 60000 AS t, count(*) FROM ${requests} WHERE ${inRange} GROUP BY 1`,
    answer: (frames) => cells(frames, []),
    keys: 1,
  },
  {
    name: 'traffic: requests, error rate, p95',
    query: { queryType: 'traffic', interval: '1h', metrics: ['requests', 'error_rate', 'p95'] },
    raw: ({ requests, inRange }) =>
      `SELECT (${hour}) * 3600000 AS t, count(*), count(*) FILTER (WHERE ${ERROR}) / count(*), quantile_cont(duration_ms, 0.95)
FROM ${requests} WHERE ${inRange} GROUP BY 1`,
    answer: beside,
    keys: 1,
  },
  {
    name: 'traffic: requests, top 10 endpoints and other',
    query: { queryType: 'traffic', interval: '1h', groupBy: ENDPOINT },
    raw: ({ requests, inRange }) => `WITH cells AS MATERIALIZED (
  SELECT service, method, route, ${hour} AS h, count(*) AS n FROM ${requests} WHERE ${inRange} GROUP BY ALL
), top AS (
  SELECT service, method, route FROM cells GROUP BY ALL ORDER BY sum(n) DESC, service, method, route LIMIT 10
)
SELECT h * 3600000 AS t, coalesce(top.service, '${OTHER}') AS s, coalesce(top.method, '${OTHER}') AS m, coalesce(top.route, '${OTHER}') AS r, sum(n)::DOUBLE
FROM cells LEFT JOIN top USING (service, method, route) GROUP BY ALL`,
    answer: (frames) => cells(frames, ENDPOINT),
    keys: 4,
  },
  {
    name: 'traffic: p95, top 3 services and other',
    query: { queryType: 'traffic', interval: '1h', metrics: ['p95'], groupBy: ['service'], limit: 3 },
    raw: ({ requests, inRange }) => `WITH top AS (
  SELECT service FROM ${requests} WHERE ${inRange} GROUP BY 1 ORDER BY count(*) DESC, 1 LIMIT 3
)
SELECT (${hour}) * 3600000 AS t, coalesce(top.service, '${OTHER}') AS s, quantile_cont(duration_ms, 0.95)
FROM ${requests} LEFT JOIN top USING (service) WHERE ${inRange} GROUP BY ALL`,
    answer: (frames) => cells(frames, ['service']),
    keys: 2,
  },
  {
    name: 'traffic: requests per hour, beside a week earlier',
    query: { queryType: 'traffic', interval: '1h', timeShift: '1w' },
    range: LAST_WEEK,
    reads: EVERYTHING,
    raw: ({ requests, inRange }) =>
      `SELECT (${hour}) * 3600000 AS t, count(*) FROM ${requests} WHERE ${inRange} GROUP BY 1`,
    answer: ([now, earlier]) => [
      ...cells([now!], []),
      ...cells([earlier!], []).map(([time, value]) => [(time as number) - 7 * 86_400_000, value!]),
    ],
    keys: 1,
  },
];
