import { join, literal, param, raw, sql, type Sql } from '../../engine/sql';
import { ERROR, WEIGHT } from '../shared/metrics';
import { isOver, type ExperienceSql } from './experience-sql';
import { FAILED } from './failures';
import { scoredTables } from './scored';
import { SLOW, besideUsual } from './usual';

/** From which share on what slowness takes is a reason to talk: a fifth more of the requests than usual were slow. */
const MUCH_SLOWER = 0.5;

/**
 * How bad each reason is, for the priority; a failure that was followed by a success at the same endpoint is `recovered`. A journey of a
 * funnel counts from `failed`, where it had not begun, to `abandoned`, where only its last step was missing.
 */
export const SEVERITY = { abandoned: 1, failed: 0.6, recovered: 0.3, slow: 0.3 } as const;

/** After so many days what happened counts half. */
export const HALF_LIFE_DAYS = 7;

const ENDPOINT = ['service', 'method', 'route'] as const;
const EVIDENCE = [...ENDPOINT, 'status', 'error_group', 'error_type'] as const;

const same = (left: string, right: string) =>
  join(
    ENDPOINT.map((name) => sql`${raw(`${left}.${name}`)} IS NOT DISTINCT FROM ${raw(`${right}.${name}`)}`),
    ' AND '
  );

/**
 * Common table expressions to `outreach`: a row per customer whom something happened to, with the main reason, its evidence and
 * the priority, `100 × severity × freshness × repetition × value`.
 */
