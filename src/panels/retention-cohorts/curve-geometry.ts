/** A plot of shares over columns, in pixels. */
export interface CurvePlot {
  left: number;
  top: number;
  width: number;
  height: number;
  /** The share at the top. */
  most: number;
  ticks: number[];
  /** Every so many columns has a name. */
  nameStep: number;
}

const TOP = 10;
const BOTTOM = 22;
const RIGHT = 12;
/** Tops that divide well, and what they are divided into. */
const TOPS = [0.01, 0.02, 0.05, 0.1, 0.2, 0.25, 0.5, 0.75, 1];

/** Lays a curve out: shares from nothing to the next round one, columns from edge to edge. */
export function curvePlot(
  shares: readonly number[],
  columns: number,
  room: { width: number; height: number; axisWidth: number; nameWidth: number }
): CurvePlot {
  const highest = shares.filter((share) => !Number.isNaN(share)).reduce((max, share) => Math.max(max, share), 0);
  const most = TOPS.find((top) => top >= highest) ?? highest;
  const left = room.axisWidth;
  const width = Math.max(10, room.width - left - RIGHT);
  const height = Math.max(10, room.height - TOP - BOTTOM);
  const parts =
    height < 80 ? 2 : most === 0.75 ? 3 : most === 0.01 || most === 0.1 || most === 0.5 || most === 0.25 ? 5 : 4;
  return {
    left,
    top: TOP,
    width,
    height,
    most,
    ticks: Array.from({ length: parts + 1 }, (_, part) => (most * part) / parts),
    nameStep: Math.max(1, Math.ceil(room.nameWidth / (width / Math.max(1, columns)))),
  };
}

export function xOf({ left, width }: CurvePlot, column: number, columns: number): number {
  return left + (width * (column + 0.5)) / Math.max(1, columns);
}

export function yOf({ top, height, most }: CurvePlot, share: number): number {
  return top + height - (most > 0 ? share / most : 0) * height;
}

/** The path through points; what is not known interrupts it. */
export function linePath(plot: CurvePlot, shares: readonly number[]): string {
  let path = '';
  shares.forEach((share, column) => {
    if (!Number.isNaN(share)) {
      const joined = column > 0 && !Number.isNaN(shares[column - 1]);
      path += `${joined ? 'L' : 'M'}${xOf(plot, column, shares.length).toFixed(1)},${yOf(plot, share).toFixed(1)}`;
    }
  });
  return path;
}
