import { type PathsMarker } from '@apitrail/contract';

import { type DrillQuery } from '../../components/drill-down';
import { durationText } from '../../components/duration-text';

/** The query that paths answer, as their marker tells it, so that it can be asked with a change. */
export function pathsQueryOf(marker: PathsMarker): DrillQuery {
  const { filters, unit, identity, anchor, funnel, direction, depth, rowsPerStep, groupBy, comparison } = marker;
  return {
    queryType: 'paths',
    filters,
    unit,
    identity,
    anchor,
    funnel,
    direction,
    depth,
    rowsPerStep,
    groupBy,
    sessions: marker.sessions,
    sessionGap: durationText(marker.sessionGap),
    collapse: marker.collapse,
    counting: marker.counting,
    timeShift: comparison?.timeShift,
  };
}
