import { ApitrailError, parseKey, type FunnelQuery } from '@apitrail/contract';

import { identifier, join, raw, sql, type Sql } from '../../../engine/sql';
import { keyAsText } from '../../shared/keys';
import { unique } from '../../shared/fields';
import { ANSWER_KEYS } from '../reasons/asked';
import { stepBits } from '../reasons/happenings';
import type { FunnelRun } from '../views/view';

/** Keys that say what was asked for. */
const ASKED_KEYS: ReadonlySet<string> = new Set([
  'service',
  'method',
  'route',
  'path',
  'query',
  'host',
  'scheme',
  'direction',
  'request_bytes',
  'upstream_host',
  'action',
  'object_type',
  'object_id',
]);

/** The keys that are compared, each once. Throws an ApitrailError that names one that cannot be, or when none is left. */
export function correlatedKeys({ correlate, correlateExcept, unit }: FunnelQuery): string[] {
  correlate.forEach((key, index) => {
    const where = `correlate[${index}]`;
    const parsed = parseKey(key);
    if (parsed === undefined) {
      throw new ApitrailError('APITRAIL_UNKNOWN_KEY', `${where}: ${key} is not a key of the record.`, { where });
    }
    if (key === unit) {
      throw new ApitrailError(
        'APITRAIL_BAD_VALUE',
        `${where}: ${key} is who goes through the funnel: each has its own. Choose keys whose values many share.`,
        { where }
      );
    }
    if (parsed.kind === 'column' && parsed.column.type === 'timestamp') {
      throw new ApitrailError(
        'APITRAIL_BAD_VALUE',
        `${where}: ${key} is a time, which hardly two requests share. Choose keys whose values many share.`,
        { where }
      );
    }
  });
  const left = unique(correlate).filter(
    (key) => !correlateExcept.some((except) => except.key === key && except.value === undefined)
  );
  if (left.length === 0) {
    throw new ApitrailError(
      'APITRAIL_BAD_VALUE',
      'correlateExcept: leaves out all keys that correlate names, so that nothing is left to compare. Name values of them, or compare other keys.',
      { where: 'correlateExcept' }
    );
  }
  return left;
}

/** What this share of those who meet a value have got a step behind them for is looked at from that step on. */
const BEHIND = 0.95;

/** What fewer units than this met, or did not meet, is left out; or than this share of them, if that is less. After PostHog. */
export const LEAST_UNITS = 25;
export const LEAST_SHARE = 0.02;

/**
 * A SELECT of what attempts met: `key` (its place in the keys), `value`, `method` (of routes), `behind` (the step that nearly all who met it had reached
 * before), and of those who reached that one: `met`, `met_converted` and `entered_converted`: how many met it, weighted, of those how many converted, and of
 * these how many had it from the moment of their entry, of keys of which the entry says something. What few of them met, or few did not, is left out.
 *
 * Requests that are steps, or try one, are not looked at: who converts has more of them. Nor are those that exclude, or in a strict funnel stray: who
 * meets them cannot convert. Only keys about answers look at failed tries, and the
 * entry says who it is and where. For the same reason a value is compared among those who got as far as whoever meets it.
 */
