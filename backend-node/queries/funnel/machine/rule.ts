import { parseDuration, type FunnelExclusion, type FunnelQuery, type FunnelStep } from '@apitrail/contract';

import { stagesOf } from '../stages';

/** What an attempt goes through. Times are microseconds; steps count from 0, and sets of them are bit masks. */
export interface FunnelRule {
  /** How many steps there are. */
  steps: number;
  /** What is gone through in order; the steps of a stage come in any order. Optional steps are in none. */
  stages: ReadonlyArray<readonly number[]>;
  /** The steps of each stage as a mask. */
  masks: readonly number[];
  /** Whether a stage has several steps. */
  grouped: boolean;
  /** Steps that may be left out, each of which lies between two stages of one step. */
  optional: number;
  /** Nothing may lie between. */
  strict: boolean;
  /** A unit enters at a time in `from <= time < to`. */
  from: number;
  to: number;
  /** Longest time from the entry to a step, inclusive. */
  window: number;
  reentry: 'first' | 'optimised';
  counting: 'unique' | 'total';
  exclusions: readonly ExclusionRule[];
}

/** It excludes when `from` steps or more are reached and fewer than `to`. */
export interface ExclusionRule {
  from: number;
  to: number;
  remove: boolean;
}

/** What of a query the rule depends on. */
type RuleQuery = Pick<FunnelQuery, 'order' | 'window' | 'reentry' | 'counting'> & {
  steps: ReadonlyArray<Pick<FunnelStep, 'optional' | 'anchored'>>;
  exclusions: ReadonlyArray<Pick<FunnelExclusion, 'fromStep' | 'toStep' | 'mode'>>;
};

/** The rule of a query over a range in milliseconds. */
export function ruleOf(query: RuleQuery, range: { from: number; to: number }): FunnelRule {
  const { steps, order, reentry, counting } = query;
  const stages = stagesOf(query).filter(([step]) => !steps[step!]!.optional);
  return {
    steps: steps.length,
    stages,
    masks: stages.map(maskOf),
    grouped: stages.some((stage) => stage.length > 1),
    optional: steps.reduce((mask, step, index) => (step.optional ? mask | (1 << index) : mask), 0),
    strict: order === 'strict',
    from: range.from * 1000,
    to: range.to * 1000,
    window: parseDuration(query.window) * 1000,
    reentry,
    counting,
    exclusions: query.exclusions.map(({ fromStep, toStep, mode }) => ({
      from: fromStep ?? 1,
      to: toStep ?? steps.length,
      remove: mode === 'remove',
    })),
  };
}

function maskOf(steps: readonly number[]): number {
  return steps.reduce((mask, step) => mask | (1 << step), 0);
}
