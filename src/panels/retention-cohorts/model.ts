import { type DataFrame, type Field, FieldType } from '@grafana/data';
import { earlierBy, type RetentionCohorts, type RetentionMarker } from '@apitrail/contract';

import { fieldNamed, fieldsOfType, frameMarker, numberAt, textAt } from '../../components/find-field';
import { type ModelResult, type WantedColumn } from '../../components/panel-state';
import { shortName, unitsNamed } from './column-name';
import { readCurve } from './read-curve';

/** How many of a cohort returned. NaN where its time has not begun, or nobody started. */
export interface RetentionCell {
  /** Share of the cohort, 0 to 1. */
  rate: number;
  units: number;
  /** The time is over for the whole cohort: the number does not rise any more. */
  complete: boolean;
}

/** Those who started in one interval. */
export interface RetentionCohort {
  /** Start of the interval, epoch milliseconds; NaN where the table has only names. */
  start: number;
  /** Name, where the table has no times. */
  name?: string;
  /** How many started; NaN when it is not known. */
  size: number;
  /** A cell for each column. */
  cells: RetentionCell[];
  /** The cohort of the earlier time in this one's place. */
  earlier?: { start: number; size: number; cells: RetentionCell[] };
  /** Row of the frame. */
  frameRow: number;
}

/** So long after the start. */
export interface RetentionColumn {
  label: string;
  /** A name for narrow columns: `3`, `4–7`. */
  short: string;
  /** The column of the frame; absent of a curve. */
  field?: Field;
}

/** Of all cohorts for which a column is complete. */
export interface RetentionMean {
  /** Share that returned, 0 to 1; NaN when no cohort is complete. */
  rate: number;
  /** Who returned, of how many. */
  units: number;
  size: number;
  cohorts: number;
  /** The share at the earlier time; NaN when it is not known. */
  earlierRate: number;
}

export interface RetentionModel {
  frame: DataFrame;
  marker?: RetentionMarker;
  /** What is counted, in the plural: customers, sessions. */
  unitName: string;
  columns: RetentionColumn[];
  /** In the order of time; none when the frame is a curve. */
  cohorts: RetentionCohort[];
  /** For each column. */
  mean: RetentionMean[];
  /** There is an earlier time to compare with. */
  compared: boolean;
  /** There is one, but nobody started then. */
  earlierEmpty: boolean;
  timeShift?: string;
}

export const WANTED_COLUMNS: WantedColumn[] = [
  { name: 'cohort', type: 'any', meaning: 'When a cohort started, or its name. A row is a cohort.' },
  { name: 'size', type: 'number', optional: true, meaning: 'How many started.' },
  { name: 'day_0, day_1, …', type: 'number', meaning: 'The share of them that returned then, 0 to 1, or how many.' },
];

/** Reads retention from frames: Apitrail's cohorts, its curve, or any table with a column of numbers for each interval. */
export function retentionModel(frames: DataFrame[]): ModelResult<RetentionModel> {
  const filled = frames.filter((frame) => frame.length > 0);
  const frame = filled.find((each) => earlierBy(each.meta?.custom) === undefined);
  if (!frame) {
    return { missing: 'There are no cohorts to draw' };
  }
  const marker = frameMarker<RetentionMarker>(frame, 'retention');
  if (marker?.view === 'curve') {
    return readCurve(frame, marker);
  }
  const then = filled.find((each) => each.refId === frame.refId && each !== frame && earlierBy(each.meta?.custom));
  return readCohorts(frame, marker, then);
}

function readCohorts(
  frame: DataFrame,
  marker: RetentionMarker | undefined,
  then: DataFrame | undefined
): ModelResult<RetentionModel> {
  const nameField =
    fieldNamed(frame, ['cohort']) ?? fieldsOfType(frame, FieldType.time)[0] ?? fieldsOfType(frame, FieldType.string)[0];
  if (!nameField) {
    return { missing: 'There is no column that says when each cohort started' };
  }
  const sizeField = fieldNamed(frame, ['size', 'customers', 'users', 'units'], FieldType.number);
  const fields = marker
    ? marker.columns.map(({ name }) => fieldNamed(frame, [name], FieldType.number))
    : fieldsOfType(frame, FieldType.number, [sizeField, nameField]);
  const columns = fields.flatMap((field, index) => (field ? [columnOf(field, marker, index)] : []));
  if (columns.length === 0) {
    return { missing: 'There is no column of numbers that says who returned' };
  }
  const known = fields.flatMap((field, index) => (field ? [{ field, index }] : []));
  const rates = marker ? marker.metric === 'rate' : looksLikeRates(columns, sizeField === undefined);
  const cohorts = rowsOf(frame, sizeField, known, rates, marker).map((row): RetentionCohort => ({
    ...row,
    start: nameField.type === FieldType.time ? numberAt(nameField, row.frameRow) : NaN,
    name: nameField.type === FieldType.time ? undefined : (textAt(nameField, row.frameRow) ?? '(none)'),
  }));
  const earlier = then && marker ? earlierRows(then, known, rates, marker) : [];
  if (marker) {
    matchEarlier(cohorts, earlier, marker);
  }
  return {
    model: {
      frame,
      marker,
      unitName: unitsNamed(marker?.unit),
      columns,
      cohorts,
      mean: known.map(({ index }, column) => meanOf(cohorts, column, marker, index)),
      compared: earlier.some(({ size }) => size > 0),
      earlierEmpty: then !== undefined && earlier.every(({ size }) => size === 0),
      timeShift: marker?.comparison?.timeShift,
    },
  };
}

