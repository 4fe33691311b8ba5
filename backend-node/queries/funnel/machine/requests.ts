import type { Dialect } from '../../../engine/dialect';
import { join, raw, sql, type Sql } from '../../../engine/sql';
import { WEIGHT } from '../../shared/metrics';
import type { RowSource } from '../../shared/select';

/** What requests units are followed through. */
export interface RequestsSql {
  rows: RowSource;
  /** Common table expressions that the rows are made with. */
  tables?: Sql | undefined;
  unit: Sql;
  /** One condition per step, and per exclusion. */
  steps: readonly Sql[];
  exclusions: readonly Sql[];
  /** Text of the breakdown's value, and of the values held constant. */
  segment?: Sql | undefined;
  held: readonly Sql[];
  /** Whether a breakdown's values have journeys of their own. */
  apart: boolean;
  /** Whether requests that are neither step nor exclusion matter. */
  every: boolean;
  weighted: boolean;
  dialect: Dialect;
}

/** The statement whose rows `followUnits` takes. */
export function requestsOf(request: RequestsSql): Sql {
  const { rows, tables, unit, steps, exclusions, segment, held, apart, every, weighted, dialect } = request;
  const names = held.map((_, index) => raw(`held_${index}`));
  const columns = [
    sql`${unit} AS unit`,
    sql`${segment ?? sql`CAST(NULL AS VARCHAR)`} AS segment`,
    sql`CAST(${dialect.epochUs(sql`time`)} AS DOUBLE) AS at_us`,
    sql`${bits(steps)} AS steps`,
    sql`${bits(exclusions)} AS exclusions`,
    sql`${weighted ? sql`CAST(${WEIGHT} AS DOUBLE)` : sql`CAST(1 AS DOUBLE)`} AS weight`,
    ...held.map((value, index) => sql`${value} AS ${names[index]!}`),
  ];
  const matches = every ? sql`` : sql` AND (steps <> 0 OR exclusions <> 0)`;
  const order = ['unit', ...(segment && apart ? ['segment'] : []), 'at_us', ...(segment ? ['segment'] : []), 'steps'];
  return sql`${tables ? sql`WITH ${tables} ` : sql``}SELECT unit, segment, at_us, steps, exclusions, weight${join(
    names.map((name) => sql`, ${name}`),
    ''
  )}
FROM (SELECT ${join(columns)} FROM ${rows.relation} WHERE ${rows.where}) AS followed
WHERE unit IS NOT NULL${matches}
ORDER BY ${join(
    [
      ...[...order.map((name) => raw(name)), ...names].map((name) => sql`${name} NULLS LAST`),
      // Of requests alike in all that, the heaviest enters first, so that what is left of a moment is the same in every answer.
      ...(exclusions.length > 0 ? [sql`exclusions`] : []),
      ...(weighted ? [sql`weight DESC`] : []),
    ],
    ', '
  )}`;
}

/** A number with a bit for every condition that holds. */
function bits(conditions: readonly Sql[]): Sql {
  const each = conditions.map((one, index) => sql`CASE WHEN ${one} THEN ${raw(String(2 ** index))} ELSE 0 END`);
  return sql`CAST(${each.length === 0 ? sql`0` : join(each, ' + ')} AS INTEGER)`;
}
