import { CoreApp, type DataFrame, type DataQueryRequest, type DataQueryResponse, dateTime } from '@grafana/data';
import { getDataSourceSrv } from '@grafana/runtime';
import { type DataQuery } from '@grafana/schema';
import { markerOf } from '@apitrail/contract';
import { from, lastValueFrom, type Observable } from 'rxjs';

import { type DrillTarget } from '../drill-down';
import { type CohortDefinition } from './cohort-draft';

/** How many a cohort would have. */
export interface DraftCount {
  count: number;
  /** They are fewer where some made several attempts. */
  atMost: boolean;
}

/** Counts who would be in a cohort that is not saved yet. Throws what the data source refuses with. */
export async function countDraft(
  { datasource, dataset }: DrillTarget,
  definition: CohortDefinition,
  range: { from: number; to: number }
): Promise<DraftCount> {
  const dataSource = await getDataSourceSrv().get(datasource);
  const bounds = { from: dateTime(range.from), to: dateTime(range.to) };
  const target = { refId: 'A', version: 1, datasource, ...(dataset ? { dataset } : {}), ...questionOf(definition) };
  const request: DataQueryRequest<DataQuery> = {
    requestId: 'apitrail-cohort-draft',
    app: CoreApp.Dashboard,
    targets: [target],
    range: { ...bounds, raw: bounds },
    interval: '1m',
    intervalMs: 60_000,
    scopedVars: {},
    timezone: 'utc',
    startTime: Date.now(),
  };
  const answer = await lastValueFrom(from(dataSource.query(request) as Observable<DataQueryResponse>));
  const refused = answer.errors?.[0];
  if (refused) {
    throw new Error(refused.message ?? 'It could not be counted.');
  }
  return { count: countIn(answer.data[0], definition), atMost: definition.funnel?.counting === 'total' };
}

/** The query whose answer says how many there are. */
function questionOf({ unit, identity, filters, funnel }: CohortDefinition): Record<string, unknown> {
  if (!funnel) {
    return { queryType: 'customers', view: 'list', unit, identity, filters, limit: 1 };
  }
  const { step, outcome: _, reason, detail, slowFactor, ...steps } = funnel;
  const asked = { queryType: 'funnel', unit, identity, filters, ...steps };
  return reason === undefined
    ? { ...asked, view: 'steps' }
    : { ...asked, view: 'units', step, reason, detail, slowFactor, limit: 1 };
}

const COLUMN = { converted: 'units', dropped: 'dropped', pending: 'pending' } as const;

function countIn(frame: DataFrame | undefined, { funnel }: CohortDefinition): number {
  if (!funnel || funnel.reason !== undefined) {
    const { total } = (markerOf(frame?.meta?.custom) ?? {}) as { total?: number };
    return total ?? 0;
  }
  const column = frame?.fields.find(({ name }) => name === COLUMN[funnel.outcome ?? 'converted']);
  return Number(column?.values[funnel.step - 1] ?? 0);
}
