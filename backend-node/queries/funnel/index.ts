import { ApitrailError, parseDuration, type Frame, type FunnelQuery } from '@apitrail/contract';

import { sql, type Sql } from '../../engine/sql';
import type { HandlerContext, QueryHandler } from '../handler';
import { SIGNIFICANCE } from '../shared/significance';
import { attemptsOf } from './attempts';
import { numericFrame, stepsFrame } from './frames';
import type { FunnelResult, FunnelStepTotals, TransitionCount } from './result';
import { timesFrame } from './times-frame';
import { stepTotals, transitionTimes } from './totals';

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
  const attempts = await attemptsOf(query, context);
  const { weighted, units } = attempts;
  const count = query.steps.length;
  const { totals, withoutUnit } = await readTotals(
    context,
    sql`${attempts.tables}
${stepTotals(attempts, count, context.dialect)}
UNION ALL
SELECT 0 AS step, without_unit, requests, NULL, NULL FROM (${units.counted}) AS counted
ORDER BY step`
  );
  const times =
    query.format === 'table' && query.view === 'times'
      ? await readTimes(context, sql`${attempts.tables}\n${transitionTimes(count)}\nORDER BY step, bucket`)
      : [];
  return { totals, times, weighted, withoutUnit };
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
