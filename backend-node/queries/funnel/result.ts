import type { FunnelQuery, FunnelSegment } from '@apitrail/contract';

import { effectiveSize } from '../shared/proportion-interval';

/** What is known of one step. */
export interface FunnelStepTotals {
  /** Units that reached it. */
  units: number;
  /** Sum of their squared weights. */
  squares: number;
  /** Of those, units that may still go on: not at the end, and their window is not over yet. */
  open: number;
  /** Of those, units that were excluded there or later. */
  excluded: number;
  /** Time from the step before. */
  medianMs: number | null;
  p90Ms: number | null;
}

/** How many units took how long to a step from the one before. */
export interface TransitionCount {
  step: number;
  /** Bucket i at the scale of the SQL: `2^((i-1)/4) < ms <= 2^(i/4)`; bucket 0 is up to a millisecond. */
  bucket: number;
  units: number;
}

/** The steps of one segment. */
export type Totals = readonly FunnelStepTotals[];

/** What a funnel gave over one range. */
export interface FunnelResult {
  /** Per segment. */
  totals: readonly Totals[];
  segments: readonly FunnelSegment[];
  /** Whether rows stand for more than themselves. */
  weighted: boolean;
}

const NOBODY: FunnelStepTotals = { units: 0, squares: 0, open: 0, excluded: 0, medianMs: null, p90Ms: null };

/** Steps that nobody reached. */
export function nobody(steps: number): FunnelStepTotals[] {
  return Array.from({ length: steps }, () => ({ ...NOBODY }));
}

/** The step before that cannot be left out, counted from 0; undefined before the first. */
export function stepBefore({ steps }: Pick<FunnelQuery, 'steps'>, index: number): number | undefined {
  const before = steps.slice(0, index).findLastIndex(({ optional }) => !optional);
  return before === -1 ? undefined : before;
}

/** Units of a step as a share of those of another; null when that one has none, or is not there. */
export function conversion(totals: Totals, index: number, of: number | undefined): number | null {
  const whole = of === undefined ? 0 : totals[of]!.units;
  return whole > 0 ? totals[index]!.units / whole : null;
}

/** As how many unweighted units those of a step count. */
export function sampleSize(totals: Totals, index: number): number {
  const { units, squares } = totals[index]!;
  return effectiveSize(units, squares);
}

/** Units that got to the step before and not to this one. */
export interface Losses {
  /** They may still do so. */
  pending: number;
  /** They cannot any more. */
  dropped: number;
  /** Of those, they were excluded. */
  excluded: number;
}

/** What is lost on the way to a step; nothing on the way to one that may be left out. */
export function losses(query: Pick<FunnelQuery, 'steps'>, totals: Totals, index: number): Losses {
  const at = stepBefore(query, index);
  const [before, step] = [at === undefined ? undefined : totals[at], totals[index]!];
  if (!before || query.steps[index]!.optional) {
    return { pending: 0, dropped: 0, excluded: 0 };
  }
  const pending = before.open - step.open;
  return { pending, dropped: before.units - step.units - pending, excluded: before.excluded - step.excluded };
}
