import { sql, type Sql } from '../../../engine/sql';
import type { HandlerContext } from '../../handler';

/** How many met something on their way to a step, of those somebody met who did not get there. */
export interface Exposure {
  /** The step that was to be reached, from 1. */
  step: number;
  place: number;
  kind: number;
  /** Number of the happening. */
  happening: number;
  /** Of those that got to the step, who had met it on the way. */
  control: number;
  /** Of those that did not get there and cannot any more, who had met it, as far as they were there as long as the others. */
  exposed: number;
}

/**
 * Per step, place, kind and happening of the events that are `wanted` (a condition on `gaps` and `events`). Who stopped has the whole
 * window to meet something, who converts only the time until then: so who met it first after a time counts by the share of the
 * converted who took at least that long, and both are looked at for equally long.
 */
export async function readExposures(
  context: HandlerContext,
  { gaps, events }: { gaps: Sql; events: Sql },
  wanted: Sql
): Promise<Exposure[]> {
  const table = await context.run(sql`WITH passed AS (
  SELECT step, until_us - from_us AS took_us, sum(weight) AS units FROM ${gaps} WHERE fate = 'converted' GROUP BY 1, 2
), longest AS (
  SELECT step, took_us, sum(units) OVER (PARTITION BY step ORDER BY took_us DESC) / sum(units) OVER (PARTITION BY step) AS still FROM passed
), met AS (
  SELECT gaps.step, place, fate, weight, kind, happening, first_us - from_us AS after_us
  FROM ${events} AS events JOIN ${gaps} AS gaps ON gaps.gap = events.gap WHERE ${wanted}
)
SELECT met.step AS step, place, kind, happening, CAST(coalesce(sum(weight) FILTER (WHERE fate = 'converted'), 0) AS DOUBLE) AS control,
  CAST(coalesce(sum(weight * coalesce(still, 0)) FILTER (WHERE fate = 'stopped'), 0) AS DOUBLE) AS exposed
FROM met ASOF LEFT JOIN longest ON met.step = longest.step AND met.after_us <= longest.took_us
GROUP BY 1, 2, 3, 4 HAVING count(*) FILTER (WHERE fate = 'stopped') > 0 ORDER BY 1, 2, 3, 4`);
  const [steps, places, kinds, happenings, control, exposed] = table.values as number[][] as [
    number[],
    number[],
    number[],
    number[],
    number[],
    number[],
  ];
  return steps.map((step, row) => ({
    step,
    place: places[row]!,
    kind: kinds[row]!,
    happening: happenings[row]!,
    control: control[row]!,
    exposed: exposed[row]!,
  }));
}
