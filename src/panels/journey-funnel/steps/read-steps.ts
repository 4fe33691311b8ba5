import { type DataFrame, type Field, FieldType } from '@grafana/data';
import { type FunnelMarker, OTHER_GROUP } from '@apitrail/contract';

import { fieldNamed, fieldsOfType, frameMarker, numberAt, textAt } from '../../../components/find-field';
import { type ModelResult } from '../../../components/panel-state';
import { type FunnelModel, type FunnelStep, type Interval, type SegmentSteps } from '../model';
import { unitNameOf } from '../unit-name';
import { earlierOf, earlierSteps } from './earlier-step';
import { rowBefore } from './stages';
import { sumSteps } from './sum-steps';

const NAME_NAMES = ['name', 'step_name', 'stage', 'step', 'label'];
const UNITS_NAMES = ['units', 'customers', 'sessions', 'accounts', 'users', 'count', 'value', 'requests', 'entered'];

/** Reads the steps of a frame; with a breakdown those of every segment, and of all together. */
export function readSteps(frame: DataFrame): ModelResult<FunnelModel> {
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
  const marker = frameMarker<FunnelMarker>(frame, 'funnel');
  const rows = Array.from({ length: frame.length }, (_, row) => row);
  if (stepField) {
    rows.sort((a, b) => numberAt(stepField, a) - numberAt(stepField, b));
  }
  const read = stepReader(frame, { name: nameField, units: unitsField }, marker);
  const segments = segmentsOf(frame, marker, rows, read);
  const steps = segments ? sumSteps(segments.map((segment) => segment.steps)) : read(rows);
  const entered = steps[0].earlier?.units;
  return {
    model: {
      frame,
      marker,
      unitsField,
      unitName: marker ? unitNameOf(marker) : nameOfUnits(unitsField.name),
      steps,
      segments,
      biggestDrop: biggestDrop(steps),
      earlier: entered ? earlierOf(frame, marker) : undefined,
      earlierEmpty: entered === 0,
      hasSteps: true,
    },
  };
}

/** Reads the steps of one funnel from its rows, which are in the order of the steps. */
function stepReader(
  frame: DataFrame,
  { name, units }: { name: Field; units: Field },
  marker: FunnelMarker | undefined
) {
  const column = (...names: string[]) => fieldNamed(frame, names, FieldType.number);
  const fields = {
    conversion: column('conversion'),
    stepConversion: column('step_conversion'),
    dropped: column('dropped'),
    pending: column('pending'),
    excluded: column('excluded'),
    median: column('median_ms', 'median'),
    p90: column('p90_ms', 'p90'),
  };
  const conversionRange = intervalReader(frame, 'conversion');
  const stepConversionRange = intervalReader(frame, 'step_conversion');
  const earlierAt = earlierSteps(frame);
  return (rows: number[]): FunnelStep[] => {
    const first = numberAt(units, rows[0]);
    return rows.map((row, index): FunnelStep => {
      const count = numberAt(units, row) || 0;
      const before = rowBefore(marker, index);
      const of = before === undefined ? NaN : numberAt(units, rows[before]) || 0;
      const pending = numberAt(fields.pending, row) || 0;
      const optional = marker?.steps[index]?.optional === true;
      const left = optional ? 0 : Math.max(0, of - count - pending);
      return {
        name: textAt(name, row) || `Step ${index + 1}`,
        units: count,
        conversion: known(numberAt(fields.conversion, row), first > 0 ? count / first : NaN),
        stepConversion: index === 0 ? NaN : known(numberAt(fields.stepConversion, row), of > 0 ? count / of : NaN),
        conversionRange: conversionRange?.(row),
        stepConversionRange: index === 0 ? undefined : stepConversionRange?.(row),
        pending: index === 0 ? 0 : pending,
        dropped: index === 0 ? 0 : known(numberAt(fields.dropped, row), left),
        excluded: index === 0 ? 0 : numberAt(fields.excluded, row) || 0,
        medianMs: index === 0 ? NaN : numberAt(fields.median, row),
        p90Ms: index === 0 ? NaN : numberAt(fields.p90, row),
        earlier: earlierAt?.(row),
        before,
        optional,
        place: marker?.order !== 'any' ? undefined : marker.steps[index]?.anchored ? 'anchored' : 'any',
        frameRow: row,
      };
    });
  };
}

function intervalReader(frame: DataFrame, name: string): ((row: number) => Interval | undefined) | undefined {
  const low = fieldNamed(frame, [`${name}_low`], FieldType.number);
  const high = fieldNamed(frame, [`${name}_high`], FieldType.number);
  return (
    low &&
    high &&
    ((row) => {
      const interval = { low: numberAt(low, row), high: numberAt(high, row) };
      return Number.isNaN(interval.low + interval.high) ? undefined : interval;
    })
  );
}

/** The funnels of the values of the marker's breakdown, in its order; undefined without one. */
function segmentsOf(
  frame: DataFrame,
  marker: FunnelMarker | undefined,
  rows: number[],
  read: (rows: number[]) => FunnelStep[]
): SegmentSteps[] | undefined {
  const field = marker?.breakdown === undefined ? undefined : frame.fields.find((f) => f.name === marker.breakdown);
  if (!field || !marker) {
    return undefined;
  }
  const rowsOf = new Map<string | undefined, number[]>();
  for (const row of rows) {
    const value = textAt(field, row);
    const those = rowsOf.get(value);
    if (those) {
      those.push(row);
    } else {
      rowsOf.set(value, [row]);
    }
  }
  const order = marker.segments?.map((s) => (s.other ? OTHER_GROUP : (s.value ?? undefined))) ?? [...rowsOf.keys()];
  return order.flatMap((value, index): SegmentSteps[] => {
    const own = rowsOf.get(value);
    if (!own) {
      return [];
    }
    const steps = read(own);
    const other = marker.segments?.[index]?.other ?? value === OTHER_GROUP;
    return [
      {
        label: segmentLabel(value),
        value: value ?? null,
        other,
        values: marker.segments?.[index]?.values,
        steps,
        biggestDrop: biggestDrop(steps),
      },
    ];
  });
}

/** A value of a breakdown as it is shown. */
export function segmentLabel(value: string | null | undefined): string {
  return value === null || value === undefined || value === '' ? '(none)' : value;
}

function known(given: number, reckoned: number): number {
  return Number.isNaN(given) ? reckoned : given;
}

function nameOfUnits(name: string): string {
  return /^(customers|sessions|accounts|users|requests)$/i.test(name) ? name.toLowerCase() : 'units';
}

/** Index of the step that lost most; undefined when nobody was lost. */
export function biggestDrop(steps: readonly FunnelStep[]): number | undefined {
  let most: number | undefined;
  steps.forEach((step, index) => {
    if (step.dropped > (most === undefined ? 0 : steps[most].dropped)) {
      most = index;
    }
  });
  return most;
}
