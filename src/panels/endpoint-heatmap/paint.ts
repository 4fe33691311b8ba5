import { type ColorScale } from '../../components/color-scale';
import { type NumberFormat } from '../../components/format';
import { type MeasureText } from '../../components/measure';
import { boxOf, type HeatmapLayout, visibleRows } from './layout';
import { type HeatmapModel } from './matrix';
import { type LowSamples } from './options';

/** What the drawing needs of a canvas. */
export interface Surface {
  clear(width: number, height: number): void;
  rect(x: number, y: number, width: number, height: number, color: string): void;
  hatch(x: number, y: number, width: number, height: number): void;
  /** A dashed frame within the rectangle. */
  outline(x: number, y: number, width: number, height: number): void;
  text(text: string, x: number, y: number, color: string): void;
}

export interface PaintInput {
  model: HeatmapModel;
  order: number[];
  layout: HeatmapLayout;
  scale: ColorScale;
  /** Highest value of each row, where colours compare within a row. */
  rowMaxima?: Float64Array;
  /** Whether a cell had requests only at the earlier time. */
  gone?: (cell: number) => boolean;
  minSamples: number;
  lowSamples: LowSamples;
  /** Writes values into cells where they fit. */
  values?: { format: NumberFormat; measure: MeasureText; colorOn: (background: string) => string };
}

const MIN_TEXT_HEIGHT = 14;
const TEXT_PADDING = 6;

/** Whether a cell rests on too few requests to be trusted. */
export function isLowSample(model: HeatmapModel, cell: number, minSamples: number): boolean {
  const n = model.n?.[cell];
  if (n === undefined || Number.isNaN(n)) {
    return false;
  }
  return (Number.isNaN(model.values[cell]) && n > 0) || (n > 0 && n < minSamples);
}

/** Draws the rows in view, each cell once. */
export function paint(surface: Surface, input: PaintInput, scrollTop: number): void {
  const { model, order, layout, scale, rowMaxima } = input;
  surface.clear(layout.plotWidth, layout.viewHeight);
  const { first, last } = visibleRows(layout, scrollTop);
  const width = model.columns.length;
  const write = layout.rowHeight - layout.gap >= MIN_TEXT_HEIGHT ? input.values : undefined;
  const texts = write && valuesFit(input, first, last) ? write : undefined;
  for (let row = first; row <= last; row++) {
    const modelRow = order[row];
    for (let column = 0; column < width; column++) {
      const cell = modelRow * width + column;
      const value = model.values[cell];
      const low = isLowSample(model, cell, input.minSamples);
      if (input.gone?.(cell)) {
        const box = boxOf(layout, { row, column });
        surface.outline(box.x, box.y - scrollTop, box.width, box.height);
        continue;
      }
      if ((Number.isNaN(value) && !low) || (low && input.lowSamples === 'hide')) {
        continue;
      }
      const box = boxOf(layout, { row, column });
      const y = box.y - scrollTop;
      if (low && (input.lowSamples === 'hatch' || Number.isNaN(value))) {
        surface.hatch(box.x, y, box.width, box.height);
        continue;
      }
      const color = scale.colorOf(rowMaxima ? value / rowMaxima[modelRow] || 0 : value);
      surface.rect(box.x, y, box.width, box.height, color);
      if (texts) {
        surface.text(texts.format(value), box.x + box.width / 2, y + box.height / 2, texts.colorOn(color));
      }
    }
  }
}

/** Values are written into all cells in view or into none: a patchwork reads as if some were missing. */
function valuesFit({ model, order, layout, values }: PaintInput, first: number, last: number): boolean {
  if (!values) {
    return false;
  }
  const room = Math.floor(layout.columnWidth) - layout.gap - TEXT_PADDING;
  if (room < 12) {
    return false;
  }
  const width = model.columns.length;
  for (let row = first; row <= last; row++) {
    for (let cell = order[row] * width; cell < (order[row] + 1) * width; cell++) {
      const value = model.values[cell];
      if (!Number.isNaN(value) && values.measure(values.format(value)) > room) {
        return false;
      }
    }
  }
  return true;
}
