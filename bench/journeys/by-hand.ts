import { JOURNEY_STEPS, routeOf } from '../lake/requests-sql';
import { HOUR_US, type RawContext } from '../queries/case';

/** Ways to write one question by hand. Which of them is fastest depends on the data and the release of DuckDB: all are measured. */
export type Variants = Readonly<Record<string, string>>;

const STEPS = Array.from({ length: JOURNEY_STEPS }, (_, index) => index + 1);
const OTHERS = STEPS.slice(1);
const ROUTES = STEPS.map((step) => routeOf(step - 1));
const quoted = (texts: readonly string[]) => [...new Set(texts)].map((text) => `'${text}'`).join(', ');

const WHENS = ROUTES.map(
  ({ route, method }, index) => `WHEN route = '${route}' AND method = '${method}' THEN ${index + 1}`
);
/** A list is looked up in the dictionary of a column, which `IN` is not: a third of the time. */
const ANY_STEP = `list_contains([${quoted(ROUTES.map(({ route }) => route))}], route) AND list_contains([${quoted(ROUTES.map(({ method }) => method))}], method) AND status < 400`;

function events({ requests, inRange }: RawContext, unit: string): string {
  return `SELECT ${unit} AS unit, epoch_us(time) AS moment, CASE ${WHENS.join(' ')} END AS step FROM ${requests}
  WHERE ${inRange} AND ${ANY_STEP} AND ${unit} IS NOT NULL`;
}

/** `entered` has the first entry of each unit, `followed` what it does within the window: little of what there is. */
function followed(context: RawContext, unit: string): string {
  return `events AS MATERIALIZED (${events(context, unit)}), entered AS MATERIALIZED (
  SELECT unit, min(moment) AS entry FROM events WHERE step = 1 GROUP BY unit
), followed AS MATERIALIZED (
  SELECT events.*, entry FROM events JOIN entered USING (unit) WHERE step > 1 AND events.moment BETWEEN entry AND entry + ${HOUR_US}
)`;
}

/** `reached`: a row per unit, with the time of each step, from a list of times per step. */
function chainOfLists(from: string): string {
  return OTHERS.reduce(
    (text, step) =>
      `SELECT *, list_min(list_filter(times_${step}, lambda one: one >= at_${step - 1} AND one <= entry + ${HOUR_US})) AS at_${step} FROM (${text})`,
    from
  );
}

const lists = OTHERS.map((step) => `list(moment) FILTER (step = ${step}) AS times_${step}`).join(', ');

/** Joined step by step: the earliest request after the step before. */
function joins(ofStep: (step: number) => string): string {
  const steps = OTHERS.map((step) => `, step_${step} AS MATERIALIZED (${ofStep(step)})`).join('');
  return `, step_1 AS (SELECT unit, entry, entry AS moment FROM entered)${steps}, reached AS MATERIALIZED (
  SELECT step_1.entry, step_1.entry AS at_1, ${OTHERS.map((step) => `step_${step}.moment AS at_${step}`).join(', ')}
  FROM step_1 ${OTHERS.map((step) => `LEFT JOIN step_${step} USING (unit)`).join(' ')}
)`;
}

/** The table of steps that a funnel answers with, of `reached`, and the share of rows without a unit from the footers of the files. */
function stepsTable({ newestUs, requests, inRange }: RawContext, unit: string): string {
  const files = /^read_parquet\((.*)\)$/s.exec(requests)![1]!;
  const totals = STEPS.map((step) => {
    const took = `(at_${step} - at_${step - 1}) / 1000`;
    const times = step === 1 ? 'NULL, NULL' : `quantile_cont(${took}, 0.5), quantile_cont(${took}, 0.9)`;
    return `SELECT ${step} AS step, count(at_${step}) AS units, count(at_${step}) FILTER (entry + ${HOUR_US} > ${newestUs} AND at_${JOURNEY_STEPS} IS NULL) AS open, ${times} FROM reached`;
  });
  const share =
    unit === 'session'
      ? `SELECT 1 - count(session) / count(*) FROM ${requests} WHERE ${inRange}`
      : `SELECT sum(stats_null_count) / sum(num_values) FROM parquet_metadata(${files}) WHERE path_in_schema = '${unit}'`;
  return `, totals(step, units, open, median, p90) AS (${totals.join('\nUNION ALL\n')})
SELECT step, units::DOUBLE, coalesce(lag(units) OVER steps - units - (lag(open) OVER steps - open), 0)::DOUBLE,
  coalesce(lag(open) OVER steps - open, 0)::DOUBLE, median, p90 FROM totals WINDOW steps AS (ORDER BY step)
UNION ALL SELECT 0, (${share}), 0, 0, NULL, NULL`;
}

