import { type AbsoluteTimeRange } from '@grafana/data';
import { type Filter } from '@apitrail/contract';

import { type Action, copyText, linkActions, openRequests } from '../../components/actions';
import { type DrillTarget, FAILED_REQUESTS } from '../../components/drill-down';
import { stepSentence } from './describe';
import { type FunnelModel } from './model';

/** What can be done with a step: its requests, its failed ones, those of the step before, copy, links. */
export function stepActions(
  model: FunnelModel,
  index: number,
  target: DrillTarget | undefined,
  decimals: number
): Array<Array<Action | undefined>> {
  const { marker, unitsField, steps } = model;
  const step = marker?.steps[index];
  const before = marker?.steps[index - 1];
  const success: Filter[] = marker?.successOnly ? [{ key: 'status', operator: '<', value: '400' }] : [];
  const { frameRow } = steps[index];
  return [
    marker && step
      ? [
          openRequests(
            target,
            { ...stepRange(model, index), filters: [...step.filters, ...success] },
            `Open the requests of “${step.name}”`
          ),
          before &&
            openRequests(
              target,
              { ...stepRange(model, index), filters: [...step.filters, FAILED_REQUESTS] },
              `Open the failed tries at “${step.name}”`,
              'Requests of this step that did not succeed: why some dropped out'
            ),
          before &&
            openRequests(
              target,
              { ...stepRange(model, index - 1), filters: [...before.filters, ...success] },
              `Open the requests of “${before.name}”`,
              'The step before: those who dropped out are among them'
            ),
        ]
      : [],
    frameRow >= 0 ? linkActions(unitsField.getLinks?.({ valueRowIndex: frameRow }) ?? []) : [],
    [copyText(stepSentence(model, index, decimals), 'Copy')],
  ];
}

/** Units enter within the range; their later steps may be up to a window after it. */
function stepRange({ marker }: FunnelModel, index: number): AbsoluteTimeRange {
  const { from = 0, to = 0, window = 0 } = marker ?? {};
  return { from, to: index === 0 ? to : to + window };
}
