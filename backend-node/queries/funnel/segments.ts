import type { FunnelQuery, FunnelSegment } from '@apitrail/contract';

import type { Dialect } from '../../engine/dialect';
import { raw, sql, type Sql } from '../../engine/sql';
import type { HandlerContext } from '../handler';

/**
 * Of the attempts in a relation, the tables `segments` (`segment`, `units` that entered, `place`) and `attempts`, in which each
 * has the `place` of its segment: 1 for the one with the most units and so on, and one more than `breakdownLimit` for
 * the rest. `like` gives the segments of another answer their places there.
 */
export function withPlaces(
  query: FunnelQuery,
  attempts: Sql,
  dialect: Dialect,
  like: readonly FunnelSegment[] | undefined
): Sql {
  const { breakdown, breakdownLimit, attribution } = query;
  if (breakdown === undefined) {
    return sql`attempts AS (SELECT *, 1 AS place FROM ${attempts})`;
  }
  // Who never came to the step that says the value has none, which is not the same as having it empty.
  const counted = typeof attribution === 'number' ? sql` WHERE at_us[${raw(String(attribution))}] IS NOT NULL` : sql``;
  const totals = sql`SELECT segment, sum(weight) AS units FROM told GROUP BY segment`;
  const segments = like
    ? likePlaces(totals, like, dialect)
    : sql`SELECT segment, units, CAST(least(row_number() OVER (ORDER BY units DESC, segment NULLS LAST), ${raw(String(breakdownLimit + 1))}) AS INTEGER) AS place FROM (${totals}) AS totals`;
  return sql`told AS (
  SELECT * FROM ${attempts}${counted}
), segments AS (
  ${segments}
), attempts AS (
  SELECT told.*, segments.place FROM told JOIN segments ON told.segment IS NOT DISTINCT FROM segments.segment
)`;
}

function likePlaces(totals: Sql, like: readonly FunnelSegment[], dialect: Dialect): Sql {
  const shown = like.filter(({ other }) => !other).map(({ value }) => value);
  const places = dialect.parameterRows([{ name: 'shown', type: 'varchar[]', values: shown }], 'rank');
  return sql`SELECT segment, units, CAST(coalesce(rank + 1, ${raw(String(shown.length + 1))}) AS INTEGER) AS place
  FROM (${totals}) AS totals LEFT JOIN ${places} AS places ON totals.segment IS NOT DISTINCT FROM places.shown`;
}

/** More values than this are named in a notice: hardly something to break down by. */
const MANY_VALUES = 1000;

/** The segments of attempts in the order of their places, with a notice about what is in `{other}`. */
export async function segmentsOf(query: FunnelQuery, context: HandlerContext, tables: Sql): Promise<FunnelSegment[]> {
  const { breakdown, breakdownLimit } = query;
  if (breakdown === undefined) {
    return [{ value: null, units: 0 }];
  }
  const table = await context.run(sql`${tables}
SELECT place, min(segment) AS segment, CAST(sum(units) AS DOUBLE) AS units, CAST(count(*) AS DOUBLE) AS number FROM segments GROUP BY place ORDER BY place`);
  const [places, values, units, numbers] = table.values as [number[], Array<string | null>, number[], number[]];
  const segments = places.map((place, row): FunnelSegment =>
    place > breakdownLimit
      ? { value: null, other: true, values: numbers[row]!, units: units[row]! }
      : { value: values[row]!, units: units[row]! }
  );
  noticeOther(query, context, segments);
  return segments;
}

function noticeOther({ breakdown, breakdownLimit }: FunnelQuery, context: HandlerContext, segments: FunnelSegment[]) {
  const more = segments.find(({ other }) => other)?.values ?? 0;
  const all = more + breakdownLimit;
  if (all > MANY_VALUES) {
    context.notice(
      'warning',
      `${breakdown} has ${all.toLocaleString('en')} values: too many to tell the funnel apart by. The ${breakdownLimit} with the most units are shown, the rest is {other}. Break down by a key with few values.`
    );
  } else if (more > 0) {
    context.notice(
      'info',
      `${breakdown} has ${all} values; the ${breakdownLimit} with the most units are shown, the rest is {other}.`
    );
  }
}
