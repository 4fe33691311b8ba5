import { DAYS, END, START } from '../lake/requests-sql';
import { between, ERROR, EVERYTHING, HOUR_US, LAST_WEEK, rowsOf, type QueryCase, type RawContext } from './case';

const KEYS = ['service', 'method', 'route'];
/** Twelve hours: the points of the trend. */
const POINT_US = 12 * HOUR_US;
const POINTS = DAYS * 2;
const MIDDLE_US = LAST_WEEK.from * 1000;
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

const measures = `count(*) AS n, count(*) FILTER (WHERE ${ERROR}) AS e, quantile_cont(duration_ms, 0.95) AS p, histogram(${POINT}) AS h`;

/** The endpoints with the most requests, by rank. */
const top = (requests: string, condition: string, limit: number) => `top AS MATERIALIZED (
  SELECT *, row_number() OVER () AS rank FROM (
    SELECT service, method, route FROM ${requests} WHERE ${condition} GROUP BY ALL ORDER BY count(*) DESC, service, method, route LIMIT ${limit}
  )
)`;
const NAMES = KEYS.map((key) => `coalesce(${key}, '{other}')`).join(', ');

/** Percentiles need the rows: one pass finds the top, another measures by rank. */
function percentiles({ requests, inRange }: RawContext, limit: number): string {
  return `WITH ${top(requests, inRange, limit)}, ranked AS (
  SELECT rank, ${measures} FROM ${requests} LEFT JOIN top USING (service, method, route) WHERE ${inRange} GROUP BY rank
)
SELECT ${NAMES}, n::DOUBLE, e / n, p, n / sum(n) OVER (), ${trend('h')} FROM ranked LEFT JOIN top USING (rank)`;
}

/** The same of two weeks, told apart in the one pass that measures. */
function compared({ requests, inRange }: RawContext, limit: number): string {
  const change = (now: string, then: string) =>
    `CASE WHEN ${then} = 0 AND ${now} = 0 THEN 0 ELSE ${now} / nullif(${then}, 0) - 1 END`;
  const pair = (now: string, then: string) => `${now}, ${then}, ${change(now, then)}`;
  return `WITH ${top(requests, between(MIDDLE_US, END * 1000), limit)}, ranked AS (
  SELECT rank, time >= make_timestamptz(${MIDDLE_US}) AS now, ${measures}
  FROM ${requests} LEFT JOIN top USING (service, method, route) WHERE ${inRange} GROUP BY ALL
), beside AS (
  SELECT a.rank, a.n::DOUBLE AS n, b.n::DOUBLE AS bn, a.e / a.n AS e, b.e / b.n AS be, a.p AS p, b.p AS bp, a.h AS h, b.h AS bh
  FROM (FROM ranked WHERE now) AS a JOIN (FROM ranked WHERE NOT now) AS b ON a.rank IS NOT DISTINCT FROM b.rank
)
SELECT ${NAMES}, ${pair('n', 'bn')}, ${pair('e', 'be')}, ${pair('p', 'bp')}, n / sum(n) OVER (),
  list_transform(range(${POINTS / 2}, ${POINTS}), lambda p: coalesce(h[p::UTINYINT], 0)),
  list_transform(range(${POINTS / 2}), lambda p: coalesce(bh[p::UTINYINT], 0))
FROM beside LEFT JOIN top USING (rank)`;
}

const columns = [...KEYS, 'requests', 'error_rate'];
const paired = ['requests', 'error_rate', 'p95'].flatMap((name) => [name, `${name}_previous`, `${name}_change`]);

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
  {
    name: 'endpoints: p95, top 20 and other, beside a week earlier',
    query: { ...query, limit: 20, timeShift: '1w' },
    range: LAST_WEEK,
    reads: EVERYTHING,
    raw: (context) => compared(context, 20),
    answer: ([frame]) => rowsOf(frame, [...KEYS, ...paired, 'share', 'trend', 'trend_previous']),
    keys: 3,
  },
];
