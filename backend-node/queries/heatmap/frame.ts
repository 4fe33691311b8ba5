import { metricOf, type Field, type Frame, type HeatmapMarker, type HeatmapQuery } from '@apitrail/contract';

import { metricField } from '../shared/fields';
import type { HeatmapColumns } from './columns';
import type { LatencyBucket } from './latency';

export type HeatmapRow = HeatmapMarker['rows'][number];

/** A cell that holds requests. */
export interface HeatmapCell {
  row: number;
  column: number;
  value: number | null;
  n: number;
  numerator: number | null;
  denominator: number | null;
}

/** Rows in order, and the cells that hold requests. */
export interface Matrix {
  rows: HeatmapRow[];
  cells: HeatmapCell[];
  /** Bounds of the rows, where they are buckets of the duration. */
  latency?: LatencyBucket[];
}

/** One row per cell that holds requests, in the order of rows, then columns. Cells that are absent hold none. */
export function cellsFrame(
  query: HeatmapQuery,
  columns: HeatmapColumns,
  { rows, cells: found, latency }: Matrix
): Frame {
  const cells = shares(query, found).toSorted((a, b) => a.row - b.row || a.column - b.column);
  const { ends } = columns;
  const ratio = metricOf(query.metric).kind === 'ratio' || query.normalise !== 'none';
  return {
    meta: { type: 'table', preferredVisualisationPluginId: 'apitrail-endpointheatmap-panel' },
    fields: [
      { name: 'x', type: columns.type, values: cells.map(({ column }) => columns.values[column]) },
      ...(ends ? [{ name: 'x_max', type: 'time' as const, values: cells.map(({ column }) => ends[column]) }] : []),
      { name: 'y', type: 'string', values: cells.map(({ row }) => rows[row]!.label) },
      ...(latency ? latencyFields(cells, latency) : []),
      valueField(query, cells),
      metricField(
        'requests',
        cells.map(({ n }) => n),
        'n'
      ),
      ...(ratio
        ? [
            { name: 'numerator', type: 'number' as const, values: cells.map(({ numerator }) => numerator) },
            { name: 'denominator', type: 'number' as const, values: cells.map(({ denominator }) => denominator) },
          ]
        : []),
    ],
  };
}

function latencyFields(cells: readonly HeatmapCell[], buckets: readonly LatencyBucket[]): Field[] {
  return [
    { name: 'y_min', type: 'number', values: cells.map(({ row }) => buckets[row]!.min), config: { unit: 'ms' } },
    { name: 'y_max', type: 'number', values: cells.map(({ row }) => buckets[row]!.max), config: { unit: 'ms' } },
  ];
}

function valueField(query: HeatmapQuery, cells: readonly HeatmapCell[]): Field {
  const values = cells.map(({ value, n }) => (n < query.minSamples ? null : value));
  const field = metricField(query.metric, values, 'value');
  if (query.normalise === 'none') {
    return field;
  }
  const { displayName } = metricOf(query.metric);
  const whole = query.normalise === 'total' ? 'all cells' : `the ${query.normalise}`;
  return {
    ...field,
    config: { displayNameFromDS: `${displayName}, share`, unit: 'percentunit', description: `Share of ${whole}.` },
  };
}

/** Values as shares of their row, their column or all cells, before cells with few requests lose theirs. */
function shares({ normalise }: HeatmapQuery, cells: readonly HeatmapCell[]): HeatmapCell[] {
  if (normalise === 'none') {
    return [...cells];
  }
  const part = ({ row, column }: HeatmapCell) => (normalise === 'row' ? row : normalise === 'column' ? column : 0);
  const sums = new Map<number, number>();
  for (const cell of cells) {
    sums.set(part(cell), (sums.get(part(cell)) ?? 0) + (cell.value ?? 0));
  }
  return cells.map((cell) => {
    const denominator = sums.get(part(cell))!;
    return {
      ...cell,
      value: denominator > 0 ? (cell.value ?? 0) / denominator : null,
      numerator: cell.value,
      denominator,
    };
  });
}
