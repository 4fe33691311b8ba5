import { useEffect, useState } from 'react';
import {
  type AdHocVariableFilter,
  type AnnotationQuery,
  arrayToDataFrame,
  CoreApp,
  type DataFrame,
  type DataQueryRequest,
  DataTopic,
  LoadingState,
  type TimeRange,
} from '@grafana/data';
import { lastValueFrom } from 'rxjs';

import type { ApitrailDataSource } from '../../src/datasource/apitrail-data-source';
import type { ApitrailQuery } from '../../src/datasource/types';
import type { ViewAnnotation } from '../views';

interface Question {
  dataSource: ApitrailDataSource;
  /** Those that are switched on. */
  annotations: readonly ViewAnnotation[];
  timeRange: TimeRange;
  timezone: string;
  filters: AdHocVariableFilter[];
  /** Another number asks again. */
  refresh: number;
}

export interface Annotations {
  state: LoadingState;
  /** A frame for each of the annotations, as Grafana hands them to its panels. */
  frames: DataFrame[];
  /** Why there are none. */
  error?: string;
}

const NONE: Annotations = { state: LoadingState.NotStarted, frames: [] };

/** Asks for the annotations of a view as a dashboard does, once for all of its panels. */
export function useAnnotations({
  dataSource,
  annotations,
  timeRange,
  timezone,
  filters,
  refresh,
}: Question): Annotations {
  const [answer, setAnswer] = useState<Annotations>(NONE);
  useEffect(() => {
    let wanted = true;
    Promise.all(annotations.map((one) => ask(dataSource, one, { timeRange, timezone, filters }))).then(
      (frames) => wanted && setAnswer({ state: LoadingState.Done, frames }),
      (error: unknown) =>
        wanted &&
        setAnswer({
          state: LoadingState.Error,
          frames: [],
          error: error instanceof Error ? error.message : String(error),
        })
    );
    return () => {
      wanted = false;
    };
  }, [dataSource, annotations, timeRange, timezone, filters, refresh]);
  return answer;
}

async function ask(
  dataSource: ApitrailDataSource,
  { name, iconColor, query }: ViewAnnotation,
  { timeRange, timezone, filters }: Pick<Question, 'timeRange' | 'timezone' | 'filters'>
): Promise<DataFrame> {
  const support = dataSource.annotations!;
  const annotation: AnnotationQuery<ApitrailQuery> = support.prepareAnnotation!({
    ...{ name, iconColor, enable: true },
    target: { refId: 'Anno', version: 1, ...query },
  });
  const request: DataQueryRequest<ApitrailQuery> = {
    app: CoreApp.Dashboard,
    requestId: `playground-annotations-${name}`,
    targets: [{ ...support.prepareQuery!(annotation)!, refId: 'Anno', datasource: dataSource.getRef() }],
    range: timeRange,
    timezone,
    interval: '1m',
    intervalMs: 60_000,
    scopedVars: {},
    startTime: Date.now(),
    filters,
  };
  const { data, errors } = await lastValueFrom(dataSource.query(request));
  if (errors?.[0]) {
    throw new Error(errors[0].message);
  }
  const events = (await lastValueFrom(support.processEvents!(annotation, data))) ?? [];
  const frame = arrayToDataFrame(events.map((event) => ({ ...event, color: iconColor })));
  return { ...frame, meta: { ...frame.meta, dataTopic: DataTopic.Annotations } };
}
