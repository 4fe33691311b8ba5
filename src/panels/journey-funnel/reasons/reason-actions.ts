import { type AdHocFilterItem } from '@grafana/ui';
import { type Filter, type FunnelMarker } from '@apitrail/contract';

import { type Action, copyText, openQuery, openRequests } from '../../../components/actions';
import { type SaveCohort, saveAsCohort, whoBecame } from '../../../components/cohorts/cohort-draft';
import { type DrillTarget, FAILED_REQUESTS } from '../../../components/drill-down';
import { funnelQuestion } from '../funnel-question';
import { reasonName, reasonSentence } from './describe-reason';
import { reasonLabel } from './reason-kinds';
import { type ReasonRow, type ReasonsModel } from './read-reasons';

export interface ReasonContext {
  target: DrillTarget | undefined;
  decimals: number;
  onAddAdHocFilter?: (item: AdHocFilterItem) => void;
  onSaveCohort?: SaveCohort;
}

const ERRORS = new Set(['failed', 'failed_elsewhere']);
/** Of those who dropped: what a cohort can be of. */
const COHORT_REASONS = ['excluded', 'failed', 'failed_elsewhere', 'slow', 'diverted', 'silent'] as const;

/** What can be done with a reason: its units, its requests, its errors, saving who they were, copy. */
export function reasonActions(
  row: ReasonRow,
  model: ReasonsModel,
  context: ReasonContext
): Array<Array<Action | undefined>> {
  const { marker } = model;
  const { target } = context;
  const { from = 0, to = 0, window = 0 } = marker ?? {};
  // Who enters at the end of the range is lost up to a window later.
  const range = { from, to: to + window };
  const filters: Filter[] = row.filters;
  return [
    [
      marker &&
        openQuery(
          target,
          {
            ...funnelQuestion(marker),
            view: 'units',
            step: row.step + 1,
            reason: row.reason,
            ...detailOf(row),
            slowFactor: marker.slowFactor,
            reasons: true,
          },
          { from, to },
          {
            label: `List these ${model.unitName}`,
            description: row.other ? 'With all details of this reason' : row.detail,
            icon: 'users-alt',
          }
        ),
      filters.length > 0
        ? openRequests(target, { ...range, filters }, 'Open these requests', reasonName(row))
        : undefined,
      filters.length > 0 && ERRORS.has(row.reason)
        ? openQuery(
            target,
            { queryType: 'errors', groupBy: ['error_group'], filters: [...filters, FAILED_REQUESTS] },
            range,
            { label: 'Open these errors', description: 'Grouped, with whom they hit and since when', icon: 'bug' }
          )
        : undefined,
    ],
    [stoppedSo(row, model, context)],
    [copyText(reasonSentence(row, model, context.decimals), 'Copy')],
  ];
}

/** The detail whose units are listed; those summed as the rest have none. */
function detailOf({ detail, other }: ReasonRow): { detail?: string } {
  return detail === undefined || other ? {} : { detail };
}

/** What counts as slow, where it is not what cohorts take by default. */
function slowOf({ slowFactor }: FunnelMarker): { slowFactor?: number } {
  return slowFactor === undefined || slowFactor === 3 ? {} : { slowFactor };
}

/** Saves who did not get to a step for a reason. One value of a breakdown has no cohort that is just its. */
function stoppedSo(row: ReasonRow, { marker, unitName }: ReasonsModel, context: ReasonContext): Action | undefined {
  if (!marker || row.segment !== undefined) {
    return undefined;
  }
  const step = row.step + 1;
  const pending = row.reason === 'pending';
  const reason = COHORT_REASONS.find((known) => known === row.reason);
  if (!pending && !reason) {
    return undefined;
  }
  const { detail } = detailOf(row);
  return saveAsCohort(context.onSaveCohort, {
    target: context.target,
    title: pending
      ? `May still get to ${row.stepName}`
      : `Stopped before ${row.stepName}: ${detail ?? reasonLabel(row.reason)}`,
    definition: whoBecame(
      marker,
      pending ? { step, outcome: 'pending' } : { step, outcome: 'dropped', reason, ...detailOf(row), ...slowOf(marker) }
    ),
    range: { from: marker.from, to: marker.to },
    description: `These ${unitName}${row.other ? ', with all details of this reason' : ''}`,
    add: context.onAddAdHocFilter,
  });
}
