import { DAYS, START } from '../lake/requests-sql';
import { ERROR, HOUR_US, rowsOf, type QueryCase, type RawContext } from './case';

const POINT_US = 12 * HOUR_US;
const POINTS = DAYS * 2;
const POINT = `(epoch_us(time) // ${POINT_US} - ${(START * 1000) / POINT_US})::UTINYINT`;

/** Who owns an error that nobody has said it of. */
const OWNER = `coalesce(error_owner, CASE WHEN status IN (401, 403) THEN 'auth' WHEN status = 429 THEN 'rate_limit'
  WHEN status < 500 THEN 'client' WHEN status = 502 THEN 'network' WHEN status = 503 THEN 'capacity' WHEN status = 504 THEN 'upstream' WHEN status >= 500 THEN 'own' END)`;

const COMMON = ['status', 'method', 'route', 'service', 'owner'];

/** Errors are few: they are read once into memory, and grouped there. */
function errors({ requests, inRange }: RawContext, limit: number): string {
  const common = (name: string) =>
    `CASE WHEN count(${name}) = count(*) AND min(${name}) = max(${name}) THEN min(${name}) END AS ${name}`;
  const measures = `${COMMON.map(common).join(', ')}, count(*) AS n, count(DISTINCT customer) AS customers, count(DISTINCT session) AS sessions,
    epoch_ms(min(time)) AS first, epoch_ms(max(time)) AS last, histogram(point) AS h`;
  const apart = ['status', 'method', 'route'].map(
    (name, index) => `CASE WHEN error_group IS NULL THEN ${name} END AS k${index}`
  );
  return `WITH failed AS MATERIALIZED (
  SELECT error_group, ${apart.join(', ')}, status, method, route, service, ${OWNER} AS owner, customer, session, time, ${POINT} AS point
  FROM ${requests} WHERE ${inRange} AND ${ERROR}
), top AS MATERIALIZED (
  SELECT row_number() OVER () AS rank, * FROM (
    SELECT error_group, k0, k1, k2 FROM failed GROUP BY ALL ORDER BY count(*) DESC, 1 NULLS LAST, 2 NULLS LAST, 3 NULLS LAST, 4 NULLS LAST LIMIT ${limit}
  )
), groups AS (
  SELECT rank, ${measures} FROM failed LEFT JOIN top ON failed.error_group IS NOT DISTINCT FROM top.error_group
    AND failed.k0 IS NOT DISTINCT FROM top.k0 AND failed.k1 IS NOT DISTINCT FROM top.k1 AND failed.k2 IS NOT DISTINCT FROM top.k2
  GROUP BY rank
)
SELECT CASE WHEN rank IS NULL THEN '{other}' ELSE error_group END, status, method, route, service, owner, n::DOUBLE, customers::DOUBLE, sessions::DOUBLE, first::DOUBLE, last::DOUBLE,
  n / sum(n) OVER (), (SELECT count(*)::DOUBLE FROM ${requests} WHERE ${inRange}), list_transform(range(${POINTS}), lambda p: coalesce(h[p::UTINYINT], 0))
FROM groups LEFT JOIN top USING (rank)`;
}

const FIELDS = [
  'error_group',
  'status',
  'method',
  'route',
  'service',
  'error_owner',
  'requests',
  'customers',
  'sessions',
];

const answer: QueryCase['answer'] = ([frame]) => {
  const marker = frame!.schema.meta?.custom?.apitrail as { requests: number };
  return rowsOf(frame, [...FIELDS, 'first_seen', 'last_seen', 'share', 'trend']).map((row) => [
    ...row.slice(0, -1),
    marker.requests,
    row.at(-1)!,
  ]);
};

export const ERRORS: QueryCase[] = [
  {
    name: 'errors: top 100 groups and other',
    query: { queryType: 'errors', interval: '12h' },
    raw: (context) => errors(context, 100),
    answer,
    keys: 4,
  },
];
