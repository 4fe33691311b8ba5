import { type DataFrame, type Field, FieldType } from '@grafana/data';
import { earlierBy, type FunnelMarker } from '@apitrail/contract';

import { fieldNamed, fieldsOfType, frameMarker, numberAt, textAt } from '../../components/find-field';
import { type ModelResult, type WantedColumn } from '../../components/panel-state';
import { earlierOf, type EarlierStep, earlierSteps, type EarlierTime, UNKNOWN } from './earlier-step';
import { readTimes } from './step-times';

/** A step of the funnel, and how units got from the one before to it. NaN where it is not known. */
export interface FunnelStep {
  name: string;
  units: number;
  /** Of the first step's units, 0 to 1. */
  conversion: number;
  /** Of the units of the step before, 0 to 1; NaN for the first step. */
  stepConversion: number;
  /** Units of the step before that did not get here and no longer can. */
  dropped: number;
  /** Units of the step before that did not get here yet and still may. */
  pending: number;
  medianMs: number;
  p90Ms: number;
  /** Distribution of the time from the step before. */
  times?: TimeBucket[];
  /** The step at the earlier time the answer is compared with; absent without a comparison. */
  earlier?: EarlierStep;
  /** Row of the frame. */
  frameRow: number;
}

/** Units that took `fromMs < time <= toMs`. */
export interface TimeBucket {
  fromMs: number;
  toMs: number;
  units: number;
  /** Units of the earlier time. */
  earlier?: number;
}

export interface FunnelModel {
  frame: DataFrame;
  marker?: FunnelMarker;
  unitsField: Field;
  /** What is counted, in the plural: customers, sessions. */
  unitName: string;
  steps: FunnelStep[];
  /** The step with the most dropped units; absent when none dropped. */
  biggestDrop?: number;
  /** The earlier time the steps are compared with; absent when there is none, or when nobody entered then. */
  earlier?: EarlierTime;
  /** There is an earlier time to compare with, but nobody entered then. */
  earlierEmpty: boolean;
  /** Units and what came of them are known, not only times. */
  hasSteps: boolean;
}

export const WANTED_COLUMNS: WantedColumn[] = [
  { name: 'name', type: 'string', meaning: 'Name of the step. Steps are in the order of the rows, or of step.' },
  { name: 'units', type: 'number', meaning: 'How many customers, sessions or other units got there.' },
  { name: 'step', type: 'number', optional: true, meaning: 'Number of the step, counted from 1.' },
  { name: 'pending', type: 'number', optional: true, meaning: 'Units that may still get there.' },
  { name: 'median_ms', type: 'number', optional: true, meaning: 'Median time from the step before; p90_ms likewise.' },
];

const NAME_NAMES = ['name', 'step_name', 'stage', 'step', 'label'];
const UNITS_NAMES = ['units', 'customers', 'sessions', 'accounts', 'users', 'count', 'value', 'requests', 'entered'];

/**
 * Reads a funnel from frames: Apitrail's steps, its times beside them or alone, or any table with a name and a number per
 * step. What a table does not say but can be reckoned from its numbers, is.
 */
export function funnelModel(frames: DataFrame[]): ModelResult<FunnelModel> {
  const filled = frames.filter((frame) => frame.length > 0 && earlierBy(frame.meta?.custom) === undefined);
  const times = filled.find((frame) => frameMarker<FunnelMarker>(frame, 'funnel')?.view === 'times');
  const frame =
    filled.find((f) => frameMarker<FunnelMarker>(f, 'funnel')?.view === 'steps') ?? filled.find((f) => f !== times);
  if (!frame) {
    return times ? readTimesOnly(times) : { missing: 'There are no steps to draw' };
  }
  const result = readSteps(frame);
  if ('model' in result && times) {
    addTimes(result.model, times);
  }
  return result;
}

