import { getFieldDisplayName } from '@grafana/data';
import { type TimeZone } from '@grafana/schema';
import { metricOf } from '@apitrail/contract';

import { changeShare, changeText, type Direction, earlierText } from '../../components/change';
import {
  capital,
  formatCount,
  formatShare,
  formatTimeRange,
  type NumberFormat,
  plural,
  unitFormat,
} from '../../components/format';
import { type TooltipRow } from '../../components/PanelTooltip';
import { rowAverage, rowSum } from './arrange';
import { shortColumnLabel, WEEKDAYS } from './axis';
import {
  cellChange,
  changeMeasure,
  differenceText,
  type ComparedModel,
  isCompared,
  isCounting,
  modelDirection,
  rowChange,
} from './changes';
import { type HeatmapColumn, type HeatmapModel } from './matrix';

/** A column's name in full. */
export function columnName(model: HeatmapModel, column: HeatmapColumn, timeZone: TimeZone): string {
  const { kind, key } = model.x;
  if (kind === 'time') {
    const from = column.from ?? Number(column.value);
    return formatTimeRange(from, column.to ?? from, timeZone);
  }
  if (kind === 'hour_of_day') {
    const hour = Number(column.value);
    return `${shortColumnLabel(model, column)}:00 – ${String(hour + 1).padStart(2, '0')}:00`;
  }
  if (kind === 'day_of_week') {
    return WEEKDAYS[Number(column.value) - 1] ?? String(column.value);
  }
  return key === undefined ? shortColumnLabel(model, column) : `${key} ${shortColumnLabel(model, column)}`;
}

/** What the colours stand for. */
export function valueName(model: HeatmapModel): string {
  const { marker, valueField, frame } = model;
  if (!marker || valueField.config.displayName) {
    return getFieldDisplayName(valueField, frame);
  }
  const name = metricOf(marker.metric).displayName;
  return marker.normalise === 'none' ? name : `${name}, share of ${marker.normalise}`;
}

/** What the legend is headed by. */
export function legendTitle(model: HeatmapModel, coloured: 'value' | 'row' | 'change'): string {
  const name = valueName(model);
  switch (coloured) {
    case 'row':
      return `${name}, of the row’s highest`;
    case 'change':
      return `${name}, change from ${earlierText(model.earlier?.timeShift)}`;
    default:
      return name;
  }
}

/** What the legend says of hatched cells. */
export function hatchedText(minSamples: number, byChange: boolean): string {
  if (minSamples > 0) {
    return `Fewer than ${minSamples} requests`;
  }
  return byChange ? 'Nothing to compare with' : 'Too few requests';
}

/** The lines of a cell's tooltip: value, sample size, parts of a ratio, share of the row, comparison with its average. */
export function describeCell(model: HeatmapModel, cell: number, format: NumberFormat): TooltipRow[] {
  const row = Math.floor(cell / model.columns.length);
  const value = model.values[cell];
  const n = model.n?.[cell];
  const numerator = model.numerator?.[cell];
  const denominator = model.denominator?.[cell];
  const lines: TooltipRow[] = [{ label: valueName(model), value: format(value), strong: true }];
  if (isNumber(numerator) && isNumber(denominator)) {
    lines.push(partOfWhole(model, numerator, denominator));
  } else if (isNumber(n) && model.marker?.metric !== 'requests') {
    lines.push({ label: 'Requests', value: formatCount(n) });
  }
  if (model.additive && isNumber(value) && model.marker?.normalise !== 'row') {
    const sum = rowSum(model, row);
    if (sum > 0) {
      lines.push({ label: 'Share of row', value: formatShare(value / sum) });
    }
  }
  if (isCompared(model)) {
    lines.push(...describeChange(model, cell, format));
  }
  const average = rowAverage(model, row);
  if (isNumber(average) && isNumber(value)) {
    lines.push({ label: 'Row average', value: `${format(average)}${difference(value, average)}` });
  }
  return lines;
}

/** What a cell was at the earlier time, out of how many requests, and how it and its row have changed since. */
function describeChange(model: ComparedModel, cell: number, format: NumberFormat): TooltipRow[] {
  const { earlier, marker } = model;
  const was = earlier.values[cell];
  const n = earlier.n?.[cell];
  const rests = isNumber(n) && marker?.metric !== 'requests' ? ` of ${plural(n, 'request')}` : '';
  const change = cellChange(model, cell);
  const counting = isCounting(model);
  const row = rowChange(model, Math.floor(cell / model.columns.length));
  const points =
    changeMeasure(model) === 'difference' && change !== 0
      ? ` (${differenceText(model, model.values[cell] - was)})`
      : '';
  const then = capital(earlierText(earlier.timeShift));
  return [
    { label: then, value: `${format(was)}${rests}` },
    {
      label: 'Change',
      value: isNumber(change)
        ? `${changeText(change, counting)}${points}${verdict(change, modelDirection(model))}`
        : 'nothing to compare with',
    },
    // The average of a row has a line of its own, which compares the cell with it.
    model.additive
      ? { label: row.label, value: `${format(row.now)} (${changeText(row.change, counting)})` }
      : { label: `${row.label}, change`, value: changeText(row.change, counting) },
  ];
}

/** Whether a change is for the better, in words. */
function verdict(change: number, direction: Direction): string {
  if (direction === 'neutral' || changeShare(change) === changeShare(0)) {
    return '';
  }
  return change > 0 === (direction === 'more-is-worse') ? ', worse' : ', better';
}

function partOfWhole({ marker }: HeatmapModel, part: number, whole: number): TooltipRow {
  if (!marker || marker.normalise === 'none') {
    return { label: 'Of requests', value: `${formatCount(part)} of ${formatCount(whole)}` };
  }
  const { displayName, unit } = metricOf(marker.metric);
  const format = unit === 'short' ? formatCount : unitFormat(unit);
  return { label: displayName, value: `${format(part)} of ${format(whole)}` };
}

function difference(value: number, average: number): string {
  if (average <= 0) {
    return '';
  }
  const change = value / average - 1;
  if (Math.abs(change) < 0.005) {
    return ' (the same)';
  }
  return value >= 3 * average
    ? ` (${(value / average).toFixed(1)} ×)`
    : ` (${change > 0 ? '+' : '−'}${formatShare(Math.abs(change), 0)})`;
}

function isNumber(value: number | undefined): value is number {
  return value !== undefined && !Number.isNaN(value);
}

/** What a heatmap shows, in words. */
export function summary(model: HeatmapModel, rows: number, format: (value: number) => string): string {
  let highest = -1;
  let lowest = Infinity;
  model.values.forEach((value, cell) => {
    if (!Number.isNaN(value)) {
      highest = highest < 0 || value > model.values[highest] ? cell : highest;
      lowest = Math.min(lowest, value);
    }
  });
  const compared = isCompared(model) ? `, compared with ${earlierText(model.earlier.timeShift)}` : '';
  const size = `${valueName(model)}: ${rows} rows by ${model.columns.length} columns${compared}`;
  if (highest < 0) {
    return `${size}, without values.`;
  }
  const row = model.rows[Math.floor(highest / model.columns.length)].label;
  return `${size}, from ${format(lowest)} to ${format(model.values[highest])}, the highest at ${row}. Arrow keys move, Enter opens the menu of a cell.`;
}
