import { metricOf, type HeatmapQuery, type MetricName } from '@apitrail/contract';

import { sql } from '../../engine/sql';
import type { HandlerContext } from '../handler';
import type { ComparedRows } from '../shared/compared';
import { groupCells, type Aggregator, type CellRequest, type Cells, type RankedGroup } from '../shared/groups';
import type { KeyExpression } from '../shared/keys';
import { finishMetric, measureOf, ratioMeasures, type Measure } from '../shared/metrics';
import { refuseTooMany, secondsCovered } from '../shared/series';
import { selectMeasures, type RowSource } from '../shared/select';
import { cellMeasures, comparedCells, readCells } from './cells';
import type { ColumnSource, HeatmapColumns } from './columns';
import type { Matrix } from './frame';
import { FINEST, coarsen, latencyBounds, latencyKey } from './latency';

/** More buckets than durations of a millisecond to a year have at the finest scale. */
const ALL_BUCKETS = 1000;

/** Rows that have a duration. */
export function timedRows(rows: RowSource): RowSource {
  return { ...rows, where: sql`${rows.where} AND duration_ms IS NOT NULL` };
}

/** Buckets of the duration as keys with a readable name, for series and alerts. */
export async function latencyLabels(
  query: HeatmapQuery,
  context: HandlerContext,
  rows: ComparedRows
): Promise<KeyExpression> {
  const bounds = await comparedBounds(context, rows);
  if (!bounds) {
    return latencyKey(FINEST);
  }
  const { scale, buckets, first } = coarsen(bounds.low, bounds.high, FINEST, query.limit);
  return latencyKey(scale, (index) => buckets[Number(index) - first]?.label ?? null);
}

/** Bounds that the durations of both times lie within. */
async function comparedBounds(context: HandlerContext, { rows, earlierRows }: ComparedRows) {
  const found = [
    await latencyBounds(context, rows),
    earlierRows && context.earlier && (await latencyBounds(context.earlier, earlierRows)),
  ].filter((bounds) => bounds !== undefined);
  return found.length === 0
    ? undefined
    : { low: Math.min(...found.map(({ low }) => low)), high: Math.max(...found.map(({ high }) => high)) };
}

/**
 * A matrix whose rows are buckets of the duration, from the lowest to the highest that holds a request. What sums up is
 * counted in the finest buckets and merged, in one pass over the rows; other metrics need to know the buckets first.
 */
export async function latencyMatrix(
  query: HeatmapQuery,
  context: HandlerContext,
  columns: HeatmapColumns
): Promise<Matrix> {
  const merges = (sums(query.metric) || ratioMeasures(query.metric) !== undefined) && sums(query.orderBy);
  const bounds = merges
    ? undefined
    : await comparedBounds(context, { rows: columns.own.rows, earlierRows: columns.earlier?.rows });
  const scale = bounds ? coarsen(bounds.low, bounds.high, FINEST, query.limit).scale : FINEST;
  const find = async (of: HandlerContext, source: ColumnSource) => {
    const request = { ...source, measures: cellMeasures(query.metric), orderBy: measureOf(query.orderBy) };
    const aggregator = await of.aggregator();
    return merges
      ? finestCells(aggregator, request)
      : groupCells(aggregator, { ...request, keys: [latencyKey(scale)], limit: ALL_BUCKETS });
  };
  const own = await find(context, columns.own);
  const before = context.earlier && columns.earlier && (await find(context.earlier, columns.earlier));
  refuseTooMany(own.cell.length + (before?.cell.length ?? 0));
  const indexOf = ({ values }: RankedGroup) => Number(values[0]);
  const indexes = [...own.groups, ...(before?.groups ?? [])].map(indexOf);
  if (indexes.length === 0) {
    return { rows: [], cells: [], latency: [] };
  }
  const { buckets, locate } = coarsen(Math.min(...indexes), Math.max(...indexes), scale, query.limit);
  const totals = buckets.map(() => 0);
  own.groups.forEach((group) => (totals[locate(indexOf(group))]! += group.total ?? 0));
  const seconds = secondsCovered(context, context.range.from, context.range.to);
  const read = (found: Cells, source: ColumnSource) =>
    readCells(query, columns, source, found, (group) => locate(indexOf(found.groups[group]!)));
  return {
    rows: buckets.map(({ label }, row) => ({
      label,
      keys: {},
      total: finishMetric(query.orderBy, totals[row]!, seconds) ?? 0,
    })),
    cells: comparedCells(
      query,
      columns,
      read(own, columns.own),
      before && columns.earlier && read(before, columns.earlier)
    ),
    latency: buckets,
  };
}

/** Cells of the finest buckets there are, of measures that sum up: one plain grouping, since no bucket is left out. */
async function finestCells(
  { dialect, weighted, run }: Aggregator,
  { rows, cell, measures, orderBy }: Pick<CellRequest, 'rows' | 'cell' | 'measures' | 'orderBy'>
): Promise<Cells> {
  const computed = new Map([...measures, orderBy].map((measure) => [measure.name, measure]));
  const by = [
    { name: 'latency', sql: latencyKey(FINEST).sql },
    { name: 'cell', sql: cell },
  ];
  const table = await run(selectMeasures({ rows, by, measures: [...computed.values()], weighted, dialect }));
  const [indexes, cells, ...columns] = table.values as [number[], unknown[], ...unknown[][]];
  const columnOf = ({ name }: Measure) => columns[[...computed.keys()].indexOf(name)]!;
  const totals = new Map<number, number>();
  const ordered = columnOf(orderBy);
  indexes.forEach((index, row) => totals.set(index, (totals.get(index) ?? 0) + Number(ordered[row] ?? 0)));
  const numbers = new Map([...totals.keys()].map((index, number) => [index, number]));
  return {
    groups: [...totals].map(([index, total]) => ({ values: [index], other: false, total, raw: [index] })),
    group: indexes.map((index) => numbers.get(index)!),
    cell: cells,
    measures: measures.map(columnOf),
  };
}

function sums(metric: MetricName): boolean {
  const { kind } = metricOf(metric);
  return kind === 'count' || kind === 'rate';
}