function readSteps(frame: DataFrame): ModelResult<FunnelModel> {
  const nameField = fieldNamed(frame, NAME_NAMES, FieldType.string) ?? fieldsOfType(frame, FieldType.string)[0];
  if (!nameField) {
    return { missing: 'There is no column that names the steps' };
  }
  const stepField = fieldNamed(frame, ['step', 'position', 'order'], FieldType.number);
  const unitsField =
    fieldNamed(frame, UNITS_NAMES, FieldType.number) ?? fieldsOfType(frame, FieldType.number, [stepField])[0];
  if (!unitsField) {
    return { missing: 'There is no column of numbers that says how many got to a step' };
  }
  const column = (...names: string[]) => fieldNamed(frame, names, FieldType.number);
  const fields = {
    conversion: column('conversion'),
    stepConversion: column('step_conversion'),
    dropped: column('dropped'),
    pending: column('pending'),
    median: column('median_ms', 'median'),
    p90: column('p90_ms', 'p90'),
  };
  const earlierAt = earlierSteps(frame);
  const rows = Array.from({ length: frame.length }, (_, row) => row);
  if (stepField) {
    rows.sort((a, b) => numberAt(stepField, a) - numberAt(stepField, b));
  }
  const first = numberAt(unitsField, rows[0]);
  const steps = rows.map((row, index): FunnelStep => {
    const units = numberAt(unitsField, row) || 0;
    const before = index === 0 ? NaN : numberAt(unitsField, rows[index - 1]) || 0;
    const pending = numberAt(fields.pending, row) || 0;
    return {
      name: textAt(nameField, row) || `Step ${index + 1}`,
      units,
      conversion: known(numberAt(fields.conversion, row), first > 0 ? units / first : NaN),
      stepConversion:
        index === 0 ? NaN : known(numberAt(fields.stepConversion, row), before > 0 ? units / before : NaN),
      pending: index === 0 ? 0 : pending,
      dropped: index === 0 ? 0 : known(numberAt(fields.dropped, row), Math.max(0, before - units - pending)),
      medianMs: index === 0 ? NaN : numberAt(fields.median, row),
      p90Ms: index === 0 ? NaN : numberAt(fields.p90, row),
      earlier: earlierAt?.(row),
      frameRow: row,
    };
  });
  const entered = steps[0].earlier?.units;
  const marker = frameMarker<FunnelMarker>(frame, 'funnel');
  return {
    model: {
      frame,
      marker,
      unitsField,
      unitName: marker ? `${marker.unit}s` : nameOfUnits(unitsField.name),
      steps,
      biggestDrop: biggestDrop(steps),
      earlier: entered ? earlierOf(frame, marker) : undefined,
      earlierEmpty: entered === 0,
      hasSteps: true,
    },
  };
}

function known(given: number, reckoned: number): number {
  return Number.isNaN(given) ? reckoned : given;
}

function nameOfUnits(name: string): string {
  return /^(customers|sessions|accounts|users|requests)$/i.test(name) ? name.toLowerCase() : 'units';
}

function biggestDrop(steps: FunnelStep[]): number | undefined {
  let most: number | undefined;
  steps.forEach((step, index) => {
    if (step.dropped > (most === undefined ? 0 : steps[most].dropped)) {
      most = index;
    }
  });
  return most;
}

function addTimes(model: FunnelModel, frame: DataFrame): void {
  for (const [number, { buckets, medianMs, p90Ms }] of readTimes(frame)) {
    const step = model.steps[number - 1];
    if (step && number > 1) {
      step.times = buckets;
      step.medianMs = known(step.medianMs, medianMs);
      step.p90Ms = known(step.p90Ms, p90Ms);
    }
  }
}

function readTimesOnly(frame: DataFrame): ModelResult<FunnelModel> {
  const marker = frameMarker<FunnelMarker>(frame, 'funnel');
  const unitsField = fieldNamed(frame, ['units'], FieldType.number);
  if (!unitsField) {
    return { missing: 'The times have lost their column of units' };
  }
  const times = readTimes(frame);
  const names = marker?.steps.map((s) => s.name) ?? [...times.values()].map((t) => t.name);
  const steps = names.map((name, index): FunnelStep => {
    const found = times.get(index + 1);
    return {
      name,
      units: NaN,
      conversion: NaN,
      stepConversion: NaN,
      dropped: NaN,
      pending: 0,
      medianMs: found?.medianMs ?? NaN,
      p90Ms: found?.p90Ms ?? NaN,
      times: found?.buckets,
      earlier: found?.earlier && { ...UNKNOWN, ...found.earlier },
      frameRow: -1,
    };
  });
  const compared = steps.some((step) => step.times?.some((bucket) => (bucket.earlier ?? 0) > 0));
  return {
    model: {
      frame,
      marker,
      unitsField,
      unitName: marker ? `${marker.unit}s` : 'units',
      steps,
      earlier: compared ? earlierOf(frame, marker) : undefined,
      earlierEmpty: !compared && steps.some((step) => step.earlier !== undefined),
      hasSteps: false,
    },
  };
}
