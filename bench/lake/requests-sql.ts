/** Requests are made of `hash(row)`: the same rows on every machine and in every run, in any order of batches. */

/** First instant of the traffic, epoch milliseconds: a Monday. */
export const START = Date.UTC(2026, 10, 2);
/** How many days of traffic there are, however many rows. */
export const DAYS = 14;
export const END = START + DAYS * 86_400_000;

/** Fourteen days in stretches of twenty minutes: how long a session lasts at most. */
const STRETCHES = DAYS * 72;
/** Requests of a session on average. */
const PER_SESSION = 10;
const PER_CROWD_SESSION = 5;
const VISITORS = 50_000;
const ROUTES = 200;

const SERVICES = ['catalogue', 'checkout', 'accounts', 'search', 'shipping', 'billing'];
const NOUNS = [
  ...['orders', 'products', 'carts', 'users', 'payments', 'reviews', 'prices', 'stores', 'refunds', 'invoices'],
  ...['coupons', 'wishlists', 'shipments', 'addresses', 'returns', 'brands', 'categories', 'images', 'sessions'],
  ...['tokens', 'reports', 'exports', 'webhooks', 'alerts', 'devices'],
];
const SHAPES = ['', '/{id}', '/search', '/{id}/items', '/{id}/history', '/{id}/items/{id}', '/export', '/{id}/status'];

const list = (values: ReadonlyArray<string | number>) =>
  `[${values.map((value) => (typeof value === 'number' ? value : `'${value}'`)).join(', ')}]`;
/** A number from 0 to 1 of a row, another for every salt. */
const uniform = (salt: number) => `(hash(i * 64 + ${salt}) / 18446744073709551616.0)`;
/** Roughly standard normal: the sum of four uniform numbers. */
const normal = (salt: number) => `((${[0, 1, 2, 3].map((step) => uniform(salt + step)).join(' + ')} - 2) * 1.7320508)`;
/** An integer from 0 to below `n` that follows from a number. */
const pick = (of: string, n: number) => `CAST(hash(${of}) % ${n} AS INTEGER)`;
const microseconds = (ms: number) => `${ms}000`;

/** How many steps a journey has: the routes numbered from 0. */
export const JOURNEY_STEPS = 5;
/** Share of visits that get to each step of a journey at all. */
const JOURNEY_DEPTHS = [1, 0.55, 0.22, 0.12, 0.09];

/**
 * What is asked for, and by whom. `journeys`: most requests of a visit's n-th fifth are to the n-th step, as far as the visit
 * gets. `crowd`: journeys in which every visit is of another customer, and of some five requests.
 */
export type Traffic = 'requests' | 'journeys' | 'crowd';

/** Number of the route of row `i`. */
function routeNumber(traffic: Traffic, total: number): string {
  if (traffic === 'requests') {
    return `CAST(floor(${ROUTES} * pow(${uniform(2)}, 2.79)) AS INTEGER)`;
  }
  const stage = `CAST(floor((i * ${STRETCHES}.0 / ${total} % 1) * ${JOURNEY_STEPS}) AS INTEGER)`;
  const deep = `hash(visit * 8 + 7) / 18446744073709551616.0 < ${list(JOURNEY_DEPTHS)}[1 + ${stage}]`;
  return `CASE WHEN ${uniform(23)} < 0.7 AND ${deep} THEN ${stage}
      WHEN ${uniform(23)} > 0.98 THEN ${pick('i * 64 + 24', JOURNEY_STEPS)}
      ELSE CAST(${JOURNEY_STEPS} + floor(${ROUTES - JOURNEY_STEPS} * pow(${uniform(2)}, 2.79)) AS INTEGER) END`;
}

/** Route number `r`, as its template. Numbers below five are the busiest; funnels are asked of them. */
export function routeOf(r: number): { service: string; method: string; route: string } {
  return {
    service: SERVICES[r % SERVICES.length]!,
    method: METHODS[r % METHODS.length]!,
    route: `/api/v1/${NOUNS[r % NOUNS.length]!}${SHAPES[Math.floor(r / NOUNS.length)]!}`,
  };
}
const METHODS = ['GET', 'GET', 'POST', 'GET', 'PUT', 'GET', 'DELETE'];

/**
 * The SELECT of rows `first` to `last` of `total`, with columns as the lake takes them in (times in microseconds), in
 * the order of time. What a row is depends on `total` and its number alone.
 *
 * Traffic swings by the hour; 200 routes of 6 services, the busiest with some 15 %; sessions of some ten requests within
 * twenty minutes, by 50,000 customers of whom a few come often (Zipf); a third of the requests are anonymous, most of
 * them in sessions that later are not; 5 % errors, grouped. With `journeys` a quarter of the requests are steps, fewer with every step.
 */
