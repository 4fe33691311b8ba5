/** What is known of one step. */
export interface FunnelStepTotals {
  /** Units that reached it. */
  units: number;
  /** Of those, units that may still go on: not at the end, and their window is not over yet. */
  open: number;
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

/** What a funnel gave over one range. */
export interface FunnelResult {
  totals: readonly FunnelStepTotals[];
  /** Only of the view `times`. */
  times: readonly TransitionCount[];
  /** Whether rows stand for more than themselves. */
  weighted: boolean;
}

/** Units of a step as a share of those of another; null when that one has none. */
export function conversion(totals: readonly FunnelStepTotals[], index: number, of: number): number | null {
  const whole = totals[of]!.units;
  return whole > 0 ? totals[index]!.units / whole : null;
}

/** Units that got to the step before and not to this one: those that may still do so, and those that cannot. */
export function losses(totals: readonly FunnelStepTotals[], index: number): { pending: number; dropped: number } {
  const [before, step] = [totals[index - 1], totals[index]!];
  if (!before) {
    return { pending: 0, dropped: 0 };
  }
  const pending = before.open - step.open;
  return { pending, dropped: before.units - step.units - pending };
}
