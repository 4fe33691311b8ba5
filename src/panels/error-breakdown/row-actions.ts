import { type AbsoluteTimeRange } from '@grafana/data';
import { type AdHocFilterItem } from '@grafana/ui';
import { type Filter, OTHER_GROUP } from '@apitrail/contract';

import { type Action, addFilters, copyText, linkActions, openRequests } from '../../components/actions';
import { type SaveCohort, saveAsCohort, whoMade } from '../../components/cohorts/cohort-draft';
import { anyOf, type DrillTarget, equals, FAILED_REQUESTS, outsideOf } from '../../components/drill-down';
import { type ErrorGroup, type ErrorsModel } from './model';
import { type ErrorRow } from './rows';

/** What a click can reach. */
export interface RowContext {
  target?: DrillTarget;
  range: AbsoluteTimeRange;
  onAddAdHocFilter?: (item: AdHocFilterItem) => void;
  onSaveCohort?: SaveCohort;
}

/** Groups without an `error_group` are told apart by these. */
const STAND_INS = ['status', 'method', 'route'];

/** What can be done with a row: open its requests, save who met it, filter the dashboard, copy, links. */
export function rowActions(model: ErrorsModel, row: ErrorRow, context: RowContext): Array<Action | undefined> {
  const { marker, requestsField } = model;
  const range = marker ? { from: marker.from, to: marker.to } : context.range;
  const filters = filtersOf(model, row);
  const { frameRow } = row.group;
  const keys = rowKeys(model, row);
  return [
    openRequests(
      context.target,
      { ...range, filters: filters && [...filters, FAILED_REQUESTS] },
      'Open the failed requests'
    ),
    saveAsCohort(context.onSaveCohort, {
      target: context.target,
      title: `Met ${row.group.title}`,
      definition: whoMade(filters && [...filters, FAILED_REQUESTS]),
      anyUnit: true,
      range,
      description: 'Who met this error',
      add: context.onAddAdHocFilter,
    }),
    addFilters(context.onAddAdHocFilter, keys, 'Filter for this'),
    Object.keys(keys).length === 1 ? addFilters(context.onAddAdHocFilter, keys, 'Leave this out', '!=') : undefined,
    copyText(row.group.title, 'Copy'),
    ...(frameRow >= 0 ? linkActions(requestsField.getLinks?.({ valueRowIndex: frameRow }) ?? []) : []),
  ];
}

/** Keys of a dashboard filter for a row; none for the rest. */
function rowKeys(model: ErrorsModel, { group, dimension }: ErrorRow): Record<string, string | null> {
  if (group.other) {
    return {};
  }
  // Who owns an error may be told from its status, which a filter on the stored column does not see.
  const names = dimension === undefined ? model.keys : dimension === 'error_owner' ? [] : [dimension];
  return Object.fromEntries(names.map((name) => [name, group.values[name]]));
}

/** Filters for the requests of a row, beside that they failed. Undefined when they cannot be told by filters. */
export function filtersOf(model: ErrorsModel, row: ErrorRow): Filter[] | undefined {
  const { dimension, members } = row;
  if (dimension !== undefined && model.keys.includes(dimension) && !row.group.other) {
    return [equals(dimension, members[0].values[dimension])];
  }
  if (members.some((member) => member.other)) {
    return outsideOf(model.groups.filter((g) => !g.other).map((g) => keysOf(model, g)));
  }
  return anyOf(
    members.map((member) => Object.entries(keysOf(model, member)).map(([key, value]) => equals(key, value)))
  );
}

/** What tells a group from all others. */
function keysOf(model: ErrorsModel, group: ErrorGroup): Record<string, string | null> {
  const stands = model.marker !== undefined && model.keys.includes('error_group') && group.values.error_group === null;
  const names = stands ? [...model.keys, ...STAND_INS.filter((name) => name in group.values)] : model.keys;
  return Object.fromEntries(
    names.map((name) => [name, group.values[name] === OTHER_GROUP ? null : group.values[name]])
  );
}
