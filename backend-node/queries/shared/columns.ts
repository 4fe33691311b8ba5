import { PARTITION_COLUMN } from '@apitrail/contract';

import { identifier, sql, type Sql } from '../../engine/sql';

/** Who owns an error: as stored, else by what its status says; null where it says nothing, as of what did not fail. */
const OWNER = sql`coalesce(error_owner, CASE
    WHEN status IN (401, 403) THEN 'auth'
    WHEN status = 429 THEN 'rate_limit'
    WHEN status BETWEEN 400 AND 499 THEN 'client'
    WHEN status = 502 THEN 'network'
    WHEN status = 503 THEN 'capacity'
    WHEN status = 504 THEN 'upstream'
    WHEN status >= 500 THEN 'own'
  END)`;

/** A column of the record as queries see it: the same for what is grouped by, filtered, listed and described. Dates are
 * texts, `2026-11-23`. */
export function columnSql(name: string): Sql {
  if (name === PARTITION_COLUMN.name) {
    return sql`CAST(${identifier(name)} AS VARCHAR)`;
  }
  return name === 'error_owner' ? OWNER : identifier(name);
}
