import { type DataFrame, type Field, FieldType } from '@grafana/data';
import { type HeatmapMarker } from '@apitrail/contract';

import { comparisonOf } from '../../components/change';
import { fieldNamed, numberAt } from '../../components/find-field';

export type XKind = 'time' | 'hour_of_day' | 'day_of_week' | 'category';

export interface HeatmapColumn {
  value: number | string;
  /** Epoch milliseconds of the column, where x is time. */
  from?: number;
  to?: number;
}

export interface HeatmapRow {
  label: string;
  /** Values of the keys that name the row; absent where no single key does. */
  keys?: Record<string, string | null>;
  /** The rest, beyond the top rows. */
  other: boolean;
  /** What rows are ordered by when ordered by total. */
  total: number;
  /** Where rows are buckets of the duration: `min < duration <= max`, milliseconds; no max is no upper end. */
  bucket?: { min: number; max?: number };
}

/** A matrix, row by row: the cell of row r and column c is at `r * columns.length + c`. */
export interface HeatmapModel {
  /** The frame the values are from; of several series the first. */
  frame: DataFrame;
  marker?: HeatmapMarker;
  valueField: Field;
  x: { kind: XKind; key?: string; field?: Field };
  columns: HeatmapColumn[];
  rows: HeatmapRow[];
  /** NaN where there is no value. */
  values: Float64Array;
  /** Requests a value rests on. */
  n?: Float64Array;
  numerator?: Float64Array;
  denominator?: Float64Array;
  /** What cells were at the earlier time the answer is compared with; absent without a comparison. */
  earlier?: EarlierCells;
  /** Row of the frame a cell is from, -1 where none is. */
  frameRow: Int32Array;
  /** Field a cell is from, where rows are fields. */
  rowFields?: Field[];
  latency: boolean;
  /** Values sum up, so that a share of the row means something. */
  additive: boolean;
}

/** Cells of the earlier time, in the places of those that they are compared with. NaN where there was nothing to compare. */
export interface EarlierCells {
  /** As the query says it: `1w`; undefined when it is not known. */
  timeShift?: string;
  values: Float64Array;
  /** Requests they rested on; absent when not known. */
  n?: Float64Array;
}

/** Names of a column that says how many requests a value rests on. */
export const N_NAMES = ['n', 'samples', 'sample_size'];

/** A matrix without values. */
export function emptyModel(
  frame: DataFrame,
  valueField: Field,
  x: HeatmapModel['x'],
  columns: HeatmapColumn[],
  rows: HeatmapRow[]
): HeatmapModel {
  const size = columns.length * rows.length;
  return {
    frame,
    valueField,
    x,
    columns,
    rows,
    values: new Float64Array(size).fill(NaN),
    frameRow: new Int32Array(size).fill(-1),
    latency: false,
    additive: false,
  };
}

/**
 * Gives columns of time their range. Buckets of an answer meet each other, also on days that are not 24 hours long; other
 * times are as wide as the smallest step between two of them.
 */
export function placeTimes(model: HeatmapModel, buckets?: { interval?: number; end: number }): void {
  if (model.x.kind !== 'time') {
    return;
  }
  const { columns } = model;
  const width =
    buckets?.interval ?? model.x.field?.config.interval ?? smallestStep(columns.map((c) => Number(c.value)));
  columns.forEach((column, index) => {
    const from = Number(column.value);
    const next = index + 1 < columns.length ? Number(columns[index + 1].value) : undefined;
    column.from = from;
    if (next !== undefined) {
      column.to = buckets ? next : Math.min(next, from + width);
    } else {
      column.to = buckets && buckets.end > from ? Math.min(buckets.end, from + width) : from + width;
    }
  });
}

const MOST_COLUMNS = 11_000;

/** Columns for the times between, where times are evenly spaced but some are missing. */
export function fillGaps(times: number[]): number[] {
  const step = smallestStep(times);
  const [first] = times;
  const last = times[times.length - 1];
  if (times.length < 2 || (last - first) / step > MOST_COLUMNS || times.some((t) => (t - first) % step !== 0)) {
    return times;
  }
  return Array.from({ length: Math.round((last - first) / step) + 1 }, (_, i) => first + i * step);
}

function smallestStep(times: number[]): number {
  let step = Infinity;
  for (let i = 1; i < times.length; i++) {
    step = Math.min(step, times[i] - times[i - 1]);
  }
  return Number.isFinite(step) && step > 0 ? step : 60_000;
}

/** Puts the rows of a long frame into the cells they belong to. */
export function fill(model: HeatmapModel, frame: DataFrame, xField: Field, labelAt: (row: number) => string): void {
  const width = model.columns.length;
  const columnOf = new Map(model.columns.map((column, index) => [String(column.value), index]));
  const rowOf = new Map(model.rows.map((row, index) => [row.label, index]));
  const extra = {
    n: fieldNamed(frame, N_NAMES, FieldType.number),
    numerator: fieldNamed(frame, ['numerator'], FieldType.number),
    denominator: fieldNamed(frame, ['denominator'], FieldType.number),
  };
  const then = {
    values: fieldNamed(frame, ['previous'], FieldType.number),
    n: fieldNamed(frame, ['n_previous'], FieldType.number),
  };
  const size = model.values.length;
  if (then.values) {
    model.earlier = {
      timeShift: comparisonOf(frame)?.timeShift,
      // Where a cell counts, one that is not there was 0 then as well.
      values: new Float64Array(size).fill(model.values[0] === 0 ? 0 : NaN),
      n: then.n && new Float64Array(size),
    };
  }
  for (const name of ['n', 'numerator', 'denominator'] as const) {
    if (extra[name]) {
      model[name] = new Float64Array(size).fill(name === 'n' ? 0 : NaN);
    }
  }
  for (let row = 0; row < frame.length; row++) {
    const r = rowOf.get(labelAt(row));
    const c = columnOf.get(String(xField.values[row]));
    if (r === undefined || c === undefined) {
      continue;
    }
    const cell = r * width + c;
    model.values[cell] = numberAt(model.valueField, row);
    model.frameRow[cell] = row;
    if (model.earlier) {
      model.earlier.values[cell] = numberAt(then.values, row);
      model.earlier.n?.fill(numberAt(then.n, row), cell, cell + 1);
    }
    for (const name of ['n', 'numerator', 'denominator'] as const) {
      const values = model[name];
      if (values) {
        values[cell] = numberAt(extra[name], row);
      }
    }
  }
}
