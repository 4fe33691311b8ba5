import { identifier, join, raw, sql, type Sql } from '../../../engine/sql';
import { HAPPENING_KEYS, KINDS } from './happenings';

/** Keys that only failures, and what was given up, are told apart by. */
const DETAILS = HAPPENING_KEYS.slice(3);

const FAILURE = sql`kind >= ${raw(String(KINDS.failedElsewhere))}`;
/** Where the client gave up its status says it, or else the type of the error. */
const GIVEN_UP = sql`slow IS NOT NULL AND gone`;

/** The rows of `happeningsOf` that are told apart by more than their routes, one row per kind. */
function detailed(met: Sql): Sql {
  return sql`(SELECT gap, kind, route_number, at_us, ${join(DETAILS.map(identifier))} FROM ${met} WHERE ${FAILURE}
  UNION ALL SELECT gap, slow, route_number, at_us, status, CASE WHEN status IS NULL THEN error_type END, NULL, NULL FROM ${met} WHERE ${GIVEN_UP})`;
}

/** A SELECT of all that may have happened, numbered in the order of its keys: `happening`, `route_number`, and `HAPPENING_KEYS`. */
export function numberedHappenings(met: Sql, routes: Sql): Sql {
  const details = DETAILS.map(identifier);
  const keys = join(HAPPENING_KEYS.map(identifier));
  return sql`SELECT CAST(row_number() OVER (ORDER BY ${keys}) - 1 AS BIGINT) AS happening, told.route_number AS route_number, ${keys}
FROM (
  SELECT DISTINCT route_number, ${join(details)} FROM ${detailed(met)} AS detailed
  UNION ALL SELECT route_number, NULL, NULL, NULL, NULL FROM ${routes} AS plain
) AS told JOIN ${routes} AS routes ON routes.route_number = told.route_number`;
}

/**
 * A SELECT of what each attempt met in each gap: `gap`, `kind`, `happening`, `first_us` and `last_us`. Numbers are put in the place of texts first:
 * to group what millions met by texts takes several times as long.
 */
export function eventsOf(met: Sql, happenings: Sql): Sql {
  const same = DETAILS.map((key) => sql`told.${identifier(key)} IS NOT DISTINCT FROM detailed.${identifier(key)}`);
  const plain = (kind: Sql, where: Sql) => sql`SELECT gap, ${kind} AS kind, happening, at_us
  FROM ${met} AS met JOIN (SELECT happening, route_number FROM ${happenings} WHERE status IS NULL AND error_type IS NULL) AS told ON told.route_number = met.route_number
  WHERE ${where}`;
  return sql`SELECT gap, kind, happening, CAST(min(at_us) AS BIGINT) AS first_us, CAST(max(at_us) AS BIGINT) AS last_us
FROM (
  ${plain(sql`kind`, sql`NOT (${FAILURE})`)}
  UNION ALL ${plain(sql`slow`, sql`slow IS NOT NULL AND NOT gone`)}
  UNION ALL SELECT gap, kind, happening, at_us FROM ${detailed(met)} AS detailed JOIN ${happenings} AS told ON told.route_number = detailed.route_number AND ${join(same, ' AND ')}
) AS numbered GROUP BY gap, kind, happening`;
}