/** A unit's first entry counts; each step is its earliest request after the step before, within the window. */
export function firstEntry(context: RawContext, unit: string): Variants {
  const table = stepsTable(context, unit);
  const fewLists = `times AS (SELECT unit, ${lists} FROM followed GROUP BY unit)`;
  const oneWindow = OTHERS.reduce(
    (text, step) =>
      `SELECT *, min(CASE WHEN step = ${step} AND moment >= at_${step - 1} THEN moment END) OVER (PARTITION BY unit) AS at_${step} FROM (${text})`,
    `SELECT unit, entry, entry AS at_1, moment, step FROM (SELECT * FROM followed UNION ALL SELECT unit, entry, 1, entry FROM entered)`
  );
  return {
    'pruned, joined step by step': `WITH ${followed(context, unit)}${joins(
      (step) => `SELECT unit, min(f.moment) AS moment FROM followed AS f JOIN step_${step - 1} AS before USING (unit)
    WHERE step = ${step} AND f.moment >= before.moment GROUP BY unit`
    )}${table}`,
    'pruned, forward ASOF': `WITH ${followed(context, unit)}${joins(
      (
        step
      ) => `SELECT before.unit, f.moment FROM step_${step - 1} AS before ASOF JOIN (SELECT unit, moment FROM followed WHERE step = ${step}) AS f
    ON before.unit = f.unit AND before.moment <= f.moment`
    )}${table}`,
    'pruned, nested windows': `WITH ${followed(context, unit)}, reached AS MATERIALIZED (
  SELECT unit, any_value(entry) AS entry, ${STEPS.map((step) => `any_value(at_${step}) AS at_${step}`).join(', ')} FROM (${oneWindow}) GROUP BY unit
)${table}`,
    'pruned, a list per step': `WITH ${followed(context, unit)}, ${fewLists}, reached AS MATERIALIZED (
  ${chainOfLists('SELECT entry, entry AS at_1, times.* FROM entered LEFT JOIN times USING (unit)')}
)${table}`,
    'a list per step of all requests': `WITH times AS (
  SELECT unit, min(moment) FILTER (step = 1) AS entry, ${lists} FROM (${events(context, unit)}) GROUP BY unit
), reached AS MATERIALIZED (
  ${chainOfLists('SELECT *, entry AS at_1 FROM times WHERE entry IS NOT NULL')}
)${table}`,
  };
}

/** Any entry may count, and the one that gets furthest does, as in `windowFunnel`: how many units got to each step. */
export function furthestEntry(context: RawContext, unit: string): Variants {
  const counts = (of: (step: number) => string) =>
    STEPS.map((step) => `SELECT ${step}, count(DISTINCT unit)::DOUBLE FROM ${of(step)}`).join('\nUNION ALL\n');
  const chains = OTHERS.map(
    (step) => `, chain_${step} AS MATERIALIZED (
  SELECT later.unit, later.moment, before.entry FROM (SELECT unit, moment FROM events WHERE step = ${step}) AS later
  ASOF JOIN chain_${step - 1} AS before ON later.unit = before.unit AND later.moment >= before.moment
  WHERE later.moment <= before.entry + ${HOUR_US}
)`
  ).join('');
  const nested = OTHERS.reduce(
    (text, step) =>
      `SELECT *, CASE WHEN step = ${step} AND moment <= carried_${step} + ${HOUR_US} THEN carried_${step} END AS entry_${step} FROM (
    SELECT *, max(entry_${step - 1}) OVER (PARTITION BY unit ORDER BY moment RANGE UNBOUNDED PRECEDING) AS carried_${step} FROM (${text})
  )`,
    `SELECT unit, moment, step, CASE WHEN step = 1 THEN moment END AS entry_1 FROM (${events(context, unit)})`
  );
  return {
    'reverse ASOF with pruning': `WITH events AS MATERIALIZED (${events(context, unit)}), chain_1 AS (
  SELECT unit, moment, moment AS entry FROM events WHERE step = 1
)${chains}
${counts((step) => `chain_${step}`)}`,
    'nested windows': `WITH marked AS MATERIALIZED (${nested})
${counts((step) => `marked WHERE entry_${step} IS NOT NULL`)}`,
  };
}

/** Customers by the days they came on, and on which days after each they did again. */
export function retentionByHand({ requests, inRange }: RawContext): Variants {
  return {
    'distinct days, joined': `WITH days AS MATERIALIZED (
  SELECT DISTINCT customer, epoch_us(time) // 86400000000 AS day FROM ${requests} WHERE ${inRange} AND customer IS NOT NULL
), pairs AS (
  SELECT first.day AS cohort, later.day - first.day AS away, count(*) FROM days AS first JOIN days AS later USING (customer) WHERE later.day >= first.day GROUP BY ALL
)
SELECT cohort * 86400000::DOUBLE, max("count_star()") FILTER (away = 0)::DOUBLE FROM pairs GROUP BY cohort`,
  };
}

/** The routes that follow the first request of each session, five steps far, without collapse, top or medians. */
export function pathsByHand({ requests, inRange }: RawContext): Variants {
  const leads = [1, 2, 3, 4, 5].map(
    (step) =>
      `CASE WHEN lead(sitting, ${step}) OVER places = sitting THEN lead(route, ${step}) OVER places END AS route_${step}`
  );
  return {
    'windows and leads': `WITH marked AS (
  SELECT customer, route, time, coalesce(time - lag(time) OVER (PARTITION BY customer ORDER BY time) > INTERVAL 30 MINUTE, TRUE) AS begins
  FROM ${requests} WHERE ${inRange} AND customer IS NOT NULL
), seated AS (
  SELECT *, count(*) FILTER (begins) OVER (PARTITION BY customer ORDER BY time ROWS UNBOUNDED PRECEDING) AS sitting FROM marked
), paths AS MATERIALIZED (
  SELECT * FROM (SELECT begins, route AS route_0, ${leads.join(', ')} FROM seated WINDOW places AS (PARTITION BY customer ORDER BY time)) WHERE begins
)
${[0, 1, 2, 3, 4].map((step) => `SELECT ${step}, route_${step}, route_${step + 1}, count(*) FROM paths WHERE route_${step} IS NOT NULL GROUP BY ALL`).join(' UNION ALL ')}`,
  };
}
