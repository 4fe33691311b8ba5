import { useEffect, useRef, useState } from 'react';
import {
  type AdHocVariableFilter,
  applyFieldOverrides,
  CoreApp,
  type DataQueryRequest,
  type Field,
  type FieldConfigSource,
  type GrafanaTheme2,
  LoadingState,
  type PanelData,
  type PanelPlugin,
  rangeUtil,
  type ScopedVars,
  type TimeRange,
} from '@grafana/data';

import type { ApitrailDataSource } from '../../src/datasource/apitrail-data-source';
import type { ApitrailQuery } from '../../src/datasource/types';
import { liveRangeOf } from '../host/time-range';

export interface PanelQuestion {
  dataSource: ApitrailDataSource;
  query: ApitrailQuery;
  /** Asked with it, each with a refId of its own. */
  beside?: readonly ApitrailQuery[];
  timeRange: TimeRange;
  timezone: string;
  filters: AdHocVariableFilter[];
  /** Values of variables in the queries. */
  scopedVars?: ScopedVars;
  /** Points that fit: the width of the panel in pixels. 0 while it is not known yet. */
  width: number;
  /** Another number asks again. */
  refresh: number;
}

const NO_VARIABLES: ScopedVars = {};

let requests = 0;
const NONE: readonly ApitrailQuery[] = [];

/**
 * Asks the data source as a dashboard does, and keeps the last answer while the next one is on its way. A query that is live is
 * asked of as much time up to now, since the ranges of the playground are fixed.
 */
export function usePanelData(question: PanelQuestion): PanelData {
  const { dataSource, query, beside = NONE, timeRange: given, timezone, filters, refresh } = question;
  const { scopedVars = NO_VARIABLES } = question;
  // Widths are taken in steps, so that a slow resize does not ask for every pixel.
  const maxDataPoints = Math.ceil(question.width / 100) * 100;
  const [data, setData] = useState<PanelData>({ state: LoadingState.NotStarted, series: [], timeRange: given });
  const last = useRef<PanelData>(data);

  useEffect(() => {
    if (maxDataPoints === 0) {
      return;
    }
    const publish = (next: PanelData) => {
      last.current = next;
      setData(next);
    };
    const isLive = 'live' in query && query.live === true;
    const rangeNow = () => (isLive ? liveRangeOf(given) : given);
    const timeRange = rangeNow();
    const { interval, intervalMs } = rangeUtil.calculateInterval(timeRange, maxDataPoints);
    const targets = [query, ...beside].map((one) => ({ ...one, datasource: dataSource.getRef() }) as ApitrailQuery);
    const request: DataQueryRequest<ApitrailQuery> = {
      app: CoreApp.Dashboard,
      requestId: `playground-${requests++}`,
      targets,
      range: timeRange,
      rangeRaw: timeRange.raw,
      timezone,
      interval,
      intervalMs,
      maxDataPoints,
      scopedVars,
      startTime: Date.now(),
      filters,
    };
    publish({ ...last.current, state: LoadingState.Loading, request, timeRange });
    const subscription = dataSource.query(request).subscribe({
      next: (answer) => {
        const errors = answer.errors ?? (answer.error ? [answer.error] : []);
        publish({
          state: errors.length > 0 ? LoadingState.Error : (answer.state ?? LoadingState.Done),
          series: answer.data,
          errors,
          error: errors[0],
          request,
          timeRange: rangeNow(),
        });
      },
      error: (error: { data?: { message?: string }; statusText?: string; message?: string }) => {
        const message = error.data?.message ?? error.statusText ?? error.message ?? 'The query failed.';
        publish({
          state: LoadingState.Error,
          series: [],
          error: { message },
          errors: [{ message }],
          request,
          timeRange,
        });
      },
    });
    return () => subscription.unsubscribe();
  }, [dataSource, query, beside, given, timezone, filters, scopedVars, maxDataPoints, refresh]);

  return data;
}

/** Gives fields their display and links, as Grafana does before a panel draws them. */
export function withFieldDisplay(
  data: PanelData,
  fieldConfig: FieldConfigSource,
  theme: GrafanaTheme2,
  timezone: string,
  plugin?: PanelPlugin
): PanelData {
  const series = applyFieldOverrides({
    data: data.series,
    fieldConfig,
    fieldConfigRegistry: plugin?.fieldConfigRegistry,
    replaceVariables: replaceValue,
    theme,
    timeZone: timezone,
  });
  return { ...data, series };
}

/** Puts the value that a link stands on in place: what Grafana writes as `${__value.raw}`. */
function replaceValue(text: string, scopedVars?: ScopedVars): string {
  const context = scopedVars?.__dataContext?.value as { field: Field; rowIndex?: number } | undefined;
  return context?.rowIndex === undefined
    ? text
    : text.replaceAll('${__value.raw}', () => String(context.field.values[context.rowIndex!]));
}
