import { ApitrailError, OTHER_GROUP, isAdditive, type HeatmapQuery } from '@apitrail/contract';

import { sql } from '../../engine/sql';
import type { Answer, HandlerContext, QueryHandler } from '../handler';
import { unique } from '../shared/fields';
import { groupCells, type RankedGroup } from '../shared/groups';
import { groupText, groupName, keyExpression, type KeyExpression } from '../shared/keys';
import { emptyValue, finishMetric, measureOf, ratioMeasures } from '../shared/metrics';
import { numericAnswer } from '../shared/numeric';
import { refuseTooMany, secondsCovered, seriesFrames, seriesOf } from '../shared/series';
import { heatmapColumns } from './columns';
import { cellsFrame, type HeatmapCell, type HeatmapRow } from './frame';
import { latencyBuckets, type LatencyBuckets } from './latency';

/** A matrix: a metric by row and column. */
export const heatmap: QueryHandler<'heatmap'> = {
  async run(query, context) {
    refuseShares(query);
    if (query.format !== 'table') {
      return { frames: await otherFormats(query, context) };
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

async function otherFormats(query: HeatmapQuery, context: HandlerContext) {
  const { keys, rows, limit } = await rowKeys(query, context);
  const request = { ...query, keys, rows, limit, metrics: [query.metric] };
  if (query.format === 'numeric') {
    return [await numericAnswer(context, request)];
  }
  if (query.x !== 'time') {
    throw new ApitrailError(
      'APITRAIL_UNSUPPORTED_FORMAT',
      `format: time_series needs time on the x axis, not ${query.x}. Use the format table.`,
      { where: 'format' }
    );
  }
  return seriesFrames(await seriesOf(context, request), keys, [query.metric]);
}

/** What the rows of the matrix are. Every bucket of the latency is one: there is no `{other}`. */
async function rowKeys(query: HeatmapQuery, context: HandlerContext) {
  const rows = context.rows(query.filters);
  if (query.y !== 'latency') {
    const keys: KeyExpression[] = unique(query.y).map((key) => keyExpression(key, context.dialect));
    return { keys, rows, limit: query.limit, latency: undefined };
  }
  const timed = { ...rows, where: sql`${rows.where} AND duration_ms IS NOT NULL` };
  const latency = await latencyBuckets(context, timed, query.limit);
  return { keys: [latency.key], rows: timed, limit: Math.max(query.limit, latency.buckets.length), latency };
}

async function matrix(query: HeatmapQuery, context: HandlerContext): Promise<Answer> {
  const { keys, rows, limit, latency } = await rowKeys(query, context);
  const columns = await heatmapColumns(query, context, rows);
  const ratio = ratioMeasures(query.metric);
  const found = await groupCells(await context.aggregator(), {
    rows: columns.rows,
    keys,
    measures: [measureOf(query.metric), measureOf('requests'), ...(ratio ? [ratio.numerator, ratio.denominator] : [])],
    orderBy: measureOf(query.orderBy),
    limit,
    cell: columns.cell,
  });
  refuseTooMany(found.cell.length);
  const { matrixRows, rowOf } = rowsOf(query, context, keys, found.groups, latency);
  const [value, n, numerator, denominator] = found.measures;
  const cells = found.cell
    .map((cell, index): HeatmapCell => {
      const column = columns.locate(cell);
      return {
        row: rowOf(found.group[index]!),
        column,
        value: finishMetric(query.metric, value![index], columns.seconds[column] ?? 0),
        n: Number(n![index]),
        numerator: numerator ? Number(numerator[index]) : null,
        denominator: denominator ? Number(denominator[index]) : null,
      };
    })
    .filter(({ column }) => column < columns.values.length);
  return {
    frames: [cellsFrame(query, columns, matrixRows, cells, latency)],
    marker: {
      x: query.x,
      y: query.y,
      metric: query.metric,
      normalise: query.normalise,
      timezone: query.timezone,
      ...(columns.interval === undefined ? {} : { interval: columns.interval }),
      columns: columns.values,
      rows: matrixRows,
      absent: emptyValue(query.metric),
    },
  };
}

/** The rows of the matrix in order, and which of them a group is. */
function rowsOf(
  query: HeatmapQuery,
  context: HandlerContext,
  keys: readonly KeyExpression[],
  groups: readonly RankedGroup[],
  latency: LatencyBuckets | undefined
): { matrixRows: HeatmapRow[]; rowOf: (group: number) => number } {
  const seconds = secondsCovered(context, context.range.from, context.range.to);
  const total = (group: RankedGroup | undefined) => finishMetric(query.orderBy, group?.total ?? null, seconds) ?? 0;
  if (latency) {
    const byLabel = new Map(groups.map((group, index) => [group.values[0], index]));
    const order = latency.buckets.map(({ label }) => byLabel.get(label));
    return {
      matrixRows: latency.buckets.map(({ label }, row) => ({
        label,
        keys: {},
        total: total(groups[order[row] ?? -1]),
      })),
      rowOf: (group) => order.indexOf(group),
    };
  }
  const labels = new Map<string, number>();
  const label = (group: RankedGroup) => {
    const name = group.other ? OTHER_GROUP : groupName(keys, group);
    const seen = labels.get(name) ?? 0;
    labels.set(name, seen + 1);
    return seen === 0 ? name : `${name} (${seen + 1})`;
  };
  return {
    matrixRows: groups.map((group) => ({
      label: label(group),
      keys: Object.fromEntries(
        keys.map((key, index) => [
          key.key,
          !group.other && group.values[index] === null ? null : groupText(keys, group, index),
        ])
      ),
      ...(group.other ? { other: true } : {}),
      total: total(group),
    })),
    rowOf: (group) => group,
  };
}
