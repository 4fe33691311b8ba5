import { OTHER_GROUP, type HeatmapQuery } from '@apitrail/contract';

import type { HandlerContext } from '../handler';
import { groupCells, type RankedGroup } from '../shared/groups';
import { groupName, groupText, type KeyExpression } from '../shared/keys';
import { finishMetric, measureOf, ratioMeasures } from '../shared/metrics';
import { refuseTooMany, secondsCovered } from '../shared/series';
import type { HeatmapColumns } from './columns';
import type { HeatmapRow, Matrix } from './frame';

/** A matrix whose rows are the top groups of the keys, most of `orderBy` first, then `{other}`. */
export async function keyMatrix(
  query: HeatmapQuery,
  context: HandlerContext,
  columns: HeatmapColumns,
  keys: readonly KeyExpression[]
): Promise<Matrix> {
  const ratio = ratioMeasures(query.metric);
  const found = await groupCells(await context.aggregator(), {
    rows: columns.rows,
    keys,
    measures: [measureOf(query.metric), measureOf('requests'), ...(ratio ? [ratio.numerator, ratio.denominator] : [])],
    orderBy: measureOf(query.orderBy),
    limit: query.limit,
    cell: columns.cell,
  });
  refuseTooMany(found.cell.length);
  const [value, n, numerator, denominator] = found.measures;
  const cells = found.cell.map((cell, index) => {
    const column = columns.locate(cell);
    return {
      row: found.group[index]!,
      column,
      value: finishMetric(query.metric, value![index], columns.seconds[column] ?? 0),
      n: Number(n![index]),
      numerator: numerator ? Number(numerator[index]) : null,
      denominator: denominator ? Number(denominator[index]) : null,
    };
  });
  return {
    rows: rowsOf(query, context, keys, found.groups),
    cells: cells.filter(({ column }) => column < columns.values.length),
  };
}

function rowsOf(
  query: HeatmapQuery,
  context: HandlerContext,
  keys: readonly KeyExpression[],
  groups: readonly RankedGroup[]
): HeatmapRow[] {
  const seconds = secondsCovered(context, context.range.from, context.range.to);
  const seen = new Map<string, number>();
  return groups.map((group) => {
    const name = group.other ? OTHER_GROUP : groupName(keys, group);
    const count = (seen.get(name) ?? 0) + 1;
    seen.set(name, count);
    return {
      // Values with spaces in them can make two rows read the same.
      label: count === 1 ? name : `${name} (${count})`,
      keys: Object.fromEntries(keys.map((key, index) => [key.key, rowKey(keys, group, index)])),
      ...(group.other ? { other: true } : {}),
      total: finishMetric(query.orderBy, group.total, seconds) ?? 0,
    };
  });
}

function rowKey(keys: readonly KeyExpression[], group: RankedGroup, index: number): string | null {
  return !group.other && group.values[index] === null ? null : groupText(keys, group, index);
}
