import type { EndpointsQuery, Field, MetricName } from '@apitrail/contract';

import type { Answer, HandlerContext, QueryHandler } from '../handler';
import { comparedFields, comparedRows } from '../shared/compared';
import { comparedTotals, type TotalColumns } from '../shared/compared-totals';
import { groupFields, unique } from '../shared/fields';
import { keyExpression, type KeyExpression } from '../shared/keys';
import { finishMetric, measureOf } from '../shared/metrics';
import { numericAnswer } from '../shared/numeric';
import { secondsCovered, seriesAnswer, seriesOf } from '../shared/series';
import { planTrend, readTrend } from '../shared/trend';

/** A row per group: how each endpoint behaves over the whole range. */
export const endpoints: QueryHandler<'endpoints'> = {
  async run(query, context) {
    const keys = unique(query.groupBy).map((key) => keyExpression(key, context.dialect));
    const metrics = unique(query.metrics);
    const request = { ...query, metrics, keys, ...comparedRows(context, (of) => of.rows(query.filters)) };
    switch (query.format) {
      case 'numeric':
        return { frames: [await numericAnswer(context, request)] };
      case 'time_series':
        return seriesAnswer(await seriesOf(context, request), keys, metrics);
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
): Promise<Answer> {
  const trend = await planTrend(context, query);
  const request = {
    ...comparedRows(context, (of) => of.rows(query.filters)),
    keys,
    measures: [measureOf('requests'), ...metrics.map(measureOf)],
    orderBy: measureOf(query.orderBy),
    limit: query.limit,
  };
  const totals = await comparedTotals(context, request, (of) => trend.extras(of));
  const read = (of: HandlerContext, { measures }: TotalColumns, index: number) => {
    const seconds = secondsCovered(of, of.range.from, of.range.to);
    return measures[index + 1]!.map((value) => finishMetric(metrics[index]!, value, seconds));
  };
  return {
    frames: [
      {
        meta: { type: 'table', preferredVisualisationType: 'table' },
        fields: [
          ...groupFields(keys, totals.groups),
          ...metrics.flatMap((metric, index) =>
            comparedFields(
              metric,
              read(context, totals, index),
              context.earlier && totals.earlier && read(context.earlier, totals.earlier, index)
            )
          ),
          shareField(totals.measures[0]!.map(Number)),
          ...(await readTrend(context, trend, request, totals)),
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
