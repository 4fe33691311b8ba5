import type { HeatmapQuery, MetricName } from '@apitrail/contract';

import type { Cells } from '../shared/groups';
import { emptyValue, finishMetric, measureOf, ratioMeasures, type Measure } from '../shared/metrics';
import type { ColumnSource, HeatmapColumns } from './columns';

/** What requests of one time make of a cell. */
export interface CellValue {
  value: number | null;
  n: number;
  numerator: number | null;
  denominator: number | null;
}

/** A cell that holds requests of the query's own time, or of the earlier one. */
export interface HeatmapCell extends CellValue {
  row: number;
  column: number;
  /** What it was at the earlier time, where there is one. */
  previous?: CellValue;
}

/** What is measured per cell, as `readCells` reads it. */
export function cellMeasures(metric: MetricName): Measure[] {
  const ratio = ratioMeasures(metric);
  return [measureOf(metric), measureOf('requests'), ...(ratio ? [ratio.numerator, ratio.denominator] : [])];
}

/** Cells by row and column. Groups that share a row are added up: their metric must sum, or be a ratio. */
export function readCells(
  query: HeatmapQuery,
  columns: HeatmapColumns,
  { seconds }: ColumnSource,
  found: Cells,
  rowOf: (group: number) => number
): Map<number, CellValue> {
  const [value, n, numerator, denominator] = found.measures;
  const cells = new Map<number, CellValue>();
  found.cell.forEach((cell, index) => {
    const column = columns.locate(cell);
    const covered = seconds[column];
    if (covered === undefined) {
      return;
    }
    const key = rowOf(found.group[index]!) * columns.values.length + column;
    const before = cells.get(key);
    const own: CellValue = {
      value: finishMetric(query.metric, value![index], covered),
      n: Number(n![index]),
      numerator: numerator ? number(numerator[index]) : null,
      denominator: denominator ? number(denominator[index]) : null,
    };
    cells.set(key, before ? merged(before, own) : own);
  });
  return cells;
}

function number(value: unknown): number | null {
  return value == null ? null : Number(value);
}

function merged(a: CellValue, b: CellValue): CellValue {
  const add = (one: number | null, other: number | null) =>
    one === null && other === null ? null : (one ?? 0) + (other ?? 0);
  const [numerator, denominator] = [add(a.numerator, b.numerator), add(a.denominator, b.denominator)];
  return {
    value: denominator === null ? add(a.value, b.value) : denominator ? numerator! / denominator : null,
    n: a.n + b.n,
    numerator,
    denominator,
  };
}

/** The cells that hold requests at either time, in the order of rows, then columns. */
export function comparedCells(
  { metric }: HeatmapQuery,
  columns: HeatmapColumns,
  own: ReadonlyMap<number, CellValue>,
  earlier: ReadonlyMap<number, CellValue> | undefined
): HeatmapCell[] {
  const width = columns.values.length;
  const empty = (known: boolean): CellValue => ({
    value: known ? emptyValue(metric) : null,
    n: 0,
    numerator: null,
    denominator: null,
  });
  const keys = [...new Set([...own.keys(), ...(earlier?.keys() ?? [])])].sort((a, b) => a - b);
  return keys.map((key) => {
    const column = key % width;
    // Nothing is known of a column whose time has not come yet in the earlier range, or never was.
    const known = (columns.earlier?.seconds[column] ?? 0) > 0;
    return {
      row: Math.floor(key / width),
      column,
      ...(own.get(key) ?? empty(true)),
      ...(earlier ? { previous: earlier.get(key) ?? empty(known) } : {}),
    };
  });
}
