import { type HeatmapModel } from './matrix';

/** A rectangle in pixels of the plot; `y` counts from the top of all rows, also of those scrolled away. */
export interface Box {
  x: number;
  y: number;
  width: number;
  height: number;
}

/** A cell by its place on the screen: `row` counts the drawn rows from the top. */
export interface CellPosition {
  row: number;
  column: number;
}

/** Where everything lies. Pure arithmetic: no cell is ever looked for. */
export interface HeatmapLayout {
  /** Width of the column of labels. */
  labelWidth: number;
  plotWidth: number;
  /** Height of what is seen of the rows. */
  viewHeight: number;
  /** Height of all rows; more than `viewHeight` scrolls. */
  contentHeight: number;
  rowHeight: number;
  columnWidth: number;
  gap: number;
  rows: number;
  columns: number;
}

export const X_AXIS_HEIGHT = 24;
const MIN_ROW_HEIGHT = 18;
const MIN_BUCKET_HEIGHT = 4;
const MAX_ROW_HEIGHT = 44;
const SCROLLBAR = 10;

export interface LayoutInput {
  width: number;
  /** Height for rows, without axis and legend. */
  height: number;
  rows: number;
  columns: number;
  /** Room the labels would like. */
  labelWidth: number;
  /** 0 fits the rows to the height. */
  rowHeight: number;
  gap: number;
  /** Rows are a continuous scale, whose labels may be thinned out, rather than names. */
  continuousRows: boolean;
}

/** Lays the matrix out in the room there is. */
export function layoutOf(input: LayoutInput): HeatmapLayout {
  const { width, rows, columns } = input;
  const viewHeight = Math.max(0, input.height);
  const least = input.continuousRows ? MIN_BUCKET_HEIGHT : MIN_ROW_HEIGHT;
  const most = input.continuousRows ? viewHeight : MAX_ROW_HEIGHT;
  const fitted = Math.min(most, Math.max(least, viewHeight / Math.max(1, rows)));
  const rowHeight = input.rowHeight > 0 ? input.rowHeight : fitted;
  const contentHeight = rowHeight * rows;
  const scrollbar = contentHeight > viewHeight + 0.5 ? SCROLLBAR : 0;
  const labelWidth = Math.round(Math.min(input.labelWidth, width * 0.44));
  const plotWidth = Math.max(0, width - labelWidth - scrollbar);
  const columnWidth = plotWidth / Math.max(1, columns);
  const room = Math.min(columnWidth, rowHeight);
  const gap = room < 4 ? 0 : Math.min(input.gap, Math.floor(room / 3));
  return { labelWidth, plotWidth, viewHeight, contentHeight, rowHeight, columnWidth, gap, rows, columns };
}

/** The box of a cell; edges lie on whole pixels so that neighbours meet. */
export function boxOf(layout: HeatmapLayout, { row, column }: CellPosition): Box {
  const left = Math.round(column * layout.columnWidth);
  const right = Math.max(left + 1, Math.round((column + 1) * layout.columnWidth) - layout.gap);
  const top = Math.round(row * layout.rowHeight);
  const bottom = Math.max(top + 1, Math.round((row + 1) * layout.rowHeight) - layout.gap);
  return { x: left, y: top, width: right - left, height: bottom - top };
}

/** The cell under a point of the plot, `y` counted from the top of all rows. */
export function cellAt(layout: HeatmapLayout, x: number, y: number): CellPosition | undefined {
  if (x < 0 || y < 0 || x >= layout.plotWidth || y >= layout.contentHeight) {
    return undefined;
  }
  // Boxes are rounded to whole pixels, so that a point near an edge may lie in the neighbour.
  const row = nearest(y, layout.rowHeight, layout.rows);
  const column = nearest(x, layout.columnWidth, layout.columns);
  return row === undefined || column === undefined ? undefined : { row, column };
}

function nearest(point: number, size: number, count: number): number | undefined {
  let index = Math.min(count - 1, Math.floor(point / size));
  if (point < Math.round(index * size)) {
    index--;
  } else if (point >= Math.round((index + 1) * size)) {
    index++;
  }
  return index >= 0 && index < count ? index : undefined;
}

/** The rows to be seen at a scroll position, `first` to `last`, both included. */
export function visibleRows(layout: HeatmapLayout, scrollTop: number): { first: number; last: number } {
  const first = Math.max(0, Math.floor(scrollTop / layout.rowHeight));
  const last = Math.min(layout.rows - 1, Math.ceil((scrollTop + layout.viewHeight) / layout.rowHeight) - 1);
  return { first, last };
}

/** The scroll position nearest to the present one at which a row is wholly seen. */
export function scrollToRow(layout: HeatmapLayout, row: number, scrollTop: number): number {
  const top = row * layout.rowHeight;
  const bottom = top + layout.rowHeight;
  if (top < scrollTop) {
    return top;
  }
  return bottom > scrollTop + layout.viewHeight ? bottom - layout.viewHeight : scrollTop;
}

/** Where a key moves the cursor, or undefined when the key moves nothing. */
export function moveCursor(
  cursor: CellPosition,
  key: string,
  ctrl: boolean,
  size: { rows: number; columns: number; page: number }
): CellPosition | undefined {
  const { row, column } = cursor;
  const lastRow = size.rows - 1;
  const lastColumn = size.columns - 1;
  switch (key) {
    case 'ArrowLeft':
      return { row, column: Math.max(0, column - 1) };
    case 'ArrowRight':
      return { row, column: Math.min(lastColumn, column + 1) };
    case 'ArrowUp':
      return { row: Math.max(0, row - 1), column };
    case 'ArrowDown':
      return { row: Math.min(lastRow, row + 1), column };
    case 'Home':
      return { row: ctrl ? 0 : row, column: 0 };
    case 'End':
      return { row: ctrl ? lastRow : row, column: lastColumn };
    case 'PageUp':
      return { row: Math.max(0, row - size.page), column };
    case 'PageDown':
      return { row: Math.min(lastRow, row + size.page), column };
    default:
      return undefined;
  }
}

/** Index of a cell in the model's arrays. */
export function cellIndex(model: HeatmapModel, order: number[], { row, column }: CellPosition): number {
  return order[row] * model.columns.length + column;
}
