import { type DataFrame, type DataQueryRequest, type DataQueryResponse } from '@grafana/data';
import { getDataSourceSrv } from '@grafana/runtime';
import { type DataQuery, type DataSourceRef } from '@grafana/schema';
import { from, lastValueFrom, type Observable } from 'rxjs';

/** A page beside another one, by a cursor of its marker. */
export interface PageChoice {
  side: 'before' | 'after';
  cursor: string;
}

export interface PageQuestion {
  /** What the panel was answered to. */
  request: DataQueryRequest;
  /** Of the frame that the timeline is. */
  refId?: string;
  datasource: DataSourceRef;
}

let asked = 0;

/** Asks the panel's own query for another page. Throws what the data source refuses with. */
export async function askPage(
  { request, refId, datasource }: PageQuestion,
  { side, cursor }: PageChoice
): Promise<DataFrame[]> {
  const dataSource = await getDataSourceSrv().get(datasource);
  const query = request.targets.find((target) => target.refId === refId) ?? request.targets[0];
  const { offset: _, before: __, after: ___, ...own } = query as DataQuery & Record<string, unknown>;
  const page = {
    ...request,
    requestId: `apitrail-timeline-page-${++asked}`,
    targets: [{ ...own, [side]: cursor }],
    startTime: Date.now(),
  } as DataQueryRequest<DataQuery>;
  const answer = await lastValueFrom(from(dataSource.query(page) as Observable<DataQueryResponse>));
  const refused = answer.errors?.[0];
  if (refused) {
    throw new Error(refused.data?.message ?? refused.message ?? 'The data source gave no reason.');
  }
  return answer.data as DataFrame[];
}
