import { type FunnelStep } from '../model';
import { type ReasonPart } from '../reasons/read-reasons';

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
  /** The step may be left out: what is above it passed by and is not lost. */
  passed: boolean;
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
    const before = step.before === undefined ? undefined : steps[step.before];
    const reached = heightOf(step.units);
    const pending = Math.min(heightOf(step.pending), Math.max(0, height - reached));
    const top = before ? Math.max(heightOf(before.units), reached + pending) : reached;
    const right = x - (room - bar);
    return {
      reached: { x, y: height - reached, width: bar, height: reached },
      pending: { x, y: height - reached - pending, width: bar, height: pending },
      dropped: { x, y: height - top, width: bar, height: Math.max(0, top - reached - pending) },
      passed: step.optional === true,
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
    const before = step.before === undefined ? reached : steps[step.before].units / most;
    return {
      reached,
      pending,
      dropped: Math.max(0, Math.min(1, before) - reached - pending),
      ...(Number.isFinite(then[index]) ? { earlier: then[index] / most } : {}),
    };
  });
}

/** A reason's part of a length, in the same measure as the length. */
export interface PartLength {
  reason: string;
  from: number;
  length: number;
}

/** Divides what was dropped among its reasons, in their order; what has no reason is left at the end. */
export function partLengths(parts: readonly ReasonPart[], dropped: number, length: number): PartLength[] {
  const sum = parts.reduce((total, part) => total + part.units, 0);
  const whole = Math.max(sum, dropped);
  let from = 0;
  return parts.map(({ reason, units }) => {
    const part = { reason, from, length: whole > 0 ? (units / whole) * length : 0 };
    from += part.length;
    return part;
  });
}
