import { type TimelineItem } from './arrange';

/** Below this width a request takes two lines. */
export const NARROW = 480;

const HEIGHTS = { day: 30, pause: 28, session: 34, run: 28, journey: 28, request: 28, narrowRequest: 44 } as const;
const ERROR_LINE = 18;

/** Height of a row in pixels. They are known without drawing, so that only what is in view is drawn. */
export function heightOf(item: TimelineItem, narrow: boolean): number {
  if (item.kind !== 'event') {
    return HEIGHTS[item.kind];
  }
  if (item.event.kind === 'journey') {
    return HEIGHTS.journey;
  }
  const request = narrow ? HEIGHTS.narrowRequest : HEIGHTS.request;
  return item.event.kind === 'error' ? request + ERROR_LINE : request;
}

/** Where each row begins, and last where all end. */
export function offsetsOf(heights: readonly number[]): Float64Array {
  const offsets = new Float64Array(heights.length + 1);
  heights.forEach((height, index) => (offsets[index + 1] = offsets[index] + height));
  return offsets;
}

/** The row at a height. */
export function rowAt(offsets: Float64Array, y: number): number {
  let low = 0;
  let high = Math.max(0, offsets.length - 2);
  while (low < high) {
    const middle = Math.ceil((low + high) / 2);
    if (offsets[middle] <= y) {
      low = middle;
    } else {
      high = middle - 1;
    }
  }
  return low;
}

const BEYOND = 240;

/** The rows that are seen, and some beyond: from the first to before the second. */
export function rowsSeen(offsets: Float64Array, scrollTop: number, viewHeight: number): [number, number] {
  const last = offsets.length - 1;
  return last === 0
    ? [0, 0]
    : [
        rowAt(offsets, Math.max(0, scrollTop - BEYOND)),
        Math.min(last, rowAt(offsets, scrollTop + viewHeight + BEYOND) + 1),
      ];
}
