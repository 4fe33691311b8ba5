import { parseDuration, type FunnelQuery } from '@apitrail/contract';

import { raw, sql, type Sql } from '../../../engine/sql';
import type { Attempts } from '../attempts';

/**
 * A SELECT of the attempts that are compared, those that got to a step (from 1) and those that did not and cannot any more: `attempted` (a number, from
 * 0), `unit`, `segment`, `weight`, `converted`, `reached` (the last step before that one that was reached), `at_us` (of each step, as in `attempts`),
 * `entry_us` and `until_us`: up to when their requests are looked at.
 *
 * Who converts is looked at until then. Who does not would have the whole window to meet something, and would meet more for that alone: so the times that
 * the converted took from the last step that a unit reached are dealt out, evenly, in the order of a hash of the unit, to all who stopped there, and each is
 * looked at for one of them. Nobody then has longer than the others to meet what has nothing to do with it. Who stopped at a step that may be left out is
 * looked at for as long as those who took it too, if there are any.
 */
export function lookedAt(query: FunnelQuery, attempts: Attempts, step: number): Sql {
  const [there, before] = [raw(String(step)), raw(String(step - 1))];
  const window = raw(String(parseDuration(query.window) * 1000));
  // A unit that enters again once an attempt is over is followed by the next attempt from there on.
  const again = query.counting === 'total' && query.reentry === 'first';
  const next = again
    ? sql`lead(entry_us) OVER (PARTITION BY unit${query.attribution === 'all' ? sql`, segment` : sql``} ORDER BY attempt)`
    : sql`CAST(NULL AS BIGINT)`;
  const columns = sql`unit, attempt, segment, weight`;
  return sql`${attempts.tables}, ended_attempts AS (
  SELECT ${columns}, entry_us, at_us, at_us[${there}] AS there_us, ended, list_max(list_transform(range(1, ${there}), lambda step: CASE WHEN at_us[step] IS NOT NULL THEN step END)) AS reached, ${next} AS next_us FROM attempts
), passed AS (
  SELECT reached, took_us, row_number() OVER (PARTITION BY reached ORDER BY took_us) - 1 AS place, count(*) OVER (PARTITION BY reached) AS number
  FROM (
    SELECT last AS reached, there_us - list_max(at_us[1:last]) AS took_us
    FROM (SELECT there_us, at_us, unnest(range(1, ${there})) AS last FROM ended_attempts WHERE there_us IS NOT NULL) AS each
    QUALIFY at_us[last] IS NOT NULL OR NOT bool_or(at_us[last] IS NOT NULL) OVER (PARTITION BY last)
  ) AS taken
), others AS (
  SELECT *, list_max(at_us[1:${before}]) AS last_us, row_number() OVER (PARTITION BY reached ORDER BY md5(unit), attempt, segment) - 1 AS dealt, count(*) OVER (PARTITION BY reached) AS number
  FROM ended_attempts WHERE there_us IS NULL AND ended <> 'pending'
), looked AS (
  SELECT ${columns}, TRUE AS converted, reached, at_us, entry_us, there_us AS until_us FROM ended_attempts WHERE there_us IS NOT NULL
  UNION ALL
  SELECT ${columns}, FALSE, others.reached, at_us, entry_us, least(last_us + took_us, entry_us + ${window}, coalesce(next_us - 1, entry_us + ${window}))
  FROM others LEFT JOIN passed ON passed.reached = others.reached AND passed.place = (2 * dealt + 1) * passed.number // (2 * others.number)
)
SELECT CAST(row_number() OVER () - 1 AS BIGINT) AS attempted, unit, segment, weight, converted, reached, at_us, entry_us, until_us FROM looked`;
}
