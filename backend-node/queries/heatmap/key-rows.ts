import { OTHER_GROUP, type HeatmapQuery } from '@apitrail/contract';

import type { HandlerContext } from '../handler';
import { groupCells, type Cells, type RankedGroup } from '../shared/groups';
import { groupName, groupText, type KeyExpression } from '../shared/keys';
import { matchCells } from '../shared/matched-groups';
import { finishMetric, measureOf } from '../shared/metrics';
import { refuseTooMany, secondsCovered } from '../shared/series';
import { cellMeasures, comparedCells, readCells } from './cells';
import type { ColumnSource, HeatmapColumns } from './columns';
import type { HeatmapRow, Matrix } from './frame';

/** A matrix whose rows are the top groups of the keys, most of `orderBy` first, then `{other}`. */
export async function keyMatrix(
  query: HeatmapQuery,
  context: HandlerContext,
  columns: HeatmapColumns,
  keys: readonly KeyExpression[]
): Promise<Matrix> {
  const request = {
    keys,
    measures: cellMeasures(query.metric),
    orderBy: measureOf(query.orderBy),
    limit: query.limit,
  };
  const own = await groupCells(await context.aggregator(), { ...request, ...columns.own });
  const { earlier } = context;
  const before =
    earlier &&
    columns.earlier &&
    (await matchCells(await earlier.aggregator(), { ...request, ...columns.earlier }, own.groups));
  refuseTooMany(own.cell.length + (before?.cell.length ?? 0));
  // Totals are those of the query's own time, of which groups that are gone have none.
  const gone = before?.groups.slice(own.groups.length).map((group) => ({ ...group, total: null })) ?? [];
  const read = (cells: Cells, source: ColumnSource) => readCells(query, columns, source, cells, (group) => group);
  return {
    rows: rowsOf(query, context, keys, [...own.groups, ...gone]),
    cells: comparedCells(
      query,
      columns,
      read(own, columns.own),
      before && columns.earlier && read(before, columns.earlier)
    ),
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
