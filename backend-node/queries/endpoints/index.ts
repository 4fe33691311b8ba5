import type { EndpointsQuery, Field, Frame, MetricName } from '@apitrail/contract';

import type { HandlerContext, QueryHandler } from '../handler';
import { groupFields, metricField, unique } from '../shared/fields';
import { groupTotals } from '../shared/groups';
import { keyExpression, type KeyExpression } from '../shared/keys';
import { finishMetric, measureOf } from '../shared/metrics';
import { numericAnswer } from '../shared/numeric';
import { secondsCovered, seriesFrames, seriesOf } from '../shared/series';
import { planTrend, readTrend } from '../shared/trend';

/** A row per group: how each endpoint behaves over the whole range. */
export const endpoints: QueryHandler<'endpoints'> = {
  async run(query, context) {
    const keys = unique(query.groupBy).map((key) => keyExpression(key, context.dialect));
    const metrics = unique(query.metrics);
    const request = { ...query, metrics, keys, rows: context.rows(query.filters) };
    switch (query.format) {
      case 'numeric':
        return { frames: [await numericAnswer(context, request)] };
      case 'time_series':
        return { frames: seriesFrames(await seriesOf(context, request), keys, metrics) };
      case 'table':
        return table(query, context, keys, metrics);
    }
  },
};

async function table(
  query: EndpointsQuery,
  context: HandlerContext,
  keys: KeyExpression[],
  metrics: MetricName[]
): Promise<{ frames: Frame[]; marker: Record<string, unknown> }> {
  const aggregator = await context.aggregator();
  const trend = planTrend(context, query, aggregator.weighted);
  const request = {
    rows: context.rows(query.filters),
    keys,
    measures: [measureOf('requests'), ...metrics.map(measureOf)],
    orderBy: measureOf(query.orderBy),
    limit: query.limit,
  };
  const totals = await groupTotals(aggregator, request, trend.extras);
  const seconds = secondsCovered(context, context.range.from, context.range.to);
  const [requests, ...measured] = totals.measures;
  return {
    frames: [
      {
        meta: { type: 'table', preferredVisualisationType: 'table' },
        fields: [
          ...groupFields(keys, totals.groups),
          ...metrics.map((metric, index) =>
            metricField(
              metric,
              measured[index]!.map((value) => finishMetric(metric, value, seconds))
            )
          ),
          shareField(requests!.map(Number)),
          await readTrend(context, trend, request, totals),
        ],
      },
    ],
    marker: { groupBy: query.groupBy, trendTimes: trend.buckets.starts },
  };
}

function shareField(requests: number[]): Field {
  const total = requests.reduce((sum, one) => sum + one, 0);
  return {
    name: 'share',
    type: 'number',
    values: requests.map((one) => (total > 0 ? one / total : null)),
    config: { displayNameFromDS: 'Share', unit: 'percentunit', description: 'Share of all requests.', min: 0, max: 1 },
  };
}
