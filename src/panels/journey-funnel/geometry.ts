import { type FunnelStep } from './model';

/** A rectangle in pixels. */
export interface Rect {
  x: number;
  y: number;
  width: number;
  height: number;
}

/** The parts of a step's column: what got there, what still may, what was lost since the step before. */
export interface ColumnShape {
  reached: Rect;
  pending: Rect;
  dropped: Rect;
  /** Corners of the connector from the step before, as the points of a polygon; empty for the first step. */
  connector: string;
  /** The step at the earlier time; absent when there is none. */
  earlier?: Rect;
  /** Middle of the room between this column and the one before. */
  between: number;
}

const MOST_BAR = 180;
const BAR_SHARE = 0.56;

/** Width of the room each step has, where columns are drawn. */
export function columnWidthOf(width: number, steps: number): number {
  return width / Math.max(1, steps);
}

/** Whether columns have room for their numbers; otherwise bars are drawn. */
export function fitsColumns(width: number, height: number, steps: number): boolean {
  return columnWidthOf(width, steps) >= 116 && height >= 190;
}

/**
 * How tall steps were at the earlier time, in units of now: as the same share of the first step, so that shapes are
 * compared whatever the traffic; or, by units, as many as there were. NaN where nothing is known.
 */
export function earlierUnits(steps: FunnelStep[], byUnits: boolean): number[] {
  const first = steps[0]?.units ?? NaN;
  return steps.map(({ earlier }) => (earlier ? (byUnits ? earlier.units : earlier.conversion * first) : NaN));
}

function mostOf(steps: FunnelStep[], then: readonly number[]): number {
  const most = steps.reduce((max, step, index) => Math.max(max, step.units, then[index] || 0), 0);
  return most || 1;
}

const GHOST_REACH = 4;

/**
 * The shapes of the columns in a room of that size. Heights are in proportion to the first step's units; where a later
 * step has more units than the first, in proportion to the most. `then` are the units to draw of the earlier time.
 */
export function columnShapes(
  steps: FunnelStep[],
  width: number,
  height: number,
  then: readonly number[] = []
): ColumnShape[] {
  const room = columnWidthOf(width, steps.length);
  const bar = Math.min(MOST_BAR, Math.round(room * BAR_SHARE));
  const most = mostOf(steps, then);
  const heightOf = (units: number) => (units > 0 ? Math.max(1, (units / most) * height) : 0);
  return steps.map((step, index) => {
    const x = Math.round(index * room + (room - bar) / 2);
    const before = steps[index - 1];
    const reached = heightOf(step.units);
    const pending = Math.min(heightOf(step.pending), Math.max(0, height - reached));
    const top = before ? Math.max(heightOf(before.units), reached + pending) : reached;
    const right = x - (room - bar);
    return {
      reached: { x, y: height - reached, width: bar, height: reached },
      pending: { x, y: height - reached - pending, width: bar, height: pending },
      dropped: { x, y: height - top, width: bar, height: Math.max(0, top - reached - pending) },
      connector: before
        ? [
            [right, height - heightOf(before.units)],
            [x, height - reached],
            [x, height],
            [right, height],
          ]
            .map((point) => point.map((n) => Math.round(n * 10) / 10).join(','))
            .join(' ')
        : '',
      between: Math.round(index * room),
      earlier: Number.isFinite(then[index])
        ? {
            x: x - GHOST_REACH,
            y: height - heightOf(then[index]),
            width: bar + 2 * GHOST_REACH,
            height: heightOf(then[index]),
          }
        : undefined,
    };
  });
}

/** Shares of the width of a bar, 0 to 1. */
export interface BarShares {
  reached: number;
  pending: number;
  dropped: number;
  /** The step at the earlier time; absent when there is none. */
  earlier?: number;
}

/** The parts of a step's bar, where bars are drawn. `then` are the units to draw of the earlier time. */
export function barShares(steps: FunnelStep[], then: readonly number[] = []): BarShares[] {
  const most = mostOf(steps, then);
  return steps.map((step, index) => {
    const reached = step.units / most;
    const pending = Math.min(step.pending / most, 1 - reached);
    const before = index === 0 ? reached : steps[index - 1].units / most;
    return {
      reached,
      pending,
      dropped: Math.max(0, Math.min(1, before) - reached - pending),
      ...(Number.isFinite(then[index]) ? { earlier: then[index] / most } : {}),
    };
  });
}

/** Where a key moves the cursor among steps, or undefined when it moves nothing. */
export function moveStep(step: number, key: string, steps: number): number | undefined {
  switch (key) {
    case 'ArrowLeft':
    case 'ArrowUp':
      return Math.max(0, step - 1);
    case 'ArrowRight':
    case 'ArrowDown':
      return Math.min(steps - 1, step + 1);
    case 'Home':
      return 0;
    case 'End':
      return steps - 1;
    default:
      return undefined;
  }
}