export function outreachTables(of: ExperienceSql): Sql[] {
  const { rows, unit, dialect, weighted, journeys, journeySteps, horizonUs, withAccount } = of;
  const us = dialect.epochUs(sql`time`);
  const evidence = sql`struct_pack(${join(EVIDENCE.map((name) => sql`${raw(name)} := ${raw(name)}`))}, us := ${us}) AS hit`;
  const day = 86_400_000_000;
  return [
    ...scoredTables(of),
    // A failure that goes through several services is one to the customer, who saw the first of its requests.
    sql`hits AS (
  SELECT unit, max(at_us) AS at_us, arg_min(hit, at_us) AS hit, max(hit_weight) AS hit_weight FROM (
    SELECT ${unit} AS unit, ${us} AS at_us, trace_id, ${weighted ? WEIGHT : sql`1`} AS hit_weight, ${evidence}
    FROM ${rows.relation} WHERE ${rows.where} AND ${FAILED} AND ${unit} IS NOT NULL
  ) AS failures GROUP BY unit, trace_id, CASE WHEN trace_id IS NULL THEN at_us END
)`,
    sql`ends AS (
  ${
    journeys
      ? sql`SELECT unit, max(failed_us) FILTER (WHERE abandoned = 1) AS abandoned_us, max(reached_us) FILTER (WHERE converted = 1) AS converted_us, arg_max(reached, failed_us) FILTER (WHERE abandoned = 1) AS reached FROM ${journeys} AS journeys GROUP BY 1`
      : sql`SELECT unit, max(last_us) FILTER (WHERE ends_failed) AS abandoned_us, CAST(NULL AS BIGINT) AS converted_us, CAST(NULL AS INTEGER) AS reached FROM visits WHERE ${isOver(horizonUs)} GROUP BY 1`
  }
)`,
    sql`struck AS (
  SELECT hits.unit, CAST(sum(hit_weight) AS DOUBLE) AS hit_requests, max(at_us) AS failure_us, any_value(abandoned_us) AS abandoned_us, any_value(converted_us) AS converted_us, any_value(reached) AS reached,
    arg_max(hit, at_us) AS last_hit, arg_max(hit, at_us) FILTER (WHERE at_us = abandoned_us) AS end_hit
  FROM hits LEFT JOIN ends ON hits.unit = ends.unit GROUP BY 1
)`,
    // Which failure an abandoned journey ended with matters only while nothing has mended it.
    sql`told AS (
  SELECT *, coalesce(abandoned_us > coalesce(converted_us, 0), FALSE) AS open_end,
    CASE WHEN abandoned_us > coalesce(converted_us, 0) THEN coalesce(end_hit, last_hit) ELSE last_hit END AS hit
  FROM struck
)`,
    sql`evidence AS (SELECT unit, ${join(EVIDENCE.map((name) => sql`hit.${raw(name)} AS ${raw(name)}`))}, hit.us AS hit_us FROM told)`,
    sql`mended AS (
  SELECT DISTINCT later.unit AS mended_unit FROM (
    SELECT ${unit} AS unit, ${us} AS at_us, ${join(ENDPOINT.map(raw))} FROM ${rows.relation} WHERE ${rows.where} AND ${ERROR} IS NOT TRUE
  ) AS later JOIN evidence ON later.unit = evidence.unit AND later.at_us > hit_us AND ${same('later', 'evidence')}
)`,
    sql`slowed AS (
  SELECT unit AS slow_unit, arg_max(struct_pack(${join(ENDPOINT.map((name) => sql`${raw(name)} := ${raw(name)}`))}), (requests, service, method, route)) AS endpoint FROM (
    SELECT unit, ${join(ENDPOINT.map(raw))}, count(*) AS requests FROM (
      SELECT ${unit} AS unit, ${join(ENDPOINT.map(raw))} FROM ${besideUsual(rows).relation} WHERE ${rows.where} AND ${SLOW}
    ) AS slow_rows WHERE unit IN (SELECT unit FROM scored WHERE slowness_part >= ${raw(String(MUCH_SLOWER))}) GROUP BY ALL
  ) AS counted GROUP BY 1
)`,
    sql`ranked AS (
  SELECT scored.unit, ${withAccount ? sql`scored.account` : sql`CAST(NULL AS VARCHAR)`} AS account, scored.health, scored.requests, scored.slow, scored.timed, scored.abandoned, scored.last_us, percent_rank() OVER (ORDER BY scored.requests) AS rank
  FROM scored
)`,
    sql`reasoned AS (
  SELECT ranked.*, coalesce(hit_requests, 0) AS failures, failure_us, mended_unit IS NOT NULL AS recovered, reached,
    CASE WHEN told.unit IS NULL THEN 'slow' WHEN open_end AND (${raw(journeys ? 'TRUE' : 'FALSE')} OR mended_unit IS NULL) THEN 'abandoned' ELSE 'failed' END AS reason,
    ${join(ENDPOINT.map((name) => sql`CASE WHEN told.unit IS NULL THEN slowed.endpoint.${raw(name)} ELSE evidence.${raw(name)} END AS ${raw(name)}`))}, evidence.status, evidence.error_group, evidence.error_type
  FROM ranked LEFT JOIN told ON told.unit = ranked.unit LEFT JOIN evidence ON evidence.unit = ranked.unit LEFT JOIN mended ON mended_unit = ranked.unit LEFT JOIN slowed ON slow_unit = ranked.unit
  WHERE told.unit IS NOT NULL OR slow_unit IS NOT NULL
)`,
    sql`outreach AS (
  SELECT *, 100 * ${severity(journeySteps)} * power(0.5, greatest(0, ${param('double', horizonUs)} - coalesce(failure_us, last_us)) / ${raw(String(HALF_LIFE_DAYS * day))})
    * CASE WHEN reason = 'slow' THEN slow / (slow + 1) ELSE failures / (failures + 1) END * (0.5 + 0.5 * rank) AS priority
  FROM reasoned
)`,
  ];
}

function severity(steps: number | undefined): Sql {
  const { abandoned, failed, recovered, slow } = SEVERITY;
  const lost =
    steps === undefined
      ? raw(String(abandoned))
      : sql`${raw(String(failed))} + ${raw(String(abandoned - failed))} * reached / ${raw(`${steps - 1}.0`)}`;
  const each = [
    sql`WHEN reason = ${literal('abandoned')} THEN ${lost}`,
    sql`WHEN reason = ${literal('slow')} THEN ${raw(String(slow))}`,
    sql`WHEN recovered THEN ${raw(String(recovered))}`,
  ];
  return sql`CASE ${join(each, ' ')} ELSE ${raw(String(failed))} END`;
}
