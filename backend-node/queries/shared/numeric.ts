import type { CompareNumber, Frame, MetricName } from '@apitrail/contract';

import type { HandlerContext } from '../handler';
import { comparedNumber, type ComparedRows } from './compared';
import { metricField, numericFrame, onlyMetric } from './fields';
import { groupTotals } from './groups';
import type { KeyExpression } from './keys';
import { matchTotals } from './matched-groups';
import { emptyValue, finishMetric, measureOf } from './metrics';
import { secondsCovered } from './series';

export interface NumericRequest extends ComparedRows {
  keys: readonly KeyExpression[];
  metrics: readonly MetricName[];
  orderBy: MetricName;
  limit: number;
  /** Which number of a comparison. */
  compare: CompareNumber;
}

/** One value per group over the whole range, for alerts and expressions. */
export async function numericAnswer(context: HandlerContext, request: NumericRequest): Promise<Frame> {
  const metric = onlyMetric(request.metrics);
  const { earlier } = context;
  const { earlierRows } = request;
  const totalRequest = { ...request, measures: [measureOf(metric)], orderBy: measureOf(request.orderBy) };
  const totals = await groupTotals(await context.aggregator(), totalRequest);
  const values = totals.measures[0]!.map((value) => finishMetric(metric, value, wholeSeconds(context)));
  if (!earlier || !earlierRows) {
    return numericFrame(request.keys, totals.groups, metricField(metric, values));
  }
  const before = await matchTotals(await earlier.aggregator(), { ...totalRequest, rows: earlierRows }, totals.groups);
  const previous = before.measures[0]!.map((value) => finishMetric(metric, value, wholeSeconds(earlier)));
  // Groups that are gone count nothing now, which is what an alert on a change is there to see.
  const now = before.groups.map((_, group) => values[group] ?? emptyValue(metric));
  return numericFrame(request.keys, before.groups, comparedNumber(metricField(metric, now), previous, request.compare));
}

function wholeSeconds(context: HandlerContext): number {
  return secondsCovered(context, context.range.from, context.range.to);
}
