import { type FunnelStep } from '../model';
import { type EarlierStep, UNKNOWN } from './earlier-step';

/** The steps of several funnels together. What does not add up, such as medians and intervals, is not known of them. */
export function sumSteps(funnels: ReadonlyArray<readonly FunnelStep[]>): FunnelStep[] {
  const [first = []] = funnels;
  const sums = first.map((step, index): FunnelStep => {
    const sum = (of: (step: FunnelStep) => number) => funnels.reduce((total, steps) => total + of(steps[index]), 0);
    return {
      ...step,
      units: sum((s) => s.units),
      dropped: sum((s) => s.dropped),
      pending: sum((s) => s.pending),
      excluded: sum((s) => s.excluded),
      conversion: NaN,
      stepConversion: NaN,
      conversionRange: undefined,
      stepConversionRange: undefined,
      medianMs: NaN,
      p90Ms: NaN,
      earlier: sumEarlier(funnels.map((steps) => steps[index].earlier)),
      frameRow: -1,
    };
  });
  return sums.map((step) => ({
    ...step,
    ...shares(step.units, sums[0].units, step.before === undefined ? undefined : sums[step.before].units),
    earlier: step.earlier && {
      ...step.earlier,
      ...shares(
        step.earlier.units,
        sums[0].earlier?.units ?? NaN,
        step.before === undefined ? undefined : (sums[step.before].earlier?.units ?? NaN)
      ),
    },
  }));
}

function shares(units: number, first: number, before: number | undefined) {
  return {
    conversion: first > 0 ? units / first : NaN,
    stepConversion: before !== undefined && before > 0 ? units / before : NaN,
  };
}

function sumEarlier(earlier: ReadonlyArray<EarlierStep | undefined>): EarlierStep | undefined {
  const all = earlier.filter((step) => step !== undefined);
  if (all.length === 0) {
    return undefined;
  }
  const sum = (of: (step: EarlierStep) => number) => all.reduce((total, step) => total + of(step), 0);
  return { ...UNKNOWN, units: sum((s) => s.units), dropped: sum((s) => s.dropped), pending: sum((s) => s.pending) };
}
