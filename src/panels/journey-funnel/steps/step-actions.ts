import { type AbsoluteTimeRange } from '@grafana/data';
import { type Filter } from '@apitrail/contract';

import { type Action, copyText, linkActions, openQuery, openRequests } from '../../../components/actions';
import { type DrillTarget, FAILED_REQUESTS } from '../../../components/drill-down';
import { stepSentence } from './describe';
import { rowFilters } from './stages';
import { funnelQuestion } from '../funnel-question';
import { type FunnelModel } from '../model';

/** What can be done with a step: its requests, its failed ones, those of the step before, copy, links. */
export function stepActions(
  model: FunnelModel,
  index: number,
  target: DrillTarget | undefined,
  decimals: number
): Array<Array<Action | undefined>> {
  const { marker, unitsField, steps } = model;
  const at = steps[index].before;
  const step = rowOf(model, index);
  const before = at === undefined ? undefined : rowOf(model, at);
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
              { ...stepRange(model, at ?? 0), filters: [...before.filters, ...success] },
              `Open the requests of “${before.name}”`,
              'The step before: those who dropped out are among them'
            ),
          droppedUnits(model, index, target),
        ]
      : [],
    frameRow >= 0 ? linkActions(unitsField.getLinks?.({ valueRowIndex: frameRow }) ?? []) : [],
    [copyText(stepSentence(model, index, decimals), 'Copy')],
  ];
}

/** What a row of the answer is about; undefined where its steps cannot be asked for. */
function rowOf({ marker, steps }: FunnelModel, index: number): { name: string; filters: Filter[] } | undefined {
  const filters = marker && rowFilters(marker, index);
  return filters && { name: steps[index].name, filters };
}

/** Lists those who got to the step before and not to this one, where that is what one query can ask. */
function droppedUnits(model: FunnelModel, index: number, target: DrillTarget | undefined): Action | undefined {
  const { marker, steps, unitName } = model;
  const { before, optional, dropped } = steps[index];
  if (!marker || before !== index - 1 || optional || !(dropped > 0)) {
    return undefined;
  }
  return openQuery(
    target,
    { ...funnelQuestion(marker), view: 'units', step: index, outcome: 'stopped', reasons: true },
    { from: marker.from, to: marker.to },
    { label: `List the ${unitName} that stopped here`, description: 'With the reason of each', icon: 'users-alt' }
  );
}

/** Units enter within the range; their later steps may be up to a window after it. */
function stepRange({ marker }: FunnelModel, index: number): AbsoluteTimeRange {
  const { from = 0, to = 0, window = 0 } = marker ?? {};
  return { from, to: index === 0 ? to : to + window };
}
