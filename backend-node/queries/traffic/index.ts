import type { QueryHandler } from '../handler';
import { comparedRows } from '../shared/compared';
import { unique } from '../shared/fields';
import { keyExpression } from '../shared/keys';
import { numericAnswer } from '../shared/numeric';
import { searchedRows } from '../shared/search';
import { seriesAnswer, seriesOf, seriesTable } from '../shared/series';

/** Metrics over time, one series per metric and group. */
export const traffic: QueryHandler<'traffic'> = {
  async run(query, context) {
    const keys = unique(query.groupBy).map((key) => keyExpression(key, context.dialect));
    const metrics = unique(query.metrics);
    const request = { ...query, metrics, keys, ...comparedRows(context, (of) => searchedRows(of, query)) };
    if (query.format === 'numeric') {
      return { frames: [await numericAnswer(context, request)] };
    }
    const series = await seriesOf(context, request);
    return query.format === 'table'
      ? { frames: [seriesTable(series, keys, metrics)] }
      : seriesAnswer(series, keys, metrics);
  },
};
