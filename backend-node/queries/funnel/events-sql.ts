import { raw, sql, type Sql } from '../../engine/sql';
import type { Dialect } from '../../engine/dialect';
import { WEIGHT } from '../shared/metrics';
import type { RowSource } from '../shared/select';
import type { FunnelRule } from './machine/rule';
import type { SqlAttribution } from './segment-sql';

/** What a funnel is run over. */
export interface FunnelSql {
  rows: RowSource;
  /** Common table expressions that the rows are made with. */
  tables?: Sql | undefined;
  unit: Sql;
  /** One condition per step. */
  conditions: readonly Sql[];
  rule: Pick<FunnelRule, 'from' | 'to' | 'window' | 'reentry'>;
  /** Text of the breakdown's value, and which of an attempt's is its own. Only of disjoint steps. */
  segment?: { value: Sql; attribution: SqlAttribution } | undefined;
  weighted: boolean;
  dialect: Dialect;
}

/** When a step was reached, a column of `reached`; steps count from 1. */
export function at(step: number): Sql {
  return raw(`at_${step}`);
}

export function number(value: number): Sql {
  return raw(String(value));
}

/** The rows that match a step, with their units. */
export function events({ rows, tables, unit, dialect, weighted, segment }: FunnelSql, step: Sql, matches: Sql): Sql {
  const more = sql`${weighted ? sql`, ${WEIGHT} AS weight` : sql``}${segment ? sql`, ${segment.value} AS segment` : sql``}`;
  return sql`WITH ${tables ? sql`${tables}, ` : sql``}events AS (
  SELECT * FROM (
    SELECT ${unit} AS unit, ${dialect.epochUs(sql`time`)} AS at_us, ${step} AS step${more}
    FROM ${rows.relation}
    WHERE ${rows.where}
  ) AS stepped WHERE unit IS NOT NULL AND ${matches}
)`;
}

/** When a unit may enter. */
export function inRange({ rule }: FunnelSql): Sql {
  return sql`at_us >= ${number(rule.from)} AND at_us < ${number(rule.to)}`;
}
