import { quantileSorted } from 'd3-array';

/** Quantile of sorted numbers, by linear interpolation; undefined when there are none. */
export function quantileOf(sorted: Float64Array, p: number): number | undefined {
  // d3 reads typed arrays as it reads arrays; its types know only the latter.
  return quantileSorted(sorted as unknown as number[], p);
}
