import { type DataFrame, type Field } from '@grafana/data';
import { earlierBy, type FunnelMarker } from '@apitrail/contract';

import { frameMarker } from '../../components/find-field';
import { type ModelResult, type WantedColumn } from '../../components/panel-state';
import { readReasons, type ReasonsModel } from './reasons/read-reasons';
import { sameFunnel } from './same-funnel';
import { type EarlierStep, type EarlierTime } from './steps/earlier-step';
import { readSteps } from './steps/read-steps';
import { readTimes } from './times/step-times';
import { readTimesOnly } from './times/times-only';

/** A step of the funnel, and how units got from the one before to it. NaN where it is not known. */
export interface FunnelStep {
  name: string;
  units: number;
  /** Of the first step's units, 0 to 1. */
  conversion: number;
  /** Of the units of the step before, 0 to 1; NaN for the first step. */
  stepConversion: number;
  /** Bounds of the confidence intervals, where the answer has them. */
  conversionRange?: Interval;
  stepConversionRange?: Interval;
  /** Units of the step before that did not get here and no longer can. */
  dropped: number;
  /** Units of the step before that did not get here yet and still may. */
  pending: number;
  /** Of those dropped: an exclusion ended the attempt on the way here. */
  excluded: number;
  medianMs: number;
  p90Ms: number;
  /** Distribution of the time from the step before. */
  times?: TimeBucket[];
  /** The step at the earlier time the answer is compared with; absent without a comparison. */
  earlier?: EarlierStep;
  /** Index of the step it is counted from: the one before, or the last before that cannot be left out. Absent of the first. */
  before?: number;
  /** It may be left out. */
  optional?: boolean;
  /** In any order with others, or at its place among them. */
  place?: 'any' | 'anchored';
  /** Row of the frame. */
  frameRow: number;
}

/** Bounds of a share, 0 to 1. */
export interface Interval {
  low: number;
  high: number;
}

/** Units that took `fromMs < time <= toMs`. */
export interface TimeBucket {
  fromMs: number;
  toMs: number;
  units: number;
  /** Units of the earlier time. */
  earlier?: number;
}

/** The funnel of one value of a breakdown. */
export interface SegmentSteps {
  /** As it is shown: the value, `(none)` or `{other}`. */
  label: string;
  /** What to filter by; null of what has no value. */
  value: string | null;
  other: boolean;
  /** How many values it stands for, of `{other}`. */
  values?: number;
  steps: FunnelStep[];
  biggestDrop?: number;
}

export interface FunnelModel {
  frame: DataFrame;
  marker?: FunnelMarker;
  unitsField: Field;
  /** What is counted, in the plural: customers, sessions, attempts. */
  unitName: string;
  /** With a breakdown those of all segments together. */
  steps: FunnelStep[];
  /** The funnels of a breakdown's values, most units first. */
  segments?: SegmentSteps[];
  /** The step with the most dropped units; absent when none dropped. */
  biggestDrop?: number;
  /** Why units were lost, of a second query. */
  reasons?: ReasonsModel;
  /** There is an answer with reasons, but of another funnel. */
  strangeReasons?: boolean;
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

/** The view a frame is of; undefined of frames that no funnel query answered. */
export function viewOf(frame: DataFrame): FunnelMarker['view'] | undefined {
  return frameMarker<FunnelMarker>(frame, 'funnel')?.view;
}

/** Frames of the asked time, not of the earlier one. */
export function ownFrames(frames: readonly DataFrame[]): DataFrame[] {
  return frames.filter((frame) => earlierBy(frame.meta?.custom) === undefined);
}

const BESIDE = new Set<string | undefined>(['times', 'reasons']);

/**
 * Reads a funnel from frames: Apitrail's steps, its times and reasons beside them, times alone, or any table with a name and a
 * number per step. What a table does not say but can be reckoned from its numbers, is.
 */
export function funnelModel(frames: DataFrame[]): ModelResult<FunnelModel> {
  const own = ownFrames(frames);
  const filled = own.filter((frame) => frame.length > 0);
  const times = filled.find((frame) => viewOf(frame) === 'times');
  const frame = filled.find((f) => viewOf(f) === 'steps') ?? filled.find((f) => !BESIDE.has(viewOf(f)));
  if (!frame) {
    return times ? readTimesOnly(times) : { missing: 'There are no steps to draw' };
  }
  const result = readSteps(frame);
  if ('model' in result) {
    if (times) {
      addTimes(result.model, times);
    }
    addReasons(result.model, own);
  }
  return result;
}

function addTimes(model: FunnelModel, frame: DataFrame): void {
  for (const [number, { buckets, medianMs, p90Ms }] of readTimes(frame)) {
    const step = model.steps[number - 1];
    if (step && number > 1) {
      step.times = buckets;
      step.medianMs = Number.isNaN(step.medianMs) ? medianMs : step.medianMs;
      step.p90Ms = Number.isNaN(step.p90Ms) ? p90Ms : step.p90Ms;
    }
  }
}

/** Puts reasons to the steps of the same funnel; an answer without a row says that nobody was lost. */
function addReasons(model: FunnelModel, frames: DataFrame[]): void {
  const { marker } = model;
  const found = frames.filter((frame) => viewOf(frame) === 'reasons');
  const fitting = found.find((frame) => {
    const other = frameMarker<FunnelMarker>(frame, 'funnel');
    return marker && other && sameFunnel(marker, other);
  });
  if (fitting) {
    model.reasons = readReasons(fitting);
  } else if (found.length > 0) {
    model.strangeReasons = true;
  }
}
