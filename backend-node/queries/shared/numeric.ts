import type { Frame, MetricName } from '@apitrail/contract';

import type { HandlerContext } from '../handler';
import { metricField, numericFrame, onlyMetric } from './fields';
import { groupTotals } from './groups';
import type { KeyExpression } from './keys';
import { finishMetric, measureOf } from './metrics';
import { secondsCovered } from './series';
import type { RowSource } from './select';

export interface NumericRequest {
  rows: RowSource;
  keys: readonly KeyExpression[];
  metrics: readonly MetricName[];
  orderBy: MetricName;
  limit: number;
}

/** One value per group over the whole range, for alerts and expressions. */
export async function numericAnswer(context: HandlerContext, request: NumericRequest): Promise<Frame> {
  const metric = onlyMetric(request.metrics);
  const totals = await groupTotals(await context.aggregator(), {
    ...request,
    measures: [measureOf(metric)],
    orderBy: measureOf(request.orderBy),
  });
  const seconds = secondsCovered(context, context.range.from, context.range.to);
  const values = totals.measures[0]!.map((value) => finishMetric(metric, value, seconds));
  return numericFrame(request.keys, totals.groups, metricField(metric, values));
}
