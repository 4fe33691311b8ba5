import { type DataFrame, type Field, FieldType } from '@grafana/data';

import { fieldNamed, fieldsOfType, numberAt, textAt } from '../../components/find-field';
import { type ModelResult } from '../../components/panel-state';
import {
  emptyModel,
  fill,
  fillGaps,
  type HeatmapModel,
  type HeatmapRow,
  N_NAMES,
  placeTimes,
  type XKind,
} from './matrix';

const X_NAMES = ['x', 'hour_of_day', 'day_of_week', 'hour', 'weekday', 'column'];
const Y_NAMES = ['y', 'route', 'endpoint', 'row', 'path'];
const VALUE_NAMES = ['value', 'metric', 'requests', 'count', 'rate'];

/** Any long table: a column across, columns of text that name the row, a column of numbers. */
export function readLong(frame: DataFrame): ModelResult<HeatmapModel> {
  const strings = fieldsOfType(frame, FieldType.string);
  const yNamed = fieldNamed(frame, Y_NAMES, FieldType.string);
  const xField =
    fieldNamed(frame, X_NAMES) ??
    fieldsOfType(frame, FieldType.time)[0] ??
    strings.find((f) => f !== (yNamed ?? strings[0]));
  if (!xField) {
    return { missing: 'There is no column to draw across' };
  }
  const yFields = yNamed ? [yNamed] : strings.filter((f) => f !== xField);
  if (yFields.length === 0) {
    return { missing: 'There is no column that names the rows' };
  }
  const nField = fieldNamed(frame, N_NAMES, FieldType.number);
  const valueField =
    fieldNamed(frame, VALUE_NAMES, FieldType.number) ?? fieldsOfType(frame, FieldType.number, [xField, nField])[0];
  if (!valueField || valueField === xField) {
    return { missing: 'There is no column of numbers to colour by' };
  }
  const labelAt = (row: number) => yFields.map((f) => textAt(f, row) ?? '').join(' ');
  const labels = new Map<string, HeatmapRow>();
  const across = new Set<number | string>();
  for (let row = 0; row < frame.length; row++) {
    const label = labelAt(row);
    let known = labels.get(label);
    if (!known) {
      const keys = Object.fromEntries(yFields.map((f) => [f.name, textAt(f, row) ?? null]));
      known = { label, keys, other: false, total: 0 };
      labels.set(label, known);
    }
    known.total += numberAt(nField ?? valueField, row) || 0;
    const x: unknown = xField.values[row];
    if (typeof x === 'number' || typeof x === 'string') {
      across.add(x);
    }
  }
  const kind = kindOf(xField);
  const values = [...across];
  if (kind !== 'category' || typeof values[0] === 'number') {
    values.sort((a, b) => Number(a) - Number(b));
  }
  const model = emptyModel(
    frame,
    valueField,
    { kind, key: kind === 'category' ? xField.name : undefined, field: xField },
    (kind === 'time' ? fillGaps(values.map(Number)) : values).map((value) => ({ value })),
    [...labels.values()]
  );
  placeTimes(model);
  fill(model, frame, xField, labelAt);
  return { model };
}

function kindOf(field: Field): XKind {
  if (field.type === FieldType.time) {
    return 'time';
  }
  const name = field.name.toLowerCase();
  const numeric = field.type === FieldType.number;
  if (numeric && (name === 'hour_of_day' || name === 'hour')) {
    return 'hour_of_day';
  }
  return numeric && (name === 'day_of_week' || name === 'weekday') ? 'day_of_week' : 'category';
}
