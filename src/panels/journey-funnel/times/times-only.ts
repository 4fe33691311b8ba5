import { type DataFrame, FieldType } from '@grafana/data';
import { type FunnelMarker } from '@apitrail/contract';

import { fieldNamed, frameMarker } from '../../../components/find-field';
import { type ModelResult } from '../../../components/panel-state';
import { type FunnelModel, type FunnelStep } from '../model';
import { earlierOf, UNKNOWN } from '../steps/earlier-step';
import { unitNameOf } from '../unit-name';
import { readTimes } from './step-times';

/** The model of times without steps beside them. */
export function readTimesOnly(frame: DataFrame): ModelResult<FunnelModel> {
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
      name: found?.name ?? name,
      units: NaN,
      conversion: NaN,
      stepConversion: NaN,
      dropped: NaN,
      pending: 0,
      excluded: 0,
      medianMs: found?.medianMs ?? NaN,
      p90Ms: found?.p90Ms ?? NaN,
      times: found?.buckets,
      earlier: found?.earlier && { ...UNKNOWN, ...found.earlier },
      before: index === 0 ? undefined : index - 1,
      frameRow: -1,
    };
  });
  const compared = steps.some((step) => step.times?.some((bucket) => (bucket.earlier ?? 0) > 0));
  return {
    model: {
      frame,
      marker,
      unitsField,
      unitName: marker ? unitNameOf(marker) : 'units',
      steps,
      earlier: compared ? earlierOf(frame, marker) : undefined,
      earlierEmpty: !compared && steps.some((step) => step.earlier !== undefined),
      hasSteps: false,
    },
  };
}
