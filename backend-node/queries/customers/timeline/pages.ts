import { ApitrailError, readTimelineCursor, type CustomersQuery, type TimelinePlace } from '@apitrail/contract';

import { param, raw, sql, type Sql } from '../../../engine/sql';

/**
 * The order of a timeline, which no two different rows share, ascending: `at_us`, `kind_rank`, `part` and `digest`, as
 * `TimelinePlace` has them. Rows that share all of it say the same.
 */
export const ORDER = sql`at_us, kind_rank, part, digest`;

/**
 * Which rows of `ranked`, counted from 1 in that order by `place`, a page has: a table `bounds` of one row, with places after `low`
 * and up to `high`. It reads `total` of `summary`.
 */
export function boundsTable(query: CustomersQuery): Sql {
  const { limit, offset, before, after, direction } = query;
  const most = param('bigint', limit);
  const cursor = before ?? after;
  if (cursor === undefined) {
    const skipped = param('bigint', offset);
    return direction === 'desc'
      ? sql`bounds AS (SELECT total - ${skipped} - ${most} AS low, total - ${skipped} AS high FROM summary)`
      : sql`bounds AS (SELECT ${skipped} AS low, ${skipped} + ${most} AS high FROM summary)`;
  }
  const place = placeOf(cursor, before === undefined ? 'after' : 'before');
  const key = sql`row(${param('bigint', place.atUs)}, CAST(${raw(String(place.rank))} AS INTEGER), CAST(${raw(String(place.part))} AS INTEGER), CAST(${param('varchar', place.digest)} AS UHUGEINT))`;
  const own = sql`row(${ORDER})`;
  const counted = sql`SELECT count(*) FILTER (WHERE ${own} < ${key}) AS below, count(*) FILTER (WHERE ${own} = ${key}) AS same FROM ranked`;
  const nth = param('bigint', place.nth);
  return before === undefined
    ? sql`bounds AS (SELECT edge AS low, edge + ${most} AS high FROM (SELECT below + least(${nth}, same) AS edge FROM (${counted}) AS counted) AS edges)`
    : sql`bounds AS (SELECT edge - ${most} AS low, edge AS high FROM (SELECT below + least(${nth} - 1, same) AS edge FROM (${counted}) AS counted) AS edges)`;
}

function placeOf(cursor: string, where: string): TimelinePlace {
  const place = readTimelineCursor(cursor);
  if (!place) {
    throw new ApitrailError('APITRAIL_BAD_VALUE', `${where}: ${JSON.stringify(cursor)} is no cursor of a timeline.`, {
      where,
    });
  }
  return place;
}

/**
 * Sessions that began on an older page and are on this one with requests, or were at the moment it begins: a table `continued` of
 * rows of `ranked`, and `older`, how many of their requests there are on older pages.
 */
export const CONTINUED = sql`edges AS (
  SELECT min(at_us) AS first_us, max(at_us) AS last_us FROM ranked CROSS JOIN bounds WHERE place > low AND place <= high
), reached AS (
  SELECT DISTINCT session, visit FROM events CROSS JOIN edges WHERE kind_rank IN (1, 2) AND at_us BETWEEN first_us AND last_us
), continued AS (
  SELECT heads.*, (SELECT count(*) FROM ranked AS others WHERE others.kind_rank IN (1, 2) AND others.place <= low AND others.session IS NOT DISTINCT FROM heads.session AND others.visit IS NOT DISTINCT FROM heads.visit) AS older
  FROM ranked AS heads CROSS JOIN bounds JOIN reached ON reached.session IS NOT DISTINCT FROM heads.session AND reached.visit IS NOT DISTINCT FROM heads.visit WHERE heads.kind_rank = 0 AND heads.place <= low
)`;
