import { ApitrailError, type KeyFilter } from '@apitrail/contract';

import type { Dialect } from '../../engine/dialect';
import { identifier, join, sql, type Sql } from '../../engine/sql';
import { keyAsText } from '../shared/keys';

/** Who is in a cohort, as a statement can ask. */
export interface Membership {
  /** Key whose value says who made a request. */
  unit: string;
  /** Relation with the column `unit`, VARCHAR: each member once. */
  members: Sql;
  /** How many members there are. */
  size: number;
  /**
   * Of customers by session, a relation with the column `session`: the sessions of members, whose requests without a customer are
   * theirs too. Undefined where no request is.
   */
  sessions: Sql | undefined;
}

/** The cohorts a query names, by name. */
export type Memberships = ReadonlyMap<string, Membership>;

/** A filter by cohorts as a condition. `!=` and `!=|` keep the requests of nobody. */
export function cohortSql(filter: KeyFilter, cohorts: Memberships | undefined, dialect: Dialect, where: string): Sql {
  const { operator } = filter;
  const names = operator === '=' || operator === '!=' ? [filter.value ?? ''] : (filter.values ?? []);
  const not = operator === '!=' || operator === '!=|';
  const each = names.map((name) => {
    const membership = cohorts?.get(name);
    if (!membership) {
      throw new ApitrailError('APITRAIL_BAD_VALUE', `${where}: saved cohorts cannot be filtered by here.`, { where });
    }
    return memberSql(membership, dialect);
  });
  if (each.length === 0) {
    return not ? sql`TRUE` : sql`FALSE`;
  }
  const any = each.length === 1 ? each[0]! : sql`(${join(each, ' OR ')})`;
  return not ? sql`(${any} IS NOT TRUE)` : any;
}

/** Whether a member made the request; null or false when not. */
function memberSql({ unit, members, sessions }: Membership, dialect: Dialect): Sql {
  const own = sql`${keyAsText(unit, dialect)} IN (SELECT unit FROM ${members} AS cohort_members)`;
  return sessions === undefined
    ? sql`(${own})`
    : sql`(CASE WHEN ${identifier('customer')} IS NULL THEN ${identifier('session')} IN (SELECT session FROM ${sessions} AS cohort_sessions) ELSE ${own} END)`;
}
