import { type MeasureText } from '../../components/measure';

export interface LayoutInput {
  width: number;
  /** Height for the table, header included. */
  height: number;
  rows: number;
  columns: number;
  /** Names of cohorts, wide and narrow. */
  names: readonly string[];
  narrowNames: readonly string[];
  /** The largest size, as text; undefined leaves the column out. */
  size?: string;
  /** The longest values, as text: with decimals, and shorter ones for narrower cells. */
  values: readonly string[];
  /** The longest change, as text, where cells say theirs. */
  change?: string;
  /** The longest names of columns: `Day 14`, `14`. */
  headers: readonly [string, string];
  showValues: 'auto' | 'always' | 'never';
  measure: MeasureText;
}

/** Where everything lies, in pixels. */
export interface RetentionLayout {
  nameWidth: number;
  narrowNames: boolean;
  /** 0 where sizes are not shown. */
  sizeWidth: number;
  /** Whether sizes have bars beside them. */
  sizeBars: boolean;
  cellWidth: number;
  rowHeight: number;
  headerHeight: number;
  /** Width of all columns; more than there is scrolls. */
  contentWidth: number;
  /** Which of `values` fits; -1 when none does, and cells are colours alone. */
  valueForm: number;
  showChanges: boolean;
  shortHeaders: boolean;
  /** Every so many columns has a name. */
  headerStep: number;
}

export const HEADER_HEIGHT = 26;
const PADDING = 12;
const TIGHT = 6;
const LEAST_CELL = 14;
const MOST_CELL = 280;
const LEAST_ROW = 22;
const MOST_ROW = 40;
const CHANGED_ROW = 36;
const SCROLLBAR = 10;
const NARROW = 520;
/** Below this, names and sizes leave too little for the cells. */
const LEAST_ROOM = 0.45;

/** Lays the table out in the room there is: names and sizes first, then cells as wide as they may be. */
export function retentionLayout(input: LayoutInput): RetentionLayout {
  const { width, height, columns, measure, values } = input;
  const widest = (texts: readonly string[]) => texts.reduce((most, text) => Math.max(most, measure(text)), 0);
  const wide = widest(input.names) + PADDING;
  const narrowNames = width < NARROW || wide > width * 0.3;
  const nameWidth = Math.ceil(Math.min(narrowNames ? widest(input.narrowNames) + PADDING : wide, width * 0.4));
  const sizeBars = width >= NARROW;
  const wanted = input.size === undefined ? 0 : Math.ceil(measure(input.size) + (sizeBars ? 56 : PADDING));
  const sizeWidth = (width - nameWidth - wanted) / width < LEAST_ROOM ? 0 : wanted;
  const room = width - nameWidth - sizeWidth - SCROLLBAR;
  const share = room / Math.max(1, columns);
  const needs = values.map((text) => Math.ceil(measure(text)) + TIGHT);
  const valueForm = formOf(input.showValues, needs, share);
  const least = valueForm >= 0 ? needs[valueForm] : LEAST_CELL;
  const cellWidth = Math.floor(Math.min(MOST_CELL, Math.max(least, share)));
  const showChanges = input.change !== undefined && valueForm >= 0 && measure(input.change) + TIGHT <= cellWidth;
  const [longHeader, shortHeader] = input.headers.map((text) => measure(text) + TIGHT);
  const shortHeaders = longHeader > cellWidth;
  const fitted = Math.floor((height - HEADER_HEIGHT) / Math.max(1, input.rows));
  return {
    nameWidth,
    narrowNames,
    sizeWidth,
    sizeBars,
    cellWidth,
    rowHeight: Math.min(MOST_ROW, Math.max(showChanges ? CHANGED_ROW : LEAST_ROW, fitted)),
    headerHeight: HEADER_HEIGHT,
    contentWidth: nameWidth + sizeWidth + columns * cellWidth,
    valueForm,
    showChanges,
    shortHeaders,
    headerStep: shortHeaders ? Math.max(1, Math.ceil(shortHeader / cellWidth)) : 1,
  };
}

function formOf(showValues: LayoutInput['showValues'], needs: readonly number[], share: number): number {
  switch (showValues) {
    case 'never':
      return -1;
    case 'always': {
      const fitting = needs.findIndex((need) => need <= share);
      return fitting >= 0 ? fitting : Math.min(1, needs.length - 1);
    }
    case 'auto':
      return needs.findIndex((need) => need <= share);
  }
}

/** The rows that are seen, and some beyond, so that scrolling shows no gaps. */
export function rowsInView(scrollTop: number, viewHeight: number, rowHeight: number, rows: number): [number, number] {
  const beyond = 6;
  const first = Math.max(0, Math.floor(scrollTop / rowHeight) - beyond);
  return [first, Math.min(rows, Math.ceil((scrollTop + viewHeight) / rowHeight) + beyond)];
}

/** A place in the grid: row -1 is the mean, column -1 the cohort itself. */
export interface Place {
  row: number;
  column: number;
}

/** Where a key leads to; undefined when it is none that moves. */
export function movePlace(
  at: Place,
  key: string,
  toEnds: boolean,
  size: { firstRow: number; rows: number; columns: number; page: number }
): Place | undefined {
  const row = (value: number) => Math.min(size.rows - 1, Math.max(size.firstRow, value));
  const column = (value: number) => Math.min(size.columns - 1, Math.max(-1, value));
  switch (key) {
    case 'ArrowDown':
      return { ...at, row: row(at.row + 1) };
    case 'ArrowUp':
      return { ...at, row: row(at.row - 1) };
    case 'ArrowRight':
      return { ...at, column: column(at.column + 1) };
    case 'ArrowLeft':
      return { ...at, column: column(at.column - 1) };
    case 'PageDown':
      return { ...at, row: row(at.row + size.page) };
    case 'PageUp':
      return { ...at, row: row(at.row - size.page) };
    case 'Home':
      return toEnds ? { row: size.firstRow, column: -1 } : { ...at, column: -1 };
    case 'End':
      return toEnds ? { row: size.rows - 1, column: size.columns - 1 } : { ...at, column: size.columns - 1 };
    default:
      return undefined;
  }
}
