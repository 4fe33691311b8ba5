import { ApitrailError, isAdditive, type HeatmapQuery } from '@apitrail/contract';

import type { Answer, HandlerContext, QueryHandler } from '../handler';
import { comparedRows } from '../shared/compared';
import { unique } from '../shared/fields';
import { keyExpression, type KeyExpression } from '../shared/keys';
import { emptyValue } from '../shared/metrics';
import { numericAnswer } from '../shared/numeric';
import type { RowSource } from '../shared/select';
import { seriesAnswer, seriesOf } from '../shared/series';
import { heatmapColumns } from './columns';
import { cellsFrame } from './frame';
import { keyMatrix } from './key-rows';
import { latencyLabels, latencyMatrix, timedRows } from './latency-rows';

/** A matrix: a metric by row and column. */
export const heatmap: QueryHandler<'heatmap'> = {
  async run(query, context) {
    refuseShares(query);
    if (query.format !== 'table') {
      refuseCellsOnly(query);
      return otherFormats(query, context);
    }
    return matrix(query, context);
  },
};

function refuseShares({ normalise, metric }: HeatmapQuery): void {
  if (normalise !== 'none' && !isAdditive(metric)) {
    throw new ApitrailError(
      'APITRAIL_BAD_VALUE',
      `normalise: ${metric} does not sum up, so a cell is no share of anything. Use normalise none, or a metric that counts.`,
      { where: 'normalise' }
    );
  }
}

/** Shares and numbers of samples are of cells, which only a table has. */
function refuseCellsOnly({ format, normalise, minSamples }: HeatmapQuery): void {
  const field = normalise !== 'none' ? 'normalise' : minSamples > 0 ? 'minSamples' : undefined;
  if (field !== undefined) {
    throw new ApitrailError(
      'APITRAIL_BAD_VALUE',
      `${field}: the format ${format} has no cells that it could be about. Leave it out, or use the format table.`,
      { where: field }
    );
  }
}

async function otherFormats(query: HeatmapQuery, context: HandlerContext): Promise<Answer> {
  const rows = comparedRows(context, (of) => rowsOf(query, of));
  const keys = query.y === 'latency' ? [await latencyLabels(query, context, rows)] : keysOf(query.y, context);
  const request = { ...query, ...rows, keys, metrics: [query.metric] };
  if (query.format === 'numeric') {
    return { frames: [await numericAnswer(context, request)] };
  }
  if (query.x !== 'time') {
    throw new ApitrailError(
      'APITRAIL_UNSUPPORTED_FORMAT',
      `format: time_series needs time on the x axis, not ${query.x}. Use the format table.`,
      { where: 'format' }
    );
  }
  return seriesAnswer(await seriesOf(context, request), keys, [query.metric]);
}

function rowsOf({ filters, y }: HeatmapQuery, context: HandlerContext): RowSource {
  const rows = context.rows(filters);
  return y === 'latency' ? timedRows(rows) : rows;
}

function keysOf(keys: readonly string[], context: HandlerContext): KeyExpression[] {
  return unique(keys).map((key) => keyExpression(key, context.dialect));
}

async function matrix(query: HeatmapQuery, context: HandlerContext): Promise<Answer> {
  const columns = await heatmapColumns(
    query,
    context,
    comparedRows(context, (of) => rowsOf(query, of))
  );
  const found =
    query.y === 'latency'
      ? await latencyMatrix(query, context, columns)
      : await keyMatrix(query, context, columns, keysOf(query.y, context));
  return {
    frames: [cellsFrame(query, columns, found)],
    marker: {
      x: query.x,
      y: query.y,
      metric: query.metric,
      normalise: query.normalise,
      timezone: query.timezone,
      ...(columns.interval === undefined ? {} : { interval: columns.interval }),
      columns: columns.values,
      rows: found.rows,
      absent: emptyValue(query.metric),
    },
  };
}