export function requestsSql(first: number, last: number, total: number, traffic: Traffic = 'requests'): string {
  const crowd = traffic === 'crowd';
  const sessions = Math.max(1, Math.floor(total / STRETCHES / (crowd ? PER_CROWD_SESSION : PER_SESSION)));
  const visitor = crowd
    ? 'visit'
    : `CAST(floor(pow(${VISITORS}, hash(visit * 8 + 6) / 18446744073709551616.0)) AS INTEGER)`;
  const day = `(i * ${DAYS}.0 / ${total})`;
  const hour = `(${day} - floor(${day}))`;
  return `WITH numbered AS (
  SELECT i,
    CAST(${microseconds(START)} + (floor(${day}) + ${hour} + 0.6 * sin(2 * pi() * ${hour}) / (2 * pi())) * 86400000000 AS BIGINT) AS time,
    CAST(floor(i * ${STRETCHES}.0 / ${total}) AS BIGINT) * ${sessions} + CAST(floor(${uniform(1)} * ${sessions}) AS BIGINT) AS visit,
    ${routeNumber(traffic, total)} AS r,
    ${uniform(3)} AS fate
  FROM range(${first}, ${last}) AS rows(i)
), visited AS (
  SELECT *, hash(visit * 8 + 5) AS visit_hash,
    ${visitor} AS visitor,
    fate < 0.007 * (1 + r % 5) / 3 AS failed,
    fate >= 0.007 * (1 + r % 5) / 3 AND fate < 0.047 * (1 + r % 5) / 3 AS refused,
    fate > 0.9995 AS lost,
    ${list(SERVICES)}[1 + r % ${SERVICES.length}] AS service,
    '/api/v1/' || ${list(NOUNS)}[1 + r % ${NOUNS.length}] || ${list(SHAPES)}[1 + r // ${NOUNS.length}] AS route
  FROM numbered
), answered AS (
  SELECT *,
    CASE WHEN lost THEN NULL
      WHEN failed THEN [500, 500, 502, 503, 504][1 + ${pick('i * 64 + 4', 5)}]
      WHEN refused THEN [400, 401, 403, 404, 404, 404, 409, 429][1 + ${pick('i * 64 + 4', 8)}]
      ELSE [200, 200, 200, 200, 200, 201, 204, 304][1 + ${pick('i * 64 + 4', 8)}] END AS status
  FROM visited
)
SELECT time,
  round(exp(ln(20 + 3 * (r % 40)) + 0.8 * ${normal(8)}) * CASE WHEN failed THEN 4 ELSE 1 END, 3) AS duration_ms,
  service,
  '2.' || (i * 6 // ${total}) || '.0' AS service_version,
  CASE WHEN ${pick('i * 64 + 12', 20)} = 0 THEN 'staging' ELSE 'production' END AS environment,
  service || '-' || ${pick('i * 64 + 13', 2)} AS instance,
  ['eu-central-1', 'eu-west-1', 'us-east-1'][1 + ${pick('visitor', 3)}] AS region,
  'server' AS direction,
  ${list(METHODS)}[1 + r % ${METHODS.length}] AS method,
  route,
  replace(route, '{id}', CAST(${pick('i * 64 + 14', 100000)} AS VARCHAR)) AS path,
  'https' AS scheme,
  CASE WHEN ${pick('visitor', 4)} = 0 THEN '1.1' ELSE '2' END AS protocol,
  'api.example.com' AS host,
  status,
  CASE WHEN r % ${METHODS.length} IN (2, 4) THEN ${pick('i * 64 + 15', 4000)} END AS request_bytes,
  CAST(exp(6 + ${normal(16)}) AS BIGINT) AS response_bytes,
  CASE WHEN lost THEN 'timeout' WHEN failed THEN ['NullPointerException', 'TimeoutError', 'ConnectionRefused'][1 + r % 3] END AS error_type,
  CASE WHEN failed THEN 'no answer from ' || service || ' within ' || (r % 9) || ' s' END AS error_message,
  CASE WHEN (failed OR refused) AND ${pick('i * 64 + 20', 20)} > 0 THEN left(md5(service || route || status), 12) END AS error_group,
  CASE WHEN CAST(visit_hash % 10 AS INTEGER) > 0 AND ${pick('i * 64 + 21', 4)} > 0 THEN format('u{:015x}', hash(visitor) // 16) END AS customer,
  CASE WHEN visitor % 5 > 0 THEN 'acc-' || visitor % 2000 END AS account,
  format('{:016x}', visit_hash) AS session,
  '10.' || ${pick('visitor', 256)} || '.' || ${pick('visitor + 1', 256)} || '.0' AS client_ip,
  'Mozilla/5.0 (X11; Linux x86_64) Shop/' || ${pick('visitor', 80)} AS user_agent,
  CASE WHEN CAST(visit_hash % 10 AS INTEGER) > 0 THEN 'bearer' ELSE 'none' END AS auth_scheme,
  md5(CAST(i AS VARCHAR)) AS trace_id,
  left(md5(CAST(-i AS VARCHAR)), 16) AS span_id,
  'bench' AS source, 'sender' AS route_source, 'given' AS session_source,
  time + 500000 AS ingested_at,
  MAP {'plan': ['free', 'team', 'business'][1 + visitor % 3], 'cache': ['hit', 'miss'][1 + ${pick('i * 64 + 22', 2)}]} AS attributes
FROM answered
ORDER BY i`;
}
