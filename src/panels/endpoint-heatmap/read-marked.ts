import { type DataFrame, type Field, FieldType } from '@grafana/data';
import { type HeatmapMarker, metricOf } from '@apitrail/contract';

import { fieldNamed, numberAt, textAt } from '../../components/find-field';
import { type ModelResult } from '../../components/panel-state';
import { emptyModel, fill, type HeatmapModel, placeTimes, type XKind } from './matrix';

/** The frame of Apitrail's heatmap query: its marker names every row and column, also those without a value. */
export function readMarked(frame: DataFrame, marker: HeatmapMarker): ModelResult<HeatmapModel> {
  const xField = fieldNamed(frame, ['x']);
  const yField = fieldNamed(frame, ['y']);
  const valueField = fieldNamed(frame, ['value'], FieldType.number);
  if (!xField || !yField || !valueField) {
    return { missing: 'The heatmap has lost its x, y or value column' };
  }
  const xKind: XKind =
    marker.x === 'time' || marker.x === 'hour_of_day' || marker.x === 'day_of_week' ? marker.x : 'category';
  const latency = marker.y === 'latency';
  const kind = metricOf(marker.metric).kind;
  const model = emptyModel(
    frame,
    valueField,
    { kind: xKind, key: xKind === 'category' ? marker.x : undefined, field: xField },
    marker.columns.map((value) => ({ value })),
    marker.rows.map((row) => ({
      label: row.label,
      keys: latency ? undefined : row.keys,
      other: row.other === true,
      total: row.total,
    }))
  );
  model.marker = marker;
  model.latency = latency;
  model.additive = kind === 'count';
  const counts = kind === 'count' || kind === 'rate' || kind === 'distinct';
  if (marker.absent === 0 || (marker.absent === undefined && counts)) {
    model.values.fill(0);
  }
  placeTimes(model, { interval: marker.interval, end: marker.to });
  fill(model, frame, xField, (row) => textAt(yField, row) ?? '');
  readBuckets(model, frame, yField);
  return { model };
}

/** Where rows are buckets of latency, their bounds, and the slowest row on top. */
function readBuckets(model: HeatmapModel, frame: DataFrame, yField: Field): void {
  const minField = fieldNamed(frame, ['y_min'], FieldType.number);
  const maxField = fieldNamed(frame, ['y_max'], FieldType.number);
  if (!model.latency || !minField) {
    return;
  }
  const rowOf = new Map(model.rows.map((row) => [row.label, row]));
  for (let row = 0; row < frame.length; row++) {
    const known = rowOf.get(textAt(yField, row) ?? '');
    const min = numberAt(minField, row);
    if (known && !known.bucket && Number.isFinite(min)) {
      const max = numberAt(maxField, row);
      known.bucket = { min, max: Number.isFinite(max) ? max : undefined };
    }
  }
}