export function valuesMet(
  query: FunnelQuery,
  run: FunnelRun,
  { looked, keys, step }: { looked: Sql; keys: readonly string[]; step: number }
): Sql {
  const { rows, tables, unit } = run.attempts.units;
  const { dialect } = run.context;
  const apart = query.attribution === 'all' && query.breakdown !== undefined;
  const exclusions = query.exclusions.map(
    ({ filters }, index) => sql`coalesce(${run.context.condition(filters, `exclusions[${index}].filters`)}, FALSE)`
  );
  const excludes = exclusions.length > 0 ? sql`(${join(exclusions, ' OR ')})` : sql`FALSE`;
  const columns = [
    sql`${unit} AS unit`,
    sql`${dialect.epochUs(sql`time`)} AS asked_us`,
    sql`${stepBits(query, run, 'tried')} AS tried`,
    sql`${stepBits(query, run, 'matched')} AS matched`,
    sql`${excludes} AS excludes`,
    sql`method AS asked_method`,
    ...keys.map((key, index) => sql`${keyAsText(key, dialect)} AS ${identifier(`value_${index}`)}`),
    ...(apart ? [sql`${keyAsText(query.breakdown!, dialect)} AS requested_segment`] : []),
  ];
  // Where nothing may lie between the steps, all else that is met was met by straying.
  const none = query.order === 'strict' ? sql`FALSE` : sql`(tried = 0 AND matched = 0 AND NOT excludes)`;
  const pairs = keys.map((key, index) => {
    const counts = ANSWER_KEYS.has(key)
      ? query.order === 'strict'
        ? sql`FALSE`
        : sql`(matched = 0 AND NOT excludes)`
      : ASKED_KEYS.has(key)
        ? none
        : sql`(${none} OR (matched <> 0 AND asked_us = entry_us))`;
    const value = identifier(`value_${index}`);
    const method = key === 'route' ? sql`asked_method` : sql`CAST(NULL AS VARCHAR)`;
    return sql`CASE WHEN ${counts} AND ${value} IS NOT NULL THEN {key: ${raw(String(index))}, value: ${value}, method: ${method}} END`;
  });
  const ofEntry = keys.flatMap((key, index) =>
    ANSWER_KEYS.has(key) || ASKED_KEYS.has(key) ? [] : [raw(String(index))]
  );
  const entered = ofEntry.length > 0 ? sql`(met_us = entry_us AND key IN (${join(ofEntry)}))` : sql`FALSE`;
  // Who leaves a step out is no less on the way: what comes after it is compared among them all.
  const passable = raw(
    query.steps.flatMap(({ optional }, index) => (optional || index + 1 >= step ? [] : [index + 1])).join(', ')
  );
  const same = ['key', 'value', 'method'].map(raw);
  const least = sql`least(${raw(String(LEAST_UNITS))}, ${raw(String(LEAST_SHARE))} * units)`;
  return sql`WITH ${tables ? sql`${tables}, ` : sql``}requests AS (
  SELECT * FROM (SELECT ${join(columns)} FROM ${rows.relation} WHERE ${rows.where}) AS asked WHERE unit IS NOT NULL
), pairs AS (
  SELECT attempted, requests.asked_us AS met_us, unnest([${join(pairs)}]) AS pair
  FROM requests JOIN ${looked} AS looked ON requests.unit = looked.unit AND requests.asked_us >= entry_us AND requests.asked_us <= until_us${apart ? sql` AND requested_segment IS NOT DISTINCT FROM segment` : sql``}
), first_met AS (
  SELECT attempted, pair.key AS key, pair.value AS value, pair.method AS method, min(met_us) AS met_us
  FROM pairs WHERE pair IS NOT NULL GROUP BY attempted, pair.key, pair.value, pair.method
), cells AS (
  SELECT key, value, method, reached, converted, list_max(list_transform([${passable}], lambda step: CASE WHEN at_us[step] <= met_us THEN step END)) AS behind, sum(weight) AS units, sum(CASE WHEN ${entered} THEN weight ELSE 0 END) AS entered
  FROM first_met JOIN ${looked} AS looked ON looked.attempted = first_met.attempted GROUP BY ALL
), shares AS (
  SELECT *, sum(units) OVER (PARTITION BY key, value, method ORDER BY behind DESC) / sum(units) OVER (PARTITION BY key, value, method) AS share FROM cells
), placed AS (
  SELECT key, value, method, max(behind) AS behind FROM shares WHERE share >= ${raw(String(BEHIND))} GROUP BY key, value, method
), risks AS (
  SELECT behind, sum(weight) AS units FROM (SELECT unnest(range(1, reached + 1)) AS behind, weight FROM ${looked}) AS each GROUP BY behind
), met AS (
  SELECT ${join(same.map((name) => sql`placed.${name}`))}, placed.behind, sum(units) AS met, coalesce(sum(units) FILTER (WHERE converted), 0) AS met_converted, coalesce(sum(entered) FILTER (WHERE converted), 0) AS entered_converted
  FROM cells JOIN placed ON ${join(
    same.map((name) => sql`cells.${name} IS NOT DISTINCT FROM placed.${name}`),
    ' AND '
  )}
  WHERE cells.reached >= placed.behind GROUP BY ALL
)
SELECT key, value, method, CAST(met.behind AS INTEGER) AS behind, CAST(met AS DOUBLE) AS met, CAST(met_converted AS DOUBLE) AS met_converted, CAST(entered_converted AS DOUBLE) AS entered_converted
FROM met JOIN risks ON risks.behind = met.behind WHERE met >= ${least} AND units - met >= ${least} ORDER BY key, value, method`;
}
