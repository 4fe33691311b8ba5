import { ticks } from 'd3-array';

import { type TrendModel, type TrendSeries } from './read-trend';

/** Where the trend is drawn. Times and shares to pixels within the plot. */
export interface TrendScale {
  width: number;
  height: number;
  /** The share at the top. */
  top: number;
  /** Shares that lines are drawn at. */
  shares: number[];
  /** Middle of a bucket. */
  x(bucket: number): number;
  /** A moment. */
  at(time: number): number;
  y(share: number): number;
}

const LINE_EVERY = 46;
const HEADROOM = 1.08;

/** Fits the plot to its conversions; bounds of intervals may reach beyond, where one that is known of few would flatten the rest. */
export function trendScale(
  { times, end }: TrendModel,
  series: readonly TrendSeries[],
  width: number,
  height: number
): TrendScale {
  const shares = series.flatMap(({ points, earlier = [] }) => [...points.map((point) => point.conversion), ...earlier]);
  const most = shares.reduce((max, share) => (share > max ? share : max), 0);
  const lines = ticks(0, Math.min(1, Math.max(0.01, most * HEADROOM)), Math.max(2, Math.floor(height / LINE_EVERY)));
  const step = lines.length > 1 ? lines[1] - lines[0] : 0.5;
  const last = lines[lines.length - 1];
  const top = Math.min(1, last >= most ? last : last + step);
  const start = times[0] ?? 0;
  const span = Math.max(1, end - start);
  const at = (time: number) => ((time - start) / span) * width;
  return {
    width,
    height,
    top,
    shares: lines.includes(top) ? lines : [...lines, top],
    x: (bucket) => (at(times[bucket]) + at(times[bucket + 1] ?? end)) / 2,
    at,
    y: (share) => height - (Math.min(share, top) / top) * height,
  };
}

/** A stretch of a line; what is incomplete may still grow. */
export interface Stretch {
  path: string;
  complete: boolean;
}

/**
 * The line through conversions, in stretches: it breaks where nobody entered, and changes where windows are not over. A point
 * that stands alone is a stretch of no length.
 */
export function lineStretches(values: readonly number[], incomplete: number, scale: TrendScale): Stretch[] {
  const stretches: Stretch[] = [];
  const place = (bucket: number) => `${round(scale.x(bucket))},${round(scale.y(values[bucket]))}`;
  let open: { path: string; complete: boolean } | undefined;
  values.forEach((value, bucket) => {
    if (Number.isNaN(value)) {
      open = undefined;
      return;
    }
    const complete = bucket < incomplete;
    if (open && open.complete === complete) {
      open.path += ` L${place(bucket)}`;
      return;
    }
    // The dashed stretch begins at the last point that is certain.
    const before = open ? `M${place(bucket - 1)} L${place(bucket)}` : `M${place(bucket)} h0`;
    open = { path: before, complete };
    stretches.push(open);
  });
  return stretches;
}

/** The areas between the bounds of the intervals; a bucket that stands alone has a bar as wide as two pixels. */
export function bandAreas(points: TrendSeries['points'], scale: TrendScale): string[] {
  const areas: string[] = [];
  let run: number[] = [];
  const close = () => {
    if (run.length > 0) {
      const xs = run.length === 1 ? [scale.x(run[0]) - 1, scale.x(run[0]) + 1] : run.map((bucket) => scale.x(bucket));
      const of = (bound: 'low' | 'high') =>
        xs.map((x, index) => `${round(x)},${round(scale.y(points[run[Math.min(index, run.length - 1)]][bound]))}`);
      areas.push(`M${of('high').join(' L')} L${of('low').reverse().join(' L')} Z`);
    }
    run = [];
  };
  points.forEach((point, bucket) => {
    if (Number.isNaN(point.low + point.high)) {
      close();
    } else {
      run.push(bucket);
    }
  });
  close();
  return areas;
}

/** The bucket under a pixel. */
export function bucketAt(scale: TrendScale, x: number, times: readonly number[]): number {
  let bucket = 0;
  while (bucket + 1 < times.length && scale.at(times[bucket + 1]) <= x) {
    bucket++;
  }
  return bucket;
}

function round(value: number): number {
  return Math.round(value * 10) / 10;
}
