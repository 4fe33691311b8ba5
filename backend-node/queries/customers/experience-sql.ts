import type { Dialect } from '../../engine/dialect';
import { join, param, raw, sql, type Sql } from '../../engine/sql';
import { WEIGHT, stateOfRows } from '../shared/metrics';
import type { RowSource } from '../shared/select';
import { FAILED, FAILURE } from './failures';
import { SLOW, besideUsual } from './usual';

/** The pause that ends a visit where requests have no session: half an hour, microseconds. */
export const VISIT_GAP_US = 1_800_000_000;

/** What the experience of customers is told from. */
export interface ExperienceSql {
  /** The rows of the range, with the columns that `unit` names. */
  rows: RowSource;
  /** Common table expressions to begin with: those the rows are made with, and `usual`. */
  tables: readonly Sql[];
  unit: Sql;
  /** Whether customers are told with the account they belong to. */
  withAccount: boolean;
  /** The present: the end of the range, or the newest data if that is earlier. Microseconds. */
  horizonUs: number;
  /** How long customers were seen: from the begin of the range, or the oldest data if that is later, to the present. */
  observedUs: number;
  weighted: boolean;
  dialect: Dialect;
  /** A relation `unit`, `entry_us`, `abandoned` of journeys that are over, in the place of visits. */
  journeys?: Sql | undefined;
  /** How many steps they have. */
  journeySteps?: number | undefined;
  /** Only these. */
  only?: readonly string[] | undefined;
}

/**
 * Common table expressions to `visits` and `units`. `pieces` is a row per customer and session, or half hour where a request has no
 * session: within one there is no pause as long as the gap, so that visits are found among few rows.
 */
export function experienceTables(of: ExperienceSql): Sql[] {
  const { tables, journeys, withAccount } = of;
  const ownJourneys = journeys
    ? sql`lived LEFT JOIN (SELECT unit AS journey_unit, count(*) AS journeys, sum(abandoned) AS abandoned FROM ${journeys} AS journeys GROUP BY 1) AS journeys ON unit = journey_unit`
    : sql`lived`;
  const sums = SUMS.map((name) => sql`sum(${raw(name)}) AS ${raw(name)}`);
  return [
    ...tables,
    sql`pieces AS (
  ${pieces(of)}
)`,
    sql`visits AS (
  ${visits(of)}
)`,
    sql`lived AS (
  SELECT unit, ${join(sums)}, min(first_us) AS first_us, max(last_us) AS last_us, count(*) FILTER (WHERE opens) AS visits${
    withAccount ? sql`, max(account) AS account` : sql``
  }${journeys ? sql`` : sql`, ${visitJourneys(of)}`}
  FROM visits GROUP BY unit
)`,
    sql`units AS (
  SELECT unit, ${withAccount ? sql`account, ` : sql``}${join(SUMS.map((name) => sql`CAST(${raw(name)} AS DOUBLE) AS ${raw(name)}`))}, CAST(first_us AS DOUBLE) AS first_us, CAST(last_us AS DOUBLE) AS last_us, CAST(visits AS DOUBLE) AS visits,
    CAST(coalesce(journeys, 0) AS DOUBLE) AS journeys, CAST(coalesce(abandoned, 0) AS DOUBLE) AS abandoned, ${known('requests', of.weighted)} AS known, ${known('timed', of.weighted)} AS timed_known
  FROM ${ownJourneys}
)`,
  ];
}

/** What adds up over visits. Beside the states of metrics: `failures` as owners weigh, and of sampled rows the squares of weights. */
const SUMS = [
  'requests',
  'errors',
  'failed',
  'failures',
  'timed',
  'slow',
  'durations',
  'satisfied',
  'tolerating',
  'requests_square',
  'timed_square',
] as const;

/** As how many requests a sample counts as evidence: (Σw)² / Σw² (Kish). */
export function known(name: 'requests' | 'timed', weighted: boolean): Sql {
  return weighted
    ? sql`coalesce(CAST(${raw(name)} AS DOUBLE) * ${raw(name)} / nullif(${raw(`${name}_square`)}, 0), 0)`
    : sql`CAST(${raw(name)} AS DOUBLE)`;
}