function columnOf(field: Field, marker: RetentionMarker | undefined, index: number): RetentionColumn {
  const label = marker?.columns[index].label ?? field.config.displayName ?? field.name;
  return { field, label, short: marker ? shortName(marker.columns[index]) : label };
}

type Known = Array<{ field: Field; index: number }>;

function rowsOf(
  frame: DataFrame,
  sizeField: Field | undefined,
  known: Known,
  rates: boolean,
  marker: RetentionCohorts | undefined
): Array<{ frameRow: number; size: number; cells: RetentionCell[] }> {
  return Array.from({ length: frame.length }, (_, frameRow) => {
    const size = numberAt(sizeField, frameRow);
    const cells = known.map(({ field, index }): RetentionCell => {
      const value = numberAt(field, frameRow);
      const complete = marker?.complete[frameRow]?.[index] ?? true;
      return rates
        ? { rate: value, units: tidied(value * size), complete }
        : { rate: size > 0 ? value / size : NaN, units: value, complete };
    });
    return { frameRow, size, cells };
  });
}

/** Rates come with twelve digits: what they are a share of is whole, or a sum of weights. */
function tidied(units: number): number {
  const whole = Math.round(units);
  return Math.abs(units - whole) < 1e-6 ? whole : units;
}

function earlierRows(frame: DataFrame, known: Known, rates: boolean, marker: RetentionMarker) {
  const fields = known.flatMap(({ field, index }) => {
    const then = fieldNamed(frame, [field.name], FieldType.number);
    return then ? [{ field: then, index }] : [];
  });
  const rows =
    fields.length === known.length ? rowsOf(frame, fieldNamed(frame, ['size']), fields, rates, marker.earlier) : [];
  const starts = fieldNamed(frame, ['cohort'], FieldType.time);
  return rows.map(({ frameRow, size, cells }) => ({ start: numberAt(starts, frameRow), size, cells }));
}

/** Half of the shortest of each: clocks change, and months differ. */
const NEAR_MS = { hour: 1_800_000, day: 43_200_000, week: 302_400_000, month: 1_209_600_000 };

/** Gives each cohort the one whose start lies that much earlier. */
function matchEarlier(
  cohorts: RetentionCohort[],
  earlier: Array<NonNullable<RetentionCohort['earlier']>>,
  { comparison, interval }: RetentionMarker
): void {
  for (const cohort of cohorts) {
    const wanted = cohort.start + (comparison?.diffMs ?? 0);
    const distance = ({ start }: { start: number }) => Math.abs(start - wanted);
    const [nearest] = [...earlier].sort((a, b) => distance(a) - distance(b));
    if (nearest && distance(nearest) <= NEAR_MS[interval]) {
      cohort.earlier = nearest;
    }
  }
}

function looksLikeRates(columns: RetentionColumn[], withoutSize: boolean): boolean {
  const values = columns.flatMap(({ field }) => field!.values as unknown[]).filter((v) => typeof v === 'number');
  return withoutSize || values.every((value) => value <= 1);
}

/** The mean over complete cohorts, larger ones counting more: of whom it is told beside what the companion says. */
function meanOf(
  cohorts: RetentionCohort[],
  column: number,
  marker: RetentionMarker | undefined,
  index: number
): RetentionMean {
  const complete = cohorts.filter(({ size, cells }) => cells[column].complete && size > 0);
  const sum = (of: (cohort: RetentionCohort) => number) => complete.reduce((total, cohort) => total + of(cohort), 0);
  const [units, size] = [sum(({ cells }) => cells[column].units), sum((cohort) => cohort.size)];
  return {
    rate: marker ? (marker.mean[index] ?? NaN) : size > 0 ? units / size : NaN,
    units,
    size,
    cohorts: complete.length,
    earlierRate: marker?.earlier?.mean[index] ?? NaN,
  };
}
