import { type AbsoluteTimeRange } from '@grafana/data';
import { type AdHocFilterItem } from '@grafana/ui';

import { type Action, copyText, linkActions, openQuery, openRequests } from '../../components/actions';
import { type SaveCohort, saveAsCohort } from '../../components/cohorts/cohort-draft';
import { type DrillTarget } from '../../components/drill-down';
import { type Place } from './layout';
import { cellTimes, cohortTimes, timesText } from './interval-times';
import { type RetentionModel } from './model';

/** What a click can reach. */
export interface RetentionContext {
  target?: DrillTarget;
  onChangeTimeRange: (range: AbsoluteTimeRange) => void;
  onAddAdHocFilter?: (item: AdHocFilterItem) => void;
  onSaveCohort?: SaveCohort;
}

/** Most units that the link to them lists. */
const MOST_UNITS = 1000;

/** What can be done with a cell, a cohort (column -1) or a mean (row -1): who it is, requests, saving it, zoom, copy, links. */
export function retentionActions(
  model: RetentionModel,
  { row, column }: Place,
  text: string,
  context: RetentionContext
): Array<Array<Action | undefined>> {
  const { target, onChangeTimeRange } = context;
  const { marker } = model;
  const copy = [copyText(text, 'Copy')];
  const bounds = marker?.columns[column];
  if (row < 0) {
    return [
      [marker && openRequests(target, { from: marker.from, to: marker.to, filters: marker.start }, startLabel(model))],
      copy,
    ];
  }
  const cohort = model.cohorts[row];
  if (!marker || Number.isNaN(cohort.start)) {
    return [linksOf(model, row, column), copy];
  }
  const started = cohortTimes(cohort.start, marker);
  const returned = bounds && cellTimes(cohort.start, bounds, marker);
  const { unit, identity } = marker;
  return [
    [
      openQuery(
        target,
        { queryType: 'customers', view: 'list', unit, identity, limit: MOST_UNITS, filters: marker.start },
        started,
        {
          label: `Open the ${model.unitName} of this cohort`,
          description: 'Who started then, and how well each was by these requests',
          icon: 'users-alt',
        }
      ),
      openRequests(target, { ...started, filters: marker.start }, 'Open the requests this cohort started with'),
      returned &&
        openRequests(
          target,
          { ...returned, filters: marker.return },
          'Open the requests of this interval',
          `Of all ${model.unitName}, also of other cohorts`
        ),
    ],
    [startedThen(model, started, context)],
    linksOf(model, row, column),
    [
      { label: 'Zoom to when they started', icon: 'clock-nine', run: () => onChangeTimeRange(started) },
      returned && { label: 'Zoom to this interval', icon: 'clock-nine', run: () => onChangeTimeRange(returned) },
      ...copy,
    ],
  ];
}

/** Saves who started in an interval. Of first starts no filter says who they are: they lie before the range, too. */
function startedThen(
  { marker, unitName }: RetentionModel,
  range: { from: number; to: number },
  { target, onSaveCohort, onAddAdHocFilter }: RetentionContext
): Action | undefined {
  if (!marker || marker.starts === 'first') {
    return undefined;
  }
  const { unit, identity, start, timezone } = marker;
  return saveAsCohort(onSaveCohort, {
    ...{ target, range, fixed: true, add: onAddAdHocFilter },
    title: `Started ${timesText(range, timezone)}`,
    definition: { unit, identity, filters: start },
    description: `The ${unitName} that started then, whatever became of them`,
  });
}

function startLabel({ marker }: RetentionModel): string {
  return marker && marker.start.length > 0 ? 'Open all requests that start a cohort' : 'Open all requests';
}

function linksOf(model: RetentionModel, row: number, column: number): Action[] {
  const field = model.columns[column]?.field;
  return linkActions(field?.getLinks?.({ valueRowIndex: model.cohorts[row].frameRow }) ?? []);
}
