import { parseDuration, type FunnelQuery, type FunnelSegment } from '@apitrail/contract';

import { join, sql, type Sql } from '../../engine/sql';
import type { HandlerContext } from '../handler';
import { keyAsText } from '../shared/keys';
import { newestOf } from '../shared/newest';
import { shareWithoutUnit, unitRows, type UnitRows } from '../shared/units';
import { areDisjoint, commonFilters } from './disjoint';
import { ATTEMPT_COLUMNS, followUnits } from './machine/follow';
import { requestsOf } from './machine/requests';
import { ruleOf } from './machine/rule';
import { segmentsOf, withPlaces } from './segments';
import type { FunnelSql } from './events-sql';
import { TOLD_APART, attemptsInSql } from './sql';

/**
 * What units went through, as the relation `attempts`, one row per attempt:
 *
 * `unit` VARCHAR, `attempt` INTEGER (from 1), `segment` VARCHAR (value of the breakdown, null without), `weight` DOUBLE,
 * `entry_us` BIGINT, `reached` INTEGER (last step reached, from 1), `at_us` BIGINT[] (when each step was reached, as long
 * as there are steps, null where it was not), `ended` VARCHAR: `converted`, `excluded`, `pending` (may still go on) or
 * `stopped`, where steps come in any order `done` BIGINT[] (which step, from 0, was reached at each place of `at_us`), `place` INTEGER (which of `segments` it belongs to, from 1). Times are microseconds since the epoch.
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
  /** Values of the breakdown, `{other}` last; one without a value when there is no breakdown. */
  segments: readonly FunnelSegment[];
  /** Share of rows in the range that have no unit. Runs a statement. */
  withoutUnit(): Promise<number>;
}

/**
 * The attempts of a funnel over the range of a context: ordered funnels in which units count once by SQL, all others by following
 * every unit through its requests. `like` are the segments of an answer that this one is put beside: attempts are told apart by
 * the same. Throws an ApitrailError that names what is wrong.
 */
export async function attemptsOf(
  query: FunnelQuery,
  context: HandlerContext,
  like?: readonly FunnelSegment[]
): Promise<Attempts> {
  const { range } = context;
  const reach = { from: range.from, to: range.to + parseDuration(query.window) };
  const units = await unitRows(query, context, reach);
  const weighted = await context.isWeighted(reach);
  const newestUs = await newestOf(context);
  const source: Source = { query, context, units, weighted, newestUs };
  const whole = { weighted, units, newestUs, withoutUnit: () => shareWithoutUnit(units, context) };
  if (isPlain(query)) {
    const tables = attemptsByStatement(source);
    if (query.breakdown === undefined) {
      return { ...whole, tables, segments: [{ value: null, units: 0 }] };
    }
    return toldApart(sql`${tables}, `, TOLD_APART);
  }
  const kept = await followed(source);
  return toldApart(units.tables ? sql`WITH ${units.tables}, ` : sql`WITH `, kept);

  async function toldApart(before: Sql, attempts: Sql): Promise<Attempts> {
    const tables = sql`${before}${withPlaces(query, attempts, context.dialect, like)}`;
    return { ...whole, tables, segments: like ?? (await segmentsOf(query, context, tables)) };
  }
}

interface Source {
  query: FunnelQuery;
  context: HandlerContext;
  units: UnitRows;
  weighted: boolean;
  newestUs: number;
}

/**
 * Whether a statement says all of it: of ordered funnels in which units count once. Where a request may match two steps, only of
 * those with first entry and no breakdown.
 */
function isPlain(query: FunnelQuery): boolean {
  const { order, reentry, counting, exclusions, holdConstant, breakdown, attribution, steps } = query;
  const once = order === 'ordered' && counting === 'unique' && steps.every(({ optional }) => !optional);
  const bare = exclusions.length === 0 && holdConstant.length === 0;
  const first = reentry === 'first' && breakdown === undefined;
  return once && bare && (first || (attribution !== 'all' && areDisjoint(steps)));
}

function attemptsByStatement({ query, context, units, weighted, newestUs }: Source): Sql {
  const { range } = context;
  // Before what they have in common, so that an error names the filter as it was written.
  const conditions = query.steps.map((step, index) => context.condition(step.filters, `steps[${index}].filters`));
  const common = commonFilters(query.steps);
  const statement: FunnelSql = {
    rows: {
      ...units.rows,
      where: join(
        [
          units.rows.where,
          ...(query.successOnly ? [sql`status < 400`] : []),
          ...(common.length > 0 ? [context.condition(common, 'steps')] : []),
        ],
        ' AND '
      ),
    },
    tables: units.tables,
    unit: units.unit,
    conditions,
    rule: ruleOf(query, range),
    segment:
      query.breakdown === undefined || query.attribution === 'all'
        ? undefined
        : { value: keyAsText(query.breakdown, context.dialect), attribution: query.attribution },
    weighted,
    dialect: context.dialect,
  };
  return attemptsInSql(statement, areDisjoint(query.steps), newestUs);
}

/** The relation of what came of following every unit. */
async function followed({ query, context, units, weighted, newestUs }: Source): Promise<Sql> {
  const { dialect, range } = context;
  const strict = query.order === 'strict';
  const succeeded = query.successOnly ? sql` AND status < 400` : sql``;
  const steps = query.steps.map(
    ({ filters }, index) => sql`(${context.condition(filters, `steps[${index}].filters`)})${succeeded}`
  );
  const exclusions = query.exclusions.map(({ filters }, index) =>
    context.condition(filters, `exclusions[${index}].filters`)
  );
  const common = strict || exclusions.length > 0 ? [] : commonFilters(query.steps);
  const statement = requestsOf({
    rows: {
      ...units.rows,
      where: common.length > 0 ? sql`${units.rows.where} AND ${context.condition(common, 'steps')}` : units.rows.where,
    },
    tables: units.tables,
    unit: units.unit,
    steps,
    exclusions,
    segment: query.breakdown === undefined ? undefined : keyAsText(query.breakdown, dialect),
    held: query.holdConstant.map((key) => keyAsText(key, dialect)),
    apart: query.attribution === 'all',
    every: strict,
    weighted,
    dialect,
  });
  const crowded = new Set<string>();
  const attempts = followUnits(
    context.stream(statement),
    { rule: ruleOf(query, range), attribution: query.attribution, newestUs },
    (unit) => crowded.add(unit)
  );
  const kept = await context.keep(ATTEMPT_COLUMNS, attempts);
  if (crowded.size > 0) {
    context.notice(
      'warning',
      `${crowded.size === 1 ? `The ${query.unit} ${[...crowded][0]} enters` : `${crowded.size} of the units enter`} the funnel thousands of times within one window; not every entry was followed. Filter such units out, or use the re-entry first.`
    );
  }
  return kept;
}
