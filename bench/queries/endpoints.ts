import { DAYS, START } from '../lake/requests-sql';
import { ERROR, HOUR_US, rowsOf, type QueryCase, type RawContext } from './case';

const KEYS = ['service', 'method', 'route'];
/** Twelve hours: the points of the trend. */
const POINT_US = 12 * HOUR_US;
const POINTS = DAYS * 2;
const FIRST_POINT = (START * 1000) / POINT_US;
const POINT = `(epoch_us(time) // ${POINT_US} - ${FIRST_POINT})::UTINYINT`;
const trend = (histogram: string) =>
  `list_transform(range(${POINTS}), lambda p: coalesce(${histogram}[p::UTINYINT], 0))`;

const query = { queryType: 'endpoints', interval: '12h' };

/** Counts add up: one pass over the rows into cells, from which follows everything else. */
function counts({ requests, inRange }: RawContext, limit: number): string {
  return `WITH cells AS MATERIALIZED (
  SELECT service, method, route, ${POINT} AS point, count(*) AS n, count(*) FILTER (WHERE ${ERROR}) AS e
  FROM ${requests} WHERE ${inRange} GROUP BY ALL
), top AS (
  SELECT service, method, route FROM cells GROUP BY ALL ORDER BY sum(n) DESC, service, method, route LIMIT ${limit}
), named AS (
  SELECT coalesce(top.service, '{other}') AS s, coalesce(top.method, '{other}') AS m, coalesce(top.route, '{other}') AS r, point, sum(n) AS n, sum(e) AS e
  FROM cells LEFT JOIN top USING (service, method, route) GROUP BY ALL
)
SELECT s, m, r, sum(n)::DOUBLE, sum(e)::DOUBLE / sum(n), sum(n)::DOUBLE / sum(sum(n)) OVER (),
  list_transform(range(${POINTS}), lambda p: coalesce(map_from_entries(list((point::BIGINT, n::DOUBLE)))[p], 0))
FROM named GROUP BY ALL`;
}

/** Percentiles need the rows: of the groups in one pass, of the rest in another. */
function percentiles({ requests, inRange }: RawContext, limit: number): string {
  const measures = `count(*) AS n, count(*) FILTER (WHERE ${ERROR}) AS e, quantile_cont(duration_ms, 0.95) AS p, histogram(${POINT}) AS h`;
  return `WITH groups AS MATERIALIZED (
  SELECT service, method, route, ${measures}
  FROM ${requests} WHERE ${inRange} GROUP BY ALL
), top AS MATERIALIZED (
  SELECT * FROM groups ORDER BY n DESC, service, method, route LIMIT ${limit}
), low AS (
  SELECT service, method, route FROM groups EXCEPT SELECT service, method, route FROM top
), named AS (
  SELECT service, method, route, n, e, p, h FROM top
  UNION ALL
  SELECT '{other}', '{other}', '{other}', ${measures}
  FROM ${requests} SEMI JOIN low USING (service, method, route) WHERE ${inRange} HAVING count(*) > 0
)
SELECT service, method, route, n::DOUBLE, e / n, p, n / sum(n) OVER (), ${trend('h')} FROM named`;
}

const columns = [...KEYS, 'requests', 'error_rate'];

export const ENDPOINTS: QueryCase[] = [
  {
    name: 'endpoints: counts, top 100 and other',
    query: { ...query, metrics: ['requests', 'error_rate'] },
    raw: (context) => counts(context, 100),
    answer: ([frame]) => rowsOf(frame, [...columns, 'share', 'trend']),
    keys: 3,
  },
  {
    name: 'endpoints: p95, all 200',
    query: { ...query, limit: 500 },
    raw: ({
      requests,
      inRange,
    }) => `SELECT service, method, route, count(*)::DOUBLE, count(*) FILTER (WHERE ${ERROR}) / count(*), quantile_cont(duration_ms, 0.95),
  count(*) / sum(count(*)) OVER (), ${trend(`histogram(${POINT})`)}
FROM ${requests} WHERE ${inRange} GROUP BY service, method, route`,
    answer: ([frame]) => rowsOf(frame, [...columns, 'p95', 'share', 'trend']),
    keys: 3,
  },
  {
    name: 'endpoints: p95, top 100 and other',
    query,
    raw: (context) => percentiles(context, 100),
    answer: ([frame]) => rowsOf(frame, [...columns, 'p95', 'share', 'trend']),
    keys: 3,
  },
  {
    name: 'endpoints: p95, top 20 and other',
    query: { ...query, limit: 20 },
    raw: (context) => percentiles(context, 20),
    answer: ([frame]) => rowsOf(frame, [...columns, 'p95', 'share', 'trend']),
    keys: 3,
  },
];
