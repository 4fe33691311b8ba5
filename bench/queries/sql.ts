import { ERROR, rowsOf, type QueryCase } from './case';

/** What a person writes; raw is the same statement over the same files, with the macros written out. */
const endpoints = (requests: string, inRange: string) =>
  `SELECT service, method, route, count(*) AS requests, count(*) FILTER (WHERE ${ERROR}) AS failed, quantile_cont(duration_ms, 0.95) AS p95
FROM ${requests} WHERE ${inRange} GROUP BY ALL`;

const perHour = (requests: string, inRange: string) =>
  `SELECT time_bucket(INTERVAL 1 HOUR, time) AS time, count(*) AS requests FROM ${requests} WHERE ${inRange} GROUP BY 1 ORDER BY 1`;

const IN_RANGE = '$__timeFilter(time)';

export const SQL: QueryCase[] = [
  {
    name: 'sql: a table of endpoints with p95',
    query: { queryType: 'sql', sql: endpoints('requests', IN_RANGE) },
    raw: ({ requests, inRange }) => endpoints(requests, inRange),
    answer: ([frame]) => rowsOf(frame, ['service', 'method', 'route', 'requests', 'failed', 'p95']),
    ownProcess: true,
    keys: 3,
  },
  {
    name: 'sql: a series of requests per hour',
    query: { queryType: 'sql', format: 'time_series', sql: perHour('requests', IN_RANGE) },
    raw: ({ requests, inRange }) =>
      `SELECT epoch_ms(time)::DOUBLE, requests FROM (${perHour(requests, inRange)}) ORDER BY 1`,
    answer: ([frame]) => rowsOf(frame, ['time', 'requests']),
    ownProcess: true,
    keys: 0,
  },
];
