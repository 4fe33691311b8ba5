import { metricOf, type Field, type Frame, type HeatmapMarker, type HeatmapQuery } from '@apitrail/contract';

import { changeField, previousField } from '../shared/compared';
import { metricField } from '../shared/fields';
import type { CellValue, HeatmapCell } from './cells';
import type { HeatmapColumns } from './columns';
import type { LatencyBucket } from './latency';

export type HeatmapRow = HeatmapMarker['rows'][number];

/** Rows in order, and the cells that hold requests. */
export interface Matrix {
  rows: HeatmapRow[];
  cells: HeatmapCell[];
  /** Bounds of the rows, where they are buckets of the duration. */
  latency?: LatencyBucket[];
}

/** One row per cell that holds requests, at either time, in the order of rows, then columns. Cells that are absent hold none. */
export function cellsFrame(
  query: HeatmapQuery,
  columns: HeatmapColumns,
  { rows, cells: found, latency }: Matrix
): Frame {
  const cells = shares(query, found);
  const { ends } = columns;
  const ratio = metricOf(query.metric).kind === 'ratio' || query.normalise !== 'none';
  const value = valueField(query, cells);
  return {
    meta: { type: 'table', preferredVisualisationPluginId: 'apitrail-endpointheatmap-panel' },
    fields: [
      { name: 'x', type: columns.type, values: cells.map(({ column }) => columns.values[column]) },
      ...(ends ? [{ name: 'x_max', type: 'time' as const, values: cells.map(({ column }) => ends[column]) }] : []),
      { name: 'y', type: 'string', values: cells.map(({ row }) => rows[row]!.label) },
      ...(latency ? latencyFields(cells, latency) : []),
      value,
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
      ...(columns.earlier ? earlierFields(query, cells, value) : []),
    ],
  };
}

/** What cells were at the earlier time, how much they have changed, and how many requests they held. */
function earlierFields(query: HeatmapQuery, cells: readonly HeatmapCell[], value: Field): Field[] {
  const previous = cells.map((cell) => valueOf(query, cell.previous!));
  const n = metricField(
    'requests',
    cells.map(({ previous: before }) => before!.n),
    'n'
  );
  return [
    previousField(value, previous, 'previous'),
    changeField(value, previous, 'change'),
    previousField(n, n.values as number[]),
  ];
}

function latencyFields(cells: readonly HeatmapCell[], buckets: readonly LatencyBucket[]): Field[] {
  return [
    { name: 'y_min', type: 'number', values: cells.map(({ row }) => buckets[row]!.min), config: { unit: 'ms' } },
    { name: 'y_max', type: 'number', values: cells.map(({ row }) => buckets[row]!.max), config: { unit: 'ms' } },
  ];
}

/** The value of a cell; none where it rests on too few requests. */
function valueOf({ minSamples }: HeatmapQuery, { value, n }: CellValue): number | null {
  return n < minSamples ? null : value;
}

function valueField(query: HeatmapQuery, cells: readonly HeatmapCell[]): Field {
  const values = cells.map((cell) => valueOf(query, cell));
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

/** Values as shares of their row, their column or all cells of the same time, before cells with few requests lose theirs. */
function shares({ normalise }: HeatmapQuery, cells: readonly HeatmapCell[]): readonly HeatmapCell[] {
  if (normalise === 'none') {
    return cells;
  }
  const part = ({ row, column }: HeatmapCell) => (normalise === 'row' ? row : normalise === 'column' ? column : 0);
  const shared = (of: (cell: HeatmapCell) => CellValue) => {
    const sums = new Map<number, number>();
    for (const cell of cells) {
      sums.set(part(cell), (sums.get(part(cell)) ?? 0) + (of(cell).value ?? 0));
    }
    return (cell: HeatmapCell): CellValue => {
      const { value, n } = of(cell);
      const denominator = sums.get(part(cell))!;
      return { n, value: denominator > 0 ? (value ?? 0) / denominator : null, numerator: value, denominator };
    };
  };
  const own = shared((cell) => cell);
  const before = shared((cell) => cell.previous ?? cell);
  return cells.map((cell) => ({ ...cell, ...own(cell), ...(cell.previous ? { previous: before(cell) } : {}) }));
}
