import { parseDuration, type CustomersFunnel, type CustomersQuery } from '@apitrail/contract';

import { raw, sql, type Sql } from '../../engine/sql';
import { attemptsOf } from '../funnel/attempts';
import { innerFunnel } from '../funnel/inner-funnel';
import type { HandlerContext } from '../handler';
import { FAILED } from './failures';
import { IS_OWN_REQUEST } from './own-request';

/** What became of the attempts at a journey. Times are microseconds since the epoch. */
export interface Journeys {
  /**
   * A row per attempt that is over: `unit`, `entry_us`, `reached` (last step, from 1), `reached_us`, `converted` (0 or 1), `abandoned` (0 or 1: it
   * stopped, and met a failure after the last step it reached), `failed_us` (the last such failure, null without), `at_us` (when each step was reached).
   */
  relation: Sql;
}

const COLUMNS = [
  { name: 'unit', type: 'VARCHAR' },
  { name: 'entry_us', type: 'BIGINT' },
  { name: 'reached', type: 'INTEGER' },
  { name: 'reached_us', type: 'BIGINT' },
  { name: 'ended', type: 'VARCHAR' },
  { name: 'converted', type: 'INTEGER' },
  { name: 'abandoned', type: 'INTEGER' },
  { name: 'failed_us', type: 'BIGINT' },
  { name: 'at_us', type: 'BIGINT[]' },
] as const;

/** Follows the journey of a query once and keeps what became of it. `only` are units that are needed. */
export async function journeysOf(
  query: CustomersQuery,
  funnel: CustomersFunnel,
  context: HandlerContext,
  only?: readonly string[]
): Promise<Journeys> {
  const attempts = await attemptsOf(innerFunnel(query, funnel), context);
  const { units } = attempts;
  const window = raw(String(parseDuration(funnel.window) * 1000));
  const among = only === undefined ? sql`` : sql` WHERE ${context.dialect.oneOf(sql`unit`, only)}`;
  const statement = sql`${attempts.tables}, ended_attempts AS (
  SELECT unit, attempt, entry_us, reached, list_max(at_us) AS reached_us, ended, at_us FROM attempts${among}
), failures AS (
  SELECT ${units.unit} AS failed_unit, ${context.dialect.epochUs(sql`time`)} AS failed_us FROM ${units.rows.relation} WHERE ${units.rows.where} AND ${FAILED} AND ${IS_OWN_REQUEST}
), hit AS (
  SELECT unit AS hit_unit, attempt AS hit_attempt, max(failed_us) AS failed_us
  FROM ended_attempts JOIN failures ON unit = failed_unit AND failed_us >= reached_us AND failed_us <= entry_us + ${window}
  WHERE ended IN ('stopped', 'excluded') GROUP BY 1, 2
)
SELECT unit, CAST(entry_us AS DOUBLE), reached, CAST(reached_us AS DOUBLE), ended, CASE WHEN ended = 'converted' THEN 1 ELSE 0 END, CASE WHEN failed_us IS NULL THEN 0 ELSE 1 END, CAST(failed_us AS DOUBLE), list_transform(at_us, lambda one: CAST(one AS DOUBLE))
FROM ended_attempts LEFT JOIN hit ON unit = hit_unit AND attempt = hit_attempt${only === undefined ? sql` WHERE ended <> 'pending'` : sql``}`;
  async function* parts() {
    for await (const { values } of context.stream(statement)) {
      yield values;
    }
  }
  return { relation: await context.keep(COLUMNS, parts()) };
}
