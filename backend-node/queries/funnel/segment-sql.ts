import { join, raw, sql, type Sql } from '../../engine/sql';

/** Which value of a breakdown is an attempt's own: of the first or last step that has one, or of a step. */
export type SqlAttribution = 'first' | 'last' | number;

/**
 * The table `reached`, of the rows of a SELECT and with the column `segment`. Of requests that reached a step at the same time
 * the one with the least value did, as the state machine has them in order; one without a value comes last.
 */
export function segmentOfSteps(steps: number, attribution: SqlAttribution, reached: Sql): Sql {
  const numbers = Array.from({ length: steps }, (_, index) => index + 1);
  const asked = typeof attribution === 'number' ? [attribution] : numbers;
  const values = asked.map((step) => sql`min(segment) FILTER (WHERE step = ${raw(String(step))})`);
  const ordered = attribution === 'last' ? values.reverse() : values;
  const times = join(numbers.map((step) => raw(`at_${step}`)));
  return sql`untold AS (
  ${reached}
), segment_of AS (
  SELECT followed.unit AS segment_unit, ${ordered.length === 1 ? ordered[0]! : sql`coalesce(${join(ordered)})`} AS segment
  FROM followed JOIN untold ON followed.unit = untold.unit AND followed.at_us = [${times}][followed.step] GROUP BY followed.unit
), reached AS (
  SELECT untold.*, segment FROM untold LEFT JOIN segment_of ON segment_unit = unit
)`;
}
