import { type DataFrame, FieldType } from '@grafana/data';
import { earlierBy, type HeatmapMarker } from '@apitrail/contract';

import { frameMarker } from '../../components/find-field';
import { type ModelResult, type WantedColumn } from '../../components/panel-state';
import { type HeatmapModel } from './matrix';
import { readLong } from './read-long';
import { readMarked } from './read-marked';
import { readSeries } from './read-series';

export const WANTED_COLUMNS: WantedColumn[] = [
  { name: 'x', type: 'any', meaning: 'What runs across: a time, hour_of_day, day_of_week, or any text.' },
  { name: 'y', type: 'string', meaning: 'Name of the row, such as a route. Several text columns are joined.' },
  { name: 'value', type: 'number', meaning: 'What the colour stands for.' },
  { name: 'n', type: 'number', optional: true, meaning: 'How many requests the value rests on.' },
];

/**
 * Reads a matrix from frames: the heatmap frame of Apitrail, any long table with a column across, a column of names
 * and a number, or time series, of which each is a row. Reads each value once.
 */
export function heatmapModel(frames: DataFrame[]): ModelResult<HeatmapModel> {
  // Ghost series of an earlier time are no rows: they are what the rows are compared with.
  const filled = frames.filter((frame) => frame.length > 0 && !isEarlier(frame));
  for (const frame of filled) {
    const marker = frameMarker<HeatmapMarker>(frame, 'heatmap');
    // Other formats of the query carry its marker too, without a matrix.
    if (marker?.columns && marker.rows) {
      return readMarked(frame, marker);
    }
  }
  const [frame] = filled;
  if (!frame) {
    return { missing: 'There are no rows to draw' };
  }
  return isLong(frame) ? readLong(frame) : readSeries(filled, frames.filter(isEarlier));
}

function isEarlier(frame: DataFrame): boolean {
  return earlierBy(frame.meta?.custom) !== undefined;
}

function isLong(frame: DataFrame): boolean {
  return frame.fields.some((f) => f.type === FieldType.string);
}
