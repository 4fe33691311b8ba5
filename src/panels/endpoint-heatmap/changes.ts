import { metricOf } from '@apitrail/contract';

import { changeBetween, changeShare, type Direction, directionOf } from '../../components/change';
import { NO_VALUE } from '../../components/format';
import { rowAverage, rowSum } from './arrange';
import { type EarlierCells, type HeatmapModel } from './matrix';

/** A model with an earlier time to compare with. */
export type ComparedModel = HeatmapModel & { earlier: EarlierCells };

/** Whether there is an earlier time to compare with. */
export function isCompared(model: HeatmapModel): model is ComparedModel {
  return model.earlier !== undefined;
}

/** Whether more is bad, good or neither; of metrics that are not ours, neither. */
export function modelDirection({ marker }: HeatmapModel): Direction {
  return marker === undefined ? 'neutral' : directionOf(marker.metric);
}

/** Whether values count something, so that from 0 is new and to 0 is gone. */
export function isCounting({ marker }: HeatmapModel): boolean {
  const kind = marker && metricOf(marker.metric).kind;
  return kind === 'count' || kind === 'distinct' || kind === 'rate';
}

/** How much a cell has changed, as a share of what it was: Infinity from 0, NaN when there is nothing to compare. */
export function cellChange({ values, earlier }: ComparedModel, cell: number): number {
  return changeBetween(values[cell], earlier.values[cell]);
}

/**
 * What a change is coloured by: of what counts or lasts, its share of what was; of rates and shares of requests the
 * difference, because of a share of nothing nothing can be said, and one error after none is no disaster.
 */
export type ChangeMeasure = 'share' | 'difference';

export function changeMeasure({ marker, valueField }: HeatmapModel): ChangeMeasure {
  const ratio = marker
    ? metricOf(marker.metric).kind === 'ratio' || marker.normalise !== 'none'
    : valueField.config.unit === 'percentunit';
  return ratio ? 'difference' : 'share';
}

/** A difference with its sign, in percentage points where values are percentages. */
export function differenceText({ valueField }: HeatmapModel, difference: number): string {
  if (Number.isNaN(difference)) {
    return NO_VALUE;
  }
  const percent = valueField.config.unit === 'percentunit';
  const amount = Math.abs(difference) * (percent ? 100 : 1);
  const text = String(Number(amount.toPrecision(2)));
  return `${amount === 0 ? '' : difference > 0 ? '+' : '−'}${text}${percent ? ' pp' : ''}`;
}

/** A change as it is written into a cell and on the scale. */
export function changeCellText(model: HeatmapModel, change: number): string {
  return changeMeasure(model) === 'difference' ? differenceText(model, change) : changeShare(change, isCounting(model));
}

/** Whether a cell had requests at the earlier time and has none now. */
export function isGone({ values, n, earlier }: HeatmapModel, cell: number): boolean {
  if (earlier === undefined) {
    return false;
  }
  return n && earlier.n ? n[cell] === 0 && earlier.n[cell] > 0 : !(values[cell] > 0) && earlier.values[cell] > 0;
}

/** The matrix of the changes, for when colours stand for them. A change rests on the fewer requests of the two times. */
export function changesOf(model: ComparedModel): HeatmapModel {
  const { n, earlier } = model;
  const measure = changeMeasure(model);
  const values = model.values.map((value, cell) =>
    measure === 'difference' ? value - earlier.values[cell] : cellChange(model, cell)
  );
  return {
    ...model,
    values,
    n:
      n && earlier.n
        ? n.map((count, cell) => (Number.isNaN(values[cell]) ? count : Math.min(count, earlier.n?.[cell] ?? 0)))
        : n,
  };
}

/** A whole row, now and then: the sum of what sums up, otherwise the average. */
export interface RowChange {
  label: 'Row total' | 'Row average';
  now: number;
  previous: number;
  change: number;
}

/** How much a row has changed, over the cells that have something to be compared with. */
export function rowChange(model: ComparedModel, row: number): RowChange {
  const from = row * model.columns.length;
  const part = (cells: Float64Array | undefined) => cells?.slice(from, from + model.columns.length);
  const { additive, columns } = model;
  const values = model.values.slice(from, from + columns.length);
  const earlier = model.earlier.values.slice(from, from + columns.length);
  const then = { additive, columns, values: earlier, n: part(model.earlier.n) };
  const now = {
    additive,
    columns,
    values: values.map((value, column) => (additive && Number.isNaN(earlier[column]) ? NaN : value)),
    n: part(model.n),
    numerator: part(model.numerator),
    denominator: part(model.denominator),
  };
  const of = additive ? rowSum : rowAverage;
  const [is, was] = [of(now, 0), of(then, 0)];
  return {
    label: additive ? 'Row total' : 'Row average',
    now: is,
    previous: was,
    change: changeBetween(is, was),
  };
}
