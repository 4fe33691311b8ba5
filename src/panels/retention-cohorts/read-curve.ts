import { type DataFrame, FieldType } from '@grafana/data';
import { changeName, previousName, type RetentionMarker } from '@apitrail/contract';

import { fieldNamed, numberAt, textAt } from '../../components/find-field';
import { type ModelResult } from '../../components/panel-state';
import { shortName, unitsNamed } from './column-name';
import { type RetentionModel } from './model';

/** Reads the view `curve`: a row for each column, the mean of the cohorts for which it is complete. */
export function readCurve(frame: DataFrame, marker: RetentionMarker): ModelResult<RetentionModel> {
  const column = (name: string) => fieldNamed(frame, [name], FieldType.number);
  const rate = column('rate');
  if (!rate) {
    return { missing: 'The curve has lost its column rate' };
  }
  const previous = column(previousName('rate'));
  const names = fieldNamed(frame, ['name'], FieldType.string);
  const rows = Array.from({ length: frame.length }, (_, row) => row);
  return {
    model: {
      frame,
      marker,
      unitName: unitsNamed(marker.unit),
      columns: rows.map((row) => ({
        label: textAt(names, row) ?? marker.columns[row]?.label ?? `${row}`,
        short: marker.columns[row] ? shortName(marker.columns[row]) : `${row}`,
        field: rate,
      })),
      cohorts: [],
      mean: rows.map((row) => ({
        rate: numberAt(rate, row),
        units: numberAt(column('units'), row),
        size: numberAt(column('size'), row),
        cohorts: numberAt(column('cohorts'), row),
        earlierRate: numberAt(previous, row),
      })),
      compared: previous !== undefined && rows.some((row) => !Number.isNaN(numberAt(previous, row))),
      earlierEmpty:
        (previous ?? column(changeName('rate'))) !== undefined &&
        rows.every((row) => Number.isNaN(numberAt(previous, row))),
      timeShift: marker.comparison?.timeShift,
    },
  };
}
