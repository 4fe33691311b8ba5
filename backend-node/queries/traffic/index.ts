import type { QueryHandler } from '../handler';
import { unique } from '../shared/fields';
import { keyExpression } from '../shared/keys';
import { numericAnswer } from '../shared/numeric';
import { seriesFrames, seriesOf, seriesTable } from '../shared/series';

/** Metrics over time, one series per metric and group. */
export const traffic: QueryHandler<'traffic'> = {
  async run(query, context) {
    const keys = unique(query.groupBy).map((key) => keyExpression(key, context.dialect));
    const metrics = unique(query.metrics);
    const request = { ...query, metrics, keys, rows: context.rows(query.filters) };
    if (query.format === 'numeric') {
      return { frames: [await numericAnswer(context, request)] };
    }
    const series = await seriesOf(context, request);
    return {
      frames: query.format === 'table' ? [seriesTable(series, keys, metrics)] : seriesFrames(series, keys, metrics),
    };
  },
};
