import { type TimeZone } from '@grafana/schema';

import { bisectRight } from 'd3-array';

import { type MeasureText, truncateMiddle } from '../../components/measure';
import { timeTicks } from '../../components/time-ticks';
import { type HeatmapLayout } from './layout';
import { type HeatmapColumn, type HeatmapModel } from './matrix';

/** A label below the plot. `x` is where its text begins. */
export interface Tick {
  text: string;
  x: number;
  width: number;
}

const GAP = 12;

export const WEEKDAYS = ['Monday', 'Tuesday', 'Wednesday', 'Thursday', 'Friday', 'Saturday', 'Sunday'];

/** Labels of the columns, as many as fit. Times are in the zone given. */
export function columnTicks(
  model: HeatmapModel,
  layout: HeatmapLayout,
  timeZone: TimeZone,
  measure: MeasureText
): Tick[] {
  if (layout.plotWidth <= 0 || model.columns.length === 0) {
    return [];
  }
  const ticks =
    model.x.kind === 'time'
      ? columnTimeTicks(model.columns, layout, timeZone, measure)
      : namedTicks(model, layout, measure);
  return withoutOverlap(ticks);
}

function columnTimeTicks(
  columns: HeatmapColumn[],
  layout: HeatmapLayout,
  timeZone: TimeZone,
  measure: MeasureText
): Tick[] {
  const starts = columns.map(({ from, value }) => from ?? Number(value));
  const end = columns[columns.length - 1].to ?? starts[starts.length - 1];
  const most = Math.max(1, layout.plotWidth / (measure('00-00 00:00') + GAP));
  return timeTicks(starts[0], end, most, timeZone).map(({ time, text }) => {
    const column = bisectRight(starts, time) - 1;
    const width = (columns[column].to ?? end) - starts[column];
    const within = width > 0 ? Math.min(1, (time - starts[column]) / width) : 0;
    return centred(text, (column + within) * layout.columnWidth, layout, measure);
  });
}

function namedTicks(model: HeatmapModel, layout: HeatmapLayout, measure: MeasureText): Tick[] {
  const texts = model.columns.map((column) => shortColumnLabel(model, column));
  const widest = Math.max(...texts.map(measure)) + GAP;
  const category = model.x.kind === 'category';
  const every =
    category && widest > layout.columnWidth && layout.columnWidth >= 40
      ? 1
      : stepFor(widest / layout.columnWidth, model);
  return texts.flatMap((text, column) => {
    if (column % every !== 0) {
      return [];
    }
    const shown = category && every === 1 ? truncateMiddle(text, layout.columnWidth - 4, measure) : text;
    return [centred(shown, (column + 0.5) * layout.columnWidth, layout, measure)];
  });
}

/** Hours are labelled every 1, 2, 3, 6 or 12; the others as often as there is room. */
function stepFor(least: number, model: HeatmapModel): number {
  const steps = model.x.kind === 'hour_of_day' ? [1, 2, 3, 6, 12, 24] : [];
  return steps.find((s) => s >= least) ?? Math.max(1, Math.ceil(least));
}

function centred(text: string, x: number, layout: HeatmapLayout, measure: MeasureText): Tick {
  const width = Math.ceil(measure(text));
  return { text, width, x: Math.round(Math.min(layout.plotWidth - width, Math.max(0, x - width / 2))) };
}

function withoutOverlap(ticks: Tick[]): Tick[] {
  const kept: Tick[] = [];
  for (const tick of ticks) {
    const last = kept[kept.length - 1];
    if (!last || tick.x >= last.x + last.width + GAP / 2) {
      kept.push(tick);
    }
  }
  return kept;
}

/** A column's label where room is short. */
export function shortColumnLabel(model: HeatmapModel, column: HeatmapColumn): string {
  switch (model.x.kind) {
    case 'hour_of_day':
      return String(column.value).padStart(2, '0');
    case 'day_of_week':
      return WEEKDAYS[Number(column.value) - 1]?.slice(0, 3) ?? String(column.value);
    default:
      return categoryText(column.value);
  }
}

function categoryText(value: number | string): string {
  return value === '' ? '(none)' : String(value);
}
