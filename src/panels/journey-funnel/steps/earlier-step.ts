import { type DataFrame, FieldType } from '@grafana/data';
import { type FunnelMarker } from '@apitrail/contract';

import { comparisonOf } from '../../../components/change';
import { fieldNamed, numberAt } from '../../../components/find-field';

/** A step at the earlier time. NaN where it is not known. */
export interface EarlierStep {
  units: number;
  conversion: number;
  stepConversion: number;
  dropped: number;
  pending: number;
  medianMs: number;
  p90Ms: number;
  /** How likely step conversions that far apart are by chance alone, 0 to 1; NaN when it cannot be told. */
  pValue: number;
  /** Whether the step conversion has changed by more than chance; undefined when it cannot be told. */
  significant?: boolean;
}

/** The earlier time that the steps are compared with. */
export interface EarlierTime {
  /** As the query says it: `1w`; undefined when it is not known. */
  timeShift?: string;
  /** Below which p-value a change is called significant. */
  significance: number;
}

export const UNKNOWN: EarlierStep = {
  units: NaN,
  conversion: NaN,
  stepConversion: NaN,
  dropped: NaN,
  pending: NaN,
  medianMs: NaN,
  p90Ms: NaN,
  pValue: NaN,
};

/** Reads a step of the earlier time from a row; undefined when there is none. */
export function earlierSteps(frame: DataFrame): ((row: number) => EarlierStep) | undefined {
  const column = (name: string) => fieldNamed(frame, [`previous_${name}`], FieldType.number);
  const units = column('units');
  if (!units) {
    return undefined;
  }
  const [conversion, stepConversion, dropped, pending] = ['conversion', 'step_conversion', 'dropped', 'pending'].map(
    column
  );
  const [median, p90] = ['median_ms', 'p90_ms'].map(column);
  const pValue = fieldNamed(frame, ['p_value'], FieldType.number);
  const significant: unknown[] | undefined = fieldNamed(frame, ['significant'])?.values;
  return (row) => ({
    units: numberAt(units, row) || 0,
    conversion: numberAt(conversion, row),
    stepConversion: numberAt(stepConversion, row),
    dropped: numberAt(dropped, row),
    pending: numberAt(pending, row),
    medianMs: numberAt(median, row),
    p90Ms: numberAt(p90, row),
    pValue: numberAt(pValue, row),
    significant: typeof significant?.[row] === 'boolean' ? significant[row] : undefined,
  });
}

const SIGNIFICANCE = 0.05;

/** What the frame is compared with. */
export function earlierOf(frame: DataFrame, marker: FunnelMarker | undefined): EarlierTime {
  return { timeShift: comparisonOf(frame)?.timeShift, significance: marker?.significance ?? SIGNIFICANCE };
}