/** Aggregates of rows beside what is usual, in the order of `SUMS`. */
export function sumsOfRows(weighted: boolean): Sql {
  const where = (condition: Sql) =>
    weighted ? sql`coalesce(sum(${WEIGHT}) FILTER (WHERE ${condition}), 0)` : sql`count(*) FILTER (WHERE ${condition})`;
  const states = (name: 'requests' | 'errors' | 'satisfied' | 'tolerating') => stateOfRows(name, weighted);
  const values: Record<(typeof SUMS)[number], Sql> = {
    requests: states('requests'),
    errors: states('errors'),
    failed: where(FAILED),
    failures: weighted ? sql`sum(${FAILURE} * ${WEIGHT})` : sql`sum(${FAILURE})`,
    timed: where(sql`usual_ms IS NOT NULL AND duration_ms IS NOT NULL`),
    slow: where(SLOW),
    durations: stateOfRows('timed', weighted),
    satisfied: states('satisfied'),
    tolerating: states('tolerating'),
    requests_square: weighted ? sql`sum(${WEIGHT} * ${WEIGHT})` : sql`0`,
    timed_square: weighted
      ? sql`coalesce(sum(${WEIGHT} * ${WEIGHT}) FILTER (WHERE usual_ms IS NOT NULL AND duration_ms IS NOT NULL), 0)`
      : sql`0`,
  };
  return join(SUMS.map((name) => sql`${values[name]} AS ${raw(name)}`));
}

function pieces(of: ExperienceSql): Sql {
  const { rows, unit, dialect, weighted, withAccount, only } = of;
  const { relation, where } = besideUsual(rows);
  const us = dialect.epochUs(sql`time`);
  const slot = sql`CASE WHEN session IS NULL THEN ${dialect.integerDivide(us, raw(String(VISIT_GAP_US)))} END`;
  const among = only === undefined ? sql`${unit} IS NOT NULL` : dialect.oneOf(unit, only.length > 0 ? only : ['']);
  // Of two requests of one moment the one that failed counts as the last.
  return sql`SELECT ${unit} AS unit, session AS visit, ${slot} AS slot, min(${us}) AS first_us, max(${us}) AS last_us, max(${us} * 2 + CASE WHEN ${FAILED} THEN 1 ELSE 0 END) % 2 = 1 AS ends_failed${
    withAccount ? sql`, max(account) AS account` : sql``
  },
    ${sumsOfRows(weighted)}
  FROM ${relation}
  WHERE ${where} AND ${among}
  GROUP BY 1, 2, 3`;
}

/**
 * Sessions by their id. Requests without one, such as calls from service to service, belong to the session that was going on or ended less
 * than the gap before; others make visits of their own, which end with a pause longer than it.
 */
function visits({ withAccount }: ExperienceSql): Sql {
  const columns = sql`unit, first_us, last_us, ends_failed${withAccount ? sql`, account` : sql``}, ${join(SUMS.map(raw))}`;
  const gap = raw(String(VISIT_GAP_US));
  return sql`SELECT ${columns}, TRUE AS opens, TRUE AS closes FROM pieces WHERE visit IS NOT NULL
  UNION ALL
  SELECT ${columns}, coalesce(first_us - ended_us > ${gap}, TRUE), coalesce(first_us - session_us > ${gap}, TRUE) AND coalesce(next_us - last_us > ${gap}, TRUE) FROM (
    SELECT *, max(last_us) OVER before AS ended_us, max(last_us) FILTER (WHERE visit IS NOT NULL) OVER before AS session_us, lead(first_us) OVER (PARTITION BY unit ORDER BY first_us, visit IS NULL) AS next_us
    FROM pieces WHERE unit IN (SELECT unit FROM pieces WHERE visit IS NULL)
    WINDOW before AS (PARTITION BY unit ORDER BY first_us, visit IS NULL ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING)
  ) AS placed WHERE visit IS NULL`;
}

/** Visits that are over: nothing came of them for as long as the gap. */
export function isOver(horizonUs: number): Sql {
  return sql`closes AND last_us + ${raw(String(VISIT_GAP_US))} <= ${param('bigint', horizonUs)}`;
}

function visitJourneys({ horizonUs }: ExperienceSql): Sql {
  const over = isOver(horizonUs);
  return sql`count(*) FILTER (WHERE ${over}) AS journeys, count(*) FILTER (WHERE ${over} AND ends_failed) AS abandoned`;
}

/** `WITH …` of common table expressions. */
export function withTables(tables: readonly Sql[]): Sql {
  return sql`WITH ${join(tables, ', ')}\n`;
}
