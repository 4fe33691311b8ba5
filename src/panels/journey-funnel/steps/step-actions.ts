import { type AbsoluteTimeRange } from '@grafana/data';
import { type AdHocFilterItem } from '@grafana/ui';
import { type Filter } from '@apitrail/contract';

import { type Action, copyText, linkActions, openQuery, openRequests } from '../../../components/actions';
import { type SaveCohort, saveAsCohort, whoBecame } from '../../../components/cohorts/cohort-draft';
import { type DrillTarget, FAILED_REQUESTS } from '../../../components/drill-down';
import { stepSentence } from './describe';
import { rowFilters } from './stages';
import { funnelQuestion } from '../funnel-question';
import { type FunnelModel } from '../model';

export interface StepContext {
  target: DrillTarget | undefined;
  onAddAdHocFilter?: (item: AdHocFilterItem) => void;
  onSaveCohort?: SaveCohort;
}

/**
 * What can be done with a step: its requests, its failed ones, those of the step before, saving who got there and who did not,
 * copy, links.
 */
export function stepActions(
  model: FunnelModel,
  index: number,
  context: StepContext,
  decimals: number
): Array<Array<Action | undefined>> {
  const { target } = context;
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
    cohortActions(model, index, context),
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
  const { marker, unitName } = model;
  if (!marker || !isDrop(model, index)) {
    return undefined;
  }
  return openQuery(
    target,
    { ...funnelQuestion(marker), view: 'units', step: index, outcome: 'stopped', reasons: true },
    { from: marker.from, to: marker.to },
    { label: `List the ${unitName} that stopped here`, description: 'With the reason of each', icon: 'users-alt' }
  );
}

/** Whether some got to the step before and not to this one, and one question can say who. */
function isDrop({ steps }: FunnelModel, index: number): boolean {
  const { before, optional, dropped } = steps[index];
  return before === index - 1 && !optional && dropped > 0;
}

/** Saves who got to a step, and who got to the one before it and stopped. */
function cohortActions(model: FunnelModel, index: number, context: StepContext): Array<Action | undefined> {
  const { marker, steps, unitName } = model;
  if (!marker || !model.hasSteps) {
    return [];
  }
  const { name } = steps[index];
  const step = index + 1;
  const of = { target: context.target, range: { from: marker.from, to: marker.to }, add: context.onAddAdHocFilter };
  return [
    saveAsCohort(context.onSaveCohort, {
      ...of,
      label: 'Save who got here as cohort…',
      title: `Got to ${name}`,
      definition: whoBecame(marker, { step, outcome: 'converted' }),
      description: `The ${unitName} that reached “${name}”`,
    }),
    isDrop(model, index)
      ? saveAsCohort(context.onSaveCohort, {
          ...of,
          label: 'Save who stopped here as cohort…',
          title: `Stopped before ${name}`,
          definition: whoBecame(marker, { step, outcome: 'dropped' }),
          description: `The ${unitName} that got to “${steps[index - 1].name}” and not to “${name}”`,
        })
      : undefined,
  ];
}

/** Units enter within the range; their later steps may be up to a window after it. */
function stepRange({ marker }: FunnelModel, index: number): AbsoluteTimeRange {
  const { from = 0, to = 0, window = 0 } = marker ?? {};
  return { from, to: index === 0 ? to : to + window };
}
