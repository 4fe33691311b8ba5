import { bisectRight } from 'd3-array';

import { type AnnotationMark, type PlacedMark, placeMarks } from '../../components/annotations/marks';
import { type HeatmapLayout } from './layout';
import { type HeatmapModel } from './matrix';

const NONE: PlacedMark[] = [];

/** Where annotations lie over the columns; nowhere unless x is time. */
export function placeAnnotations(
  marks: readonly AnnotationMark[],
  { x, columns }: HeatmapModel,
  layout: HeatmapLayout
): PlacedMark[] {
  if (x.kind !== 'time' || marks.length === 0 || columns.length === 0) {
    return NONE;
  }
  const starts = columns.map(({ from, value }) => from ?? Number(value));
  const end = columns[columns.length - 1].to ?? starts[starts.length - 1];
  return placeMarks(marks, layout.plotWidth, (time) => {
    if (time < starts[0]) {
      return -1;
    }
    if (time >= end) {
      return layout.plotWidth + 1;
    }
    const column = bisectRight(starts, time) - 1;
    const until = columns[column].to ?? starts[column + 1] ?? end;
    const within = until > starts[column] ? Math.min(1, (time - starts[column]) / (until - starts[column])) : 0;
    return (column + within) * layout.columnWidth;
  });
}
