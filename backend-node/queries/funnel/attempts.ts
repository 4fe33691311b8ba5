import { parseDuration, type FunnelQuery } from '@apitrail/contract';

import { join, raw, sql, type Sql } from '../../engine/sql';
import type { HandlerContext } from '../handler';
import { newestUs } from '../shared/newest';
import type { RowSource } from '../shared/select';
import { shareWithoutUnit, unitRows, type UnitRows } from '../shared/units';
import { areDisjoint, commonFilters } from './disjoint';
import { reachedSteps, type FunnelSql } from './sql';

/**
 * What units went through, as the relation `attempts`, one row per attempt:
 *
 * `unit` VARCHAR, `attempt` INTEGER (from 1), `segment` VARCHAR (value of the breakdown, null without), `weight` DOUBLE,
 * `entry_us` BIGINT, `reached` INTEGER (last step reached, from 1), `at_us` BIGINT[] (when each step was reached, as long
 * as there are steps, null where it was not), `ended` VARCHAR: `converted`, `excluded`, `pending` (may still go on) or
 * `stopped`. Times are microseconds since the epoch.
 */
export interface Attempts {
  /** `WITH … attempts AS (…)`, to be followed by a SELECT, or by `, name AS (…)` and one. */
  tables: Sql;
  /** Whether attempts weigh other than 1. */
  weighted: boolean;
  /** The query's rows with their units, to the end of the window of whoever entered last; their tables are in `tables`. */
  units: UnitRows;
  /** The newest data there is, microseconds. */
  newestUs: number;
  /** Share of rows in the range that have no unit. Runs a statement. */
  withoutUnit(): Promise<number>;
}

/** The attempts of a funnel over the range of a context. Throws an ApitrailError that names what is wrong. */
export async function attemptsOf(query: FunnelQuery, context: HandlerContext): Promise<Attempts> {
  const { range } = context;
  const conditions = query.steps.map((step, index) => context.condition(step.filters, `steps[${index}].filters`));
  const window = parseDuration(query.window);
  const reach = { from: range.from, to: range.to + window };
  const units = await unitRows(query, context, reach);
  const weighted = await context.isWeighted(reach);
  const statement: FunnelSql = {
    rows: { ...units.rows, where: candidates(query, context, units.rows) },
    tables: units.tables,
    unit: units.unit,
    conditions,
    rule: { from: range.from * 1000, to: range.to * 1000, window: window * 1000 },
    weighted,
    dialect: context.dialect,
  };
  const newest = await newestUs(context);
  return {
    tables: attemptsOfReached(statement, areDisjoint(query.steps), newest),
    weighted,
    units,
    newestUs: newest,
    withoutUnit: () => shareWithoutUnit(units, context),
  };
}

/** The tables of the steps reached and, of them, `attempts`. */
export function attemptsOfReached(funnel: FunnelSql, disjoint: boolean, newestUs: number): Sql {
  const steps = funnel.conditions.map((_, index) => raw(`reached_${index + 1}`));
  const last = steps.length;
  const reached = sql`CASE ${join(
    steps
      .slice(1)
      .map((step, index) => sql`WHEN ${step}.at_us IS NOT NULL THEN ${raw(String(index + 2))}`)
      .reverse(),
    ' '
  )} ELSE 1 END`;
  const open = sql`reached_1.entry_us + ${raw(String(funnel.rule.window))} > ${raw(String(newestUs))}`;
  return sql`${reachedSteps(funnel, disjoint)}, attempts AS (
  SELECT reached_1.unit, 1 AS attempt, CAST(NULL AS VARCHAR) AS segment, CAST(reached_1.weight AS DOUBLE) AS weight, reached_1.entry_us,
    ${reached} AS reached, [${join(steps.map((step) => sql`${step}.at_us`))}] AS at_us,
    CASE WHEN ${steps[last - 1]!}.at_us IS NOT NULL THEN 'converted' WHEN ${open} THEN 'pending' ELSE 'stopped' END AS ended
  FROM reached_1${join(
    steps.slice(1).map((step) => sql` LEFT JOIN ${step} ON ${step}.unit = reached_1.unit`),
    ''
  )}
)`;
}

/** Rows that may match a step at all. */
function candidates(query: FunnelQuery, context: HandlerContext, { where }: RowSource): Sql {
  const common = commonFilters(query.steps);
  return join(
    [
      where,
      ...(query.successOnly ? [sql`status < 400`] : []),
      ...(common.length > 0 ? [context.condition(common, 'steps')] : []),
    ],
    ' AND '
  );
}
