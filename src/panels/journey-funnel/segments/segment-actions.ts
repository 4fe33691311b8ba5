import { type AdHocFilterItem } from '@grafana/ui';
import { type Filter } from '@apitrail/contract';

import { type Action, addFilters, copyText, openRequests } from '../../../components/actions';
import { type DrillTarget, equals, outsideOf } from '../../../components/drill-down';
import { type FunnelModel } from '../model';
import { rowFilters } from '../steps/stages';
import { segmentSentence } from './describe-segment';

export interface SegmentContext {
  target: DrillTarget | undefined;
  decimals: number;
  onAddAdHocFilter?: (item: AdHocFilterItem) => void;
}

/** Requests that have the value of a segment; undefined when that needs too many conditions. */
function segmentFilters({ marker, segments = [] }: FunnelModel, index: number): Filter[] | undefined {
  const key = marker?.breakdown;
  if (key === undefined) {
    return [];
  }
  const { other, value } = segments[index];
  return other
    ? outsideOf(segments.filter((segment) => !segment.other).map((segment) => ({ [key]: segment.value })))
    : [equals(key, value)];
}

/** What can be done with a step of a segment: its requests that have the value, filtering for it, copy. */
export function segmentActions(
  model: FunnelModel,
  segment: number,
  step: number,
  context: SegmentContext
): Array<Array<Action | undefined>> {
  const { marker, steps } = model;
  const { label, value, other } = model.segments![segment];
  const filters = marker && rowFilters(marker, step);
  const success: Filter[] = marker?.successOnly ? [{ key: 'status', operator: '<', value: '400' }] : [];
  const of = segmentFilters(model, segment);
  const { from = 0, to = 0, window = 0 } = marker ?? {};
  return [
    [
      filters &&
        openRequests(
          context.target,
          { from, to: step === 0 ? to : to + window, filters: of && [...filters, ...success, ...of] },
          `Open the requests of “${steps[step].name}” with ${label}`,
          'Requests of this step that have the value themselves'
        ),
      marker?.breakdown !== undefined && !other
        ? addFilters(context.onAddAdHocFilter, { [marker.breakdown]: value }, `Filter for ${label}`)
        : undefined,
    ],
    [copyText(segmentSentence(model, segment, step, context.decimals), 'Copy')],
  ];
}
