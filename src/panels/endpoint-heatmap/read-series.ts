import { type DataFrame, type Field, FieldType, getFieldDisplayName } from '@grafana/data';
import { earlierBy } from '@apitrail/contract';

import { numberAt } from '../../components/find-field';
import { type ModelResult } from '../../components/panel-state';
import { emptyModel, fillGaps, type HeatmapModel, placeTimes } from './matrix';

/**
 * Time series as a matrix: each field of numbers is a row, its labels are the row's keys. Ghost series of an earlier time
 * are in the order of those they belong to, query by query.
 */
export function readSeries(frames: DataFrame[], ghosts: DataFrame[] = []): ModelResult<HeatmapModel> {
  const series: Array<{ frame: DataFrame; time: Field; value: Field }> = [];
  const times = new Set<number>();
  for (const frame of frames) {
    const time = frame.fields.find((f) => f.type === FieldType.time);
    if (!time) {
      continue;
    }
    for (const value of frame.fields) {
      if (value.type === FieldType.number) {
        series.push({ frame, time, value });
      }
    }
    for (const t of time.values) {
      times.add(Number(t));
    }
  }
  const [first] = series;
  if (!first) {
    const numbers = frames.some((frame) => frame.fields.some((f) => f.type === FieldType.number));
    return {
      missing: numbers ? 'There is no column that names the rows, and no time' : 'There is no column of numbers',
    };
  }
  const columns = fillGaps([...times].sort((a, b) => a - b)).map((value) => ({ value }));
  const rows = series.map(({ frame, value }) => ({
    label: getFieldDisplayName(value, frame, frames),
    keys: value.labels,
    other: false,
    total: value.values.reduce(
      (sum: number, v: unknown) => sum + (typeof v === 'number' && Number.isFinite(v) ? v : 0),
      0
    ),
  }));
  const model = emptyModel(first.frame, first.value, { kind: 'time', field: first.time }, columns, rows);
  model.rowFields = series.map((s) => s.value);
  placeTimes(model);
  const columnOf = new Map(columns.map((column, index) => [column.value, index]));
  series.forEach(({ frame, time, value }, r) => {
    for (let row = 0; row < frame.length; row++) {
      const c = columnOf.get(Number(time.values[row]));
      if (c !== undefined) {
        model.values[r * columns.length + c] = numberAt(value, row);
        model.frameRow[r * columns.length + c] = row;
      }
    }
  });
  addEarlier(model, series, ghosts, columnOf);
  return { model };
}

function addEarlier(
  model: HeatmapModel,
  series: ReadonlyArray<{ frame: DataFrame }>,
  ghosts: DataFrame[],
  columnOf: ReadonlyMap<number | string, number>
): void {
  if (ghosts.length === 0) {
    return;
  }
  const values = new Float64Array(model.values.length).fill(NaN);
  const next = new Map<string | undefined, number>();
  series.forEach(({ frame: { refId } }, r) => {
    const nth = next.get(refId) ?? 0;
    next.set(refId, nth + 1);
    const ghost = ghosts.filter((frame) => frame.refId === refId)[nth];
    const time = ghost?.fields.find((f) => f.type === FieldType.time);
    const value = ghost?.fields.find((f) => f.type === FieldType.number);
    time?.values.forEach((t: unknown, row: number) => {
      const c = columnOf.get(Number(t));
      if (c !== undefined) {
        values[r * model.columns.length + c] = numberAt(value, row);
      }
    });
  });
  model.earlier = { timeShift: earlierBy(ghosts[0].meta?.custom), values };
}
