import { type DataFrame, FieldType } from '@grafana/data';

import { fieldNamed, numberAt, textAt } from '../../../components/find-field';
import { type TimeBucket } from '../model';

/** How long units took to a step, now and, where compared, then. */
export interface StepTimes {
  name: string;
  medianMs: number;
  p90Ms: number;
  earlier?: { medianMs: number; p90Ms: number };
  buckets: TimeBucket[];
}

/** The times of each step that is reached, by its number from 1. */
export function readTimes(frame: DataFrame): Map<number, StepTimes> {
  const step = fieldNamed(frame, ['step'], FieldType.number);
  const name = fieldNamed(frame, ['name'], FieldType.string);
  const from = fieldNamed(frame, ['from_ms'], FieldType.number);
  const to = fieldNamed(frame, ['to_ms'], FieldType.number);
  const units = fieldNamed(frame, ['units'], FieldType.number);
  const median = fieldNamed(frame, ['median_ms'], FieldType.number);
  const p90 = fieldNamed(frame, ['p90_ms'], FieldType.number);
  const earlier = fieldNamed(frame, ['previous_units'], FieldType.number);
  const earlierMedian = fieldNamed(frame, ['previous_median_ms'], FieldType.number);
  const earlierP90 = fieldNamed(frame, ['previous_p90_ms'], FieldType.number);
  const times = new Map<number, StepTimes>();
  for (let row = 0; row < frame.length; row++) {
    const number = numberAt(step, row);
    let found = times.get(number);
    if (!found) {
      found = {
        name: textAt(name, row) ?? `Step ${number}`,
        medianMs: numberAt(median, row),
        p90Ms: numberAt(p90, row),
        earlier: earlier && { medianMs: numberAt(earlierMedian, row), p90Ms: numberAt(earlierP90, row) },
        buckets: [],
      };
      times.set(number, found);
    }
    const same = found.buckets.find((bucket) => bucket.toMs === numberAt(to, row));
    if (same) {
      // Of the values of a breakdown times add up, but their medians are not known of all together.
      same.units += numberAt(units, row) || 0;
      same.earlier = earlier && (same.earlier ?? 0) + (numberAt(earlier, row) || 0);
      Object.assign(found, { medianMs: NaN, p90Ms: NaN, earlier: undefined });
      continue;
    }
    found.buckets.push({
      fromMs: numberAt(from, row),
      toMs: numberAt(to, row),
      units: numberAt(units, row) || 0,
      earlier: earlier && (numberAt(earlier, row) || 0),
    });
  }
  return times;
}
