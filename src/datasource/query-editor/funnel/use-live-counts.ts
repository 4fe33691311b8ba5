import type { DataFrame } from '@grafana/data';
import type { FunnelMarker } from '@apitrail/contract';

import { fieldNamed, frameMarker, numberAt } from '../../../components/find-field';
import type { ApitrailQueryOf } from '../../types';
import { useAnswer } from '../asking/use-answer';
import { isPicked } from './steps';

type Funnel = ApitrailQueryOf<'funnel'>;

/** How many get to a step, as the funnel stands. */
export interface StepCount {
  units: number;
  /** Share of those who entered; NaN when nobody did. */
  conversion: number;
  /** Share of those at the step before; NaN of the first. */
  stepConversion: number;
  /** The step has changed since. */
  stale: boolean;
}

export interface LiveCounts {
  /** Per step; undefined where nothing is known of it yet. */
  counts: Array<StepCount | undefined>;
  asking: boolean;
  /** Share of the requests that have no unit and are left out, 0 to 1. */
  rowsWithoutUnit: number | undefined;
  /** What the companion refused with, and at which step where it named one. */
  error: { message: string; step: number | undefined } | undefined;
}

/** Fields that say how many get to each step; what else a funnel shows costs more and is left to the panel. */
const COUNTED = [
  'refId',
  'version',
  'queryType',
  'dataset',
  'filters',
  'timezone',
  'steps',
  'window',
  'unit',
  'identity',
  'order',
  'reentry',
  'counting',
  'successOnly',
  'exclusions',
  'holdConstant',
] as const satisfies ReadonlyArray<keyof Funnel>;

/** The question behind the counts; undefined while no step says which requests it is. */
export function countsQuery(query: Funnel): Funnel | undefined {
  if (!(query.steps ?? []).some(isPicked)) {
    return undefined;
  }
  const kept = COUNTED.filter((field) => query[field] !== undefined).map((field) => [field, query[field]]);
  return { ...(Object.fromEntries(kept) as Pick<Funnel, (typeof COUNTED)[number]>), view: 'steps', format: 'table' };
}

/** How many get to each step of the funnel while it is edited. */
export function useLiveCounts(query: Funnel, isOn: boolean): LiveCounts {
  const { question, frames, error, asking } = useAnswer(isOn ? countsQuery(query) : undefined);
  const counted = frames?.[0] ? countsOf(frames[0]) : [];
  const steps = query.steps ?? [];
  return {
    counts: steps.map((step, index) => {
      const count = counted[index];
      const before = question?.steps[index];
      return count && { ...count, stale: asking && JSON.stringify(before) !== JSON.stringify(step) };
    }),
    asking,
    rowsWithoutUnit: frames?.[0] && frameMarker<FunnelMarker>(frames[0], 'funnel')?.rowsWithoutUnit,
    error: error === undefined || asking ? undefined : { message: error, step: stepNamed(error) },
  };
}

function countsOf(frame: DataFrame): Array<Omit<StepCount, 'stale'>> {
  const fields = ['units', 'conversion', 'step_conversion'].map((name) => fieldNamed(frame, [name]));
  return Array.from({ length: frame.length }, (_, row) => {
    const [units, conversion, stepConversion] = fields.map((field) => numberAt(field, row));
    return { units, conversion, stepConversion };
  });
}

/** The step that a message is about, counted from 0: messages name the field, as `steps[2].filters[0].value`. */
function stepNamed(message: string): number | undefined {
  const named = /\bsteps\[(\d+)\]/.exec(message);
  return named ? Number(named[1]) : undefined;
}
