import { ApitrailError, parseDuration, type Frame, type FunnelQuery } from '@apitrail/contract';

import { join, sql, type Sql } from '../../engine/sql';
import type { HandlerContext, QueryHandler } from '../handler';
import { SIGNIFICANCE } from '../shared/significance';
import { areDisjoint, commonFilters } from './disjoint';
import { numericFrame, stepsFrame } from './frames';
import type { FunnelResult, FunnelStepTotals, TransitionCount } from './result';
import { reachedSteps, stepTotals, transitionTimes, type FunnelSql } from './sql';
import { timesFrame } from './times-frame';
import { unitRows } from './units';

/** How far units get through ordered steps, first entry, each unit once. */
export const funnel: QueryHandler<'funnel'> = {
  async run(query, context) {
    const step = query.format === 'numeric' ? numericStep(query) : 1;
    const own = await runFunnel(query, context);
    const before = context.earlier && (await runFunnel(query, context.earlier));
    return {
      frames: [frameOf(query, step, own, before)],
      marker: {
        ...markerOf(query, own.withoutUnit),
        ...(before ? { significance: SIGNIFICANCE } : {}),
      },
    };
  },
};

function frameOf(query: FunnelQuery, step: number, own: FunnelResult, before: FunnelResult | undefined): Frame {
  if (query.format === 'numeric') {
    return numericFrame(query, own, before, step);
  }
  return query.view === 'steps' ? stepsFrame(query, own, before) : timesFrame(query, own, before);
}

/** Runs the funnel over the range of a context, to the end of the window of whoever entered last. */
async function runFunnel(query: FunnelQuery, context: HandlerContext): Promise<FunnelResult & { withoutUnit: number }> {
  const { range } = context;
  const conditions = query.steps.map((step, index) => context.condition(step.filters, `steps[${index}].filters`));
  const window = parseDuration(query.window);
  const reach = { from: range.from, to: range.to + window };
  const { rows, unit, tables, counted } = await unitRows(query, context, reach);
  const weighted = await context.isWeighted(reach);
  const statement: FunnelSql = {
    rows: { ...rows, where: candidates(query, context, rows.where) },
    tables,
    unit,
    conditions,
    rule: { from: range.from * 1000, to: range.to * 1000, window: window * 1000 },
    weighted,
    dialect: context.dialect,
  };
  const reached = reachedSteps(statement, areDisjoint(query.steps));
  const { totals, withoutUnit } = await readTotals(
    context,
    sql`${reached}
${stepTotals(statement, await newestUs(context))}
UNION ALL
SELECT 0 AS step, without_unit, requests, NULL, NULL FROM (${counted}) AS counted
ORDER BY step`
  );
  const times =
    query.format === 'table' && query.view === 'times'
      ? await readTimes(context, sql`${reached}\n${transitionTimes(statement)}\nORDER BY step, bucket`)
      : [];
  return { totals, times, weighted, withoutUnit };
}

/** Rows that may match a step at all. */
function candidates(query: FunnelQuery, context: HandlerContext, where: Sql): Sql {
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

async function readTimes(context: HandlerContext, statement: Sql): Promise<TransitionCount[]> {
  const table = await context.run(statement);
  const [step, bucket, units] = table.values as [number[], number[], number[]];
  return step.map((number, row) => ({ step: number, bucket: bucket[row]!, units: units[row]! }));
}

/** Rows of the steps in order, after one (step 0) of the requests: how many have no unit, and how many there are. */
async function readTotals(
  context: HandlerContext,
  statement: Sql
): Promise<{ totals: FunnelStepTotals[]; withoutUnit: number }> {
  const table = await context.run(statement);
  const [, units, pending, median, p90] = table.values as [
    unknown[],
    number[],
    number[],
    Array<number | null>,
    Array<number | null>,
  ];
  const rows = units.map((count, row) => ({
    units: count,
    open: pending[row]!,
    medianMs: median[row] ?? null,
    p90Ms: p90[row] ?? null,
  }));
  const requests = pending[0]!;
  return { totals: rows.slice(1), withoutUnit: requests > 0 ? units[0]! / requests : 0 };
}

/** The newest data there is, microseconds: a unit that entered less than a window before may still go on. */
async function newestUs(context: HandlerContext): Promise<number> {
  const { snapshot, now } = context;
  const newest = snapshot.newest ?? (await newestRow(context));
  return Math.round(Math.min(newest ?? now, now) * 1000);
}

async function newestRow(context: HandlerContext): Promise<number | null> {
  const relation = context.rows([], {}).relation;
  const table = await context.run(sql`SELECT max(time) FROM ${relation}`);
  return (table.values[0]![0] as number | null) ?? null;
}

function numericStep({ step, steps }: FunnelQuery): number {
  const number = step ?? steps.length;
  if (number > steps.length) {
    throw new ApitrailError(
      'APITRAIL_BAD_VALUE',
      `step: the funnel has ${steps.length} steps, there is no step ${number}.`,
      {
        where: 'step',
      }
    );
  }
  return number;
}

function markerOf(query: FunnelQuery, rowsWithoutUnit: number): Record<string, unknown> {
  const { view, unit, order, successOnly, steps, filters } = query;
  return { view, unit, window: parseDuration(query.window), order, successOnly, steps, filters, rowsWithoutUnit };
}
