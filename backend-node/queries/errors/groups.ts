import type { Dialect } from '../../engine/dialect';
import { sql, type Sql } from '../../engine/sql';
import { columnSql } from '../shared/columns';
import { unique } from '../shared/fields';
import { keyExpression, type KeyExpression } from '../shared/keys';
import type { NamedSql } from '../shared/select';

/** What tells errors apart that nobody has grouped. */
const STAND_INS = ['status', 'method', 'route'];

/**
 * The keys errors are grouped by. Rows without an `error_group` are told apart by status, method and route, so that
 * they are not one heap; the group itself stays null: what is not stored is not made up.
 */
export function errorKeys(groupBy: readonly string[], dialect: Dialect): KeyExpression[] {
  const asked = unique(groupBy);
  const keys = asked.map((key) => keyExpression(key, dialect));
  if (!asked.includes('error_group')) {
    return keys;
  }
  const standIns = STAND_INS.filter((key) => !asked.includes(key)).map((name): KeyExpression => {
    const key = keyExpression(name, dialect);
    return { ...key, sql: sql`CASE WHEN error_group IS NULL THEN ${key.sql} END` };
  });
  return [...keys, ...standIns];
}

/** What a group of errors has in common, by column; null where its rows differ. */
export const COMMON = ['error_owner', 'status', 'service', 'method', 'route', 'error_type', 'error_message'] as const;

/** Aggregates: what a group has in common, then when it was first and last seen in microseconds. */
export function errorExtras(dialect: Dialect): NamedSql[] {
  const us = dialect.epochUs(sql`time`);
  return [
    ...COMMON.map((name) => ({ name, sql: common(columnSql(name)) })),
    { name: 'first_seen', sql: sql`min(${us})` },
    { name: 'last_seen', sql: sql`max(${us})` },
  ];
}

function common(value: Sql): Sql {
  return sql`CASE WHEN count(${value}) = count(*) AND min(${value}) = max(${value}) THEN min(${value}) END`;
}
