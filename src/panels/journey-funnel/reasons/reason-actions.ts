import { type AdHocFilterItem } from '@grafana/ui';
import { type Filter } from '@apitrail/contract';

import { type Action, copyText, openQuery, openRequests } from '../../../components/actions';
import { type DrillTarget, FAILED_REQUESTS } from '../../../components/drill-down';
import { funnelQuestion } from '../funnel-question';
import { reasonName, reasonSentence } from './describe-reason';
import { type ReasonRow, type ReasonsModel } from './read-reasons';

export interface ReasonContext {
  target: DrillTarget | undefined;
  decimals: number;
  onAddAdHocFilter?: (item: AdHocFilterItem) => void;
}

const ERRORS = new Set(['failed', 'failed_elsewhere']);

/** What can be done with a reason: its units, its requests, its errors, copy. */
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
          { ...funnelQuestion(marker), view: 'units', step: row.step + 1, reason: row.reason, reasons: true },
          { from, to },
          {
            label: `List these ${model.unitName}`,
            description: row.detail === undefined ? undefined : 'With all details of this reason',
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
    [copyText(reasonSentence(row, model, context.decimals), 'Copy')],
  ];
}
