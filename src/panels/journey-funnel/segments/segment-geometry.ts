import { type SegmentSteps } from '../model';

const LEAST_COLUMN = 9;
const GROUP_GAP = 24;
const MOST_COLUMN = 64;
const LEAST_GROUP = 110;
const HEADER = 40;

/** Whether a column for every step and segment has room; otherwise bars are drawn, a line each. */
export function fitsSegmentColumns(width: number, height: number, steps: number, segments: number): boolean {
  const group = width / Math.max(1, steps);
  return height >= 150 && group >= LEAST_GROUP && (group - GROUP_GAP) / Math.max(1, segments) >= LEAST_COLUMN;
}

/** Where a column stands, in pixels. */
export interface SegmentColumn {
  segment: number;
  step: number;
  x: number;
  width: number;
  /** Of the whole column of the step. */
  height: number;
  /** Height at the earlier time; absent without a comparison. */
  earlier?: number;
}

/** The columns of all segments, step by step. Heights are shares of each segment's own first step, so that segments of all sizes compare. */
export function segmentColumns(
  segments: readonly SegmentSteps[],
  steps: number,
  width: number,
  height: number
): SegmentColumn[] {
  const group = width / Math.max(1, steps);
  const column = Math.min(MOST_COLUMN, (group - GROUP_GAP) / Math.max(1, segments.length));
  const left = (group - column * segments.length) / 2;
  const tall = (share: number | undefined) =>
    share === undefined || Number.isNaN(share) ? 0 : Math.max(share > 0 ? 1 : 0, Math.min(1, share) * height);
  return Array.from({ length: steps }, (_, step) =>
    segments.map((segment, index): SegmentColumn => {
      const { conversion, earlier } = segment.steps[step];
      return {
        segment: index,
        step,
        x: step * group + left + index * column,
        width: column,
        height: tall(conversion),
        ...(earlier && !Number.isNaN(earlier.conversion) ? { earlier: tall(earlier.conversion) } : {}),
      };
    })
  ).flat();
}

/** Height of the names above the columns. */
export const COLUMNS_HEADER = HEADER;

/** How small funnels are laid out: as many beside each other as there is room for. */
export function multiplesGrid(width: number, segments: number, steps: number): { across: number; card: number } {
  const least = Math.min(width, Math.max(180, Math.min(420, steps * 36)));
  const gap = 12;
  const across = Math.max(1, Math.min(segments, Math.floor((width + gap) / (least + gap))));
  return { across, card: Math.floor((width - gap * (across - 1)) / across) };
}
