import { metricOf, type HeatmapQuery, type MetricName } from '@apitrail/contract';

import { sql } from '../../engine/sql';
import type { HandlerContext } from '../handler';
import { groupCells } from '../shared/groups';
import type { KeyExpression } from '../shared/keys';
import { finishMetric, measureOf, ratioMeasures } from '../shared/metrics';
import { refuseTooMany, secondsCovered } from '../shared/series';
import type { RowSource } from '../shared/select';
import type { HeatmapColumns } from './columns';
import type { HeatmapCell, Matrix } from './frame';
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
  rows: RowSource
): Promise<KeyExpression> {
  const bounds = await latencyBounds(context, rows);
  if (!bounds) {
    return latencyKey(FINEST);
  }
  const { scale, buckets, first } = coarsen(bounds.low, bounds.high, FINEST, query.limit);
  return latencyKey(scale, (index) => buckets[Number(index) - first]?.label ?? null);
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
  const bounds = merges ? undefined : await latencyBounds(context, columns.rows);
  const scale = bounds ? coarsen(bounds.low, bounds.high, FINEST, query.limit).scale : FINEST;
  const ratio = ratioMeasures(query.metric);
  const found = await groupCells(await context.aggregator(), {
    rows: columns.rows,
    keys: [latencyKey(scale)],
    measures: [measureOf(query.metric), measureOf('requests'), ...(ratio ? [ratio.numerator, ratio.denominator] : [])],
    orderBy: measureOf(query.orderBy),
    limit: ALL_BUCKETS,
    cell: columns.cell,
  });
  refuseTooMany(found.cell.length);
  if (found.groups.length === 0) {
    return { rows: [], cells: [], latency: [] };
  }
  const indexes = found.groups.map(({ values }) => Number(values[0]));
  const { buckets, locate } = coarsen(Math.min(...indexes), Math.max(...indexes), scale, query.limit);
  const totals = buckets.map(() => 0);
  found.groups.forEach(({ total }, group) => (totals[locate(indexes[group]!)]! += total ?? 0));
  const seconds = secondsCovered(context, context.range.from, context.range.to);
  return {
    rows: buckets.map(({ label }, row) => ({
      label,
      keys: {},
      total: finishMetric(query.orderBy, totals[row]!, seconds) ?? 0,
    })),
    cells: mergeCells(query, columns, found, (group) => locate(indexes[group]!)),
    latency: buckets,
  };
}

function sums(metric: MetricName): boolean {
  const { kind } = metricOf(metric);
  return kind === 'count' || kind === 'rate';
}

function mergeCells(
  query: HeatmapQuery,
  columns: HeatmapColumns,
  found: Awaited<ReturnType<typeof groupCells>>,
  rowOf: (group: number) => number
): HeatmapCell[] {
  const [value, n, numerator, denominator] = found.measures;
  const cells = new Map<number, HeatmapCell>();
  found.cell.forEach((cell, index) => {
    const [row, column] = [rowOf(found.group[index]!), columns.locate(cell)];
    const seconds = columns.seconds[column];
    if (seconds === undefined) {
      return;
    }
    const key = row * columns.values.length + column;
    const before = cells.get(key) ?? { row, column, value: null, n: 0, numerator: null, denominator: null };
    const add = (sum: number | null, part: unknown) => (part == null ? sum : (sum ?? 0) + Number(part));
    const merged = {
      ...before,
      n: before.n + Number(n![index]),
      numerator: add(before.numerator, numerator?.[index]),
      denominator: add(before.denominator, denominator?.[index]),
    };
    const own = finishMetric(query.metric, value![index], seconds);
    cells.set(key, {
      ...merged,
      value: numerator ? (merged.denominator ? merged.numerator! / merged.denominator : null) : add(before.value, own),
    });
  });
  return [...cells.values()];
}
