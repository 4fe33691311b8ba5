import { ApitrailError, parseDuration, type FunnelQuery } from '@apitrail/contract';

import { join, raw, sql, type Sql } from '../../../engine/sql';
import type { Attempts } from '../attempts';
import { stagesOf } from '../stages';
import { beforeOf } from '../totals';

/**
 * The steps, counted from 0, whose reasons a query asks for: those that cannot be left out, from the second on, or only the one that `step` names.
 * Throws an ApitrailError when nobody is lost at that one.
 */
export function reasonSteps({ steps }: Pick<FunnelQuery, 'steps'>, step?: number): number[] {
  const all = steps.flatMap(({ optional }, index) => (index === 0 || optional ? [] : [index]));
  if (step === undefined) {
    return all;
  }
  if (!all.includes(step - 1)) {
    const why = step === 1 ? 'who does not reach the first step is not in the funnel' : 'that step may be left out';
    throw new ApitrailError('APITRAIL_BAD_VALUE', `step: is ${step}, where nobody drops: ${why}.`, { where: 'step' });
  }
  return [step - 1];
}

/**
 * A SELECT of what lies between the step before and each of the steps, of every attempt that got to the step before: `gap` (its number, from 0),
 * `unit`, `attempt`, `segment`, `place`, `weight`, `step` (that was to be reached, from 1), `fate` (`converted`, `pending`, `excluded` or
 * `stopped`), `entry_us`, `from_us` (when the step before was reached), `until_us` (when the step was, or the last moment it could have been), and
 * `before_steps` and `step_steps`: which of the query's steps these are, as bits. In the order `any` these are all that it might have been; `open_steps`
 * are those of them that the attempt had not done yet.
 */
export function gapsOf(query: FunnelQuery, attempts: Attempts, steps: readonly number[]): Sql {
  const window = raw(String(parseDuration(query.window) * 1000));
  const stages = stagesOf(query);
  const bits = (indexes: readonly number[]) =>
    raw(
      String(
        [...new Set(indexes.flatMap((index) => stages.find((stage) => stage.includes(index))!))].reduce(
          (mask, index) => mask + 2 ** index,
          0
        )
      )
    );
  // What was done at the places before is done, whichever it was.
  const open = (index: number) => {
    const stage = stages.find((one) => one.includes(index))!;
    const done = stage.filter((place) => place < index).map((place) => sql` - (1 << done[${raw(String(place + 1))}])`);
    return sql`${bits([index])}${join(done, '')}`;
  };
  const at = (index: number) => sql`at_us[${raw(String(index + 1))}]`;
  const each = steps.map((index) => {
    const before = beforeOf(query.steps, index);
    const from = before.length === 1 ? at(before[0]!) : sql`coalesce(${join(before.map(at))})`;
    return sql`{step: ${raw(String(index + 1))}, from_us: ${from}, reached_us: ${at(index)}, before_steps: ${bits(before)}, step_steps: ${bits([index])}, open_steps: ${open(index)}}`;
  });
  // A unit that enters again once an attempt is over is followed by the next attempt from there on.
  const again = query.counting === 'total' && query.reentry === 'first';
  const next = again
    ? sql`lead(entry_us) OVER (PARTITION BY unit${query.attribution === 'all' ? sql`, segment` : sql``} ORDER BY attempt)`
    : sql`CAST(NULL AS BIGINT)`;
  const last = sql`least(entry_us + ${window}, coalesce(next_us - 1, entry_us + ${window}))`;
  return sql`${attempts.tables}, numbered AS (SELECT *, ${next} AS next_us FROM attempts), stretches AS (
  SELECT unit, attempt, segment, place, weight, ended, entry_us, next_us, unnest([${join(each)}]) AS stretch FROM numbered
)
SELECT CAST(row_number() OVER () - 1 AS BIGINT) AS gap, unit, attempt, segment, place, weight, stretch.step AS step,
  CASE WHEN stretch.reached_us IS NOT NULL THEN 'converted' WHEN ended IN ('pending', 'excluded') THEN ended ELSE 'stopped' END AS fate,
  entry_us, stretch.from_us AS from_us, coalesce(stretch.reached_us, ${last}) AS until_us, stretch.before_steps AS before_steps, stretch.step_steps AS step_steps, CAST(stretch.open_steps AS INTEGER) AS open_steps
FROM stretches WHERE stretch.from_us IS NOT NULL`;
}
