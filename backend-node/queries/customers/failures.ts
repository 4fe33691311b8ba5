import { join, literal, raw, sql } from '../../engine/sql';
import { columnSql } from '../shared/columns';
import { ERROR } from '../shared/metrics';

/**
 * What a failed request counts, by who owns the failure; those of every other owner, and of nobody, count 1. What clients ask for
 * wrongly says little about what was done to them, and a limit is half theirs.
 */
export const OWNER_WEIGHTS: Readonly<Record<string, number>> = { client: 0.1, auth: 0.1, rate_limit: 0.5 };

const OWNER = columnSql('error_owner');

/** Which requests failed for a reason that is ours, or of those we depend on. */
export const FAILED = sql`(${ERROR} AND coalesce(${OWNER}, '') NOT IN (${join(Object.keys(OWNER_WEIGHTS).map(literal))}))`;

/** What a request counts as a failure: 0 to 1. */
export const FAILURE = sql`(CASE WHEN ${ERROR} THEN CASE ${OWNER} ${join(
  Object.entries(OWNER_WEIGHTS).map(([owner, weight]) => sql`WHEN ${literal(owner)} THEN ${raw(String(weight))}`),
  ' '
)} ELSE 1 END ELSE 0 END)`;
