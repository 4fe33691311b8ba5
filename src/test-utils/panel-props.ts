import {
  applyFieldOverrides,
  createTheme,
  type DataFrame,
  dateTime,
  EventBusSrv,
  LoadingState,
  type PanelData,
  type PanelProps,
} from '@grafana/data';

import { HOUR, START } from './frames';

/** Answer to a query of an Apitrail data source, with the frames' fields ready to be shown. */
export function panelData(series: DataFrame[], changes: Partial<PanelData> = {}): PanelData {
  const timeRange = { from: dateTime(START), to: dateTime(START + 24 * HOUR), raw: { from: 'now-24h', to: 'now' } };
  return {
    state: LoadingState.Done,
    timeRange,
    series: applyFieldOverrides({
      data: series,
      fieldConfig: { defaults: {}, overrides: [] },
      replaceVariables: (value) => value,
      theme: createTheme(),
      timeZone: 'utc',
    }),
    request: {
      requestId: 'Q1',
      interval: '1m',
      intervalMs: 60_000,
      range: timeRange,
      scopedVars: {},
      targets: [{ refId: 'A', datasource: { uid: 'lake', type: 'apitrail-requests-datasource' } }],
      timezone: 'utc',
      app: 'dashboard',
      startTime: START,
    },
    ...changes,
  };
}

/** Properties Grafana gives a panel. */
export function panelProps<T>(options: T, data: PanelData, changes: Partial<PanelProps<T>> = {}): PanelProps<T> {
  return {
    id: 1,
    title: 'Panel',
    data,
    timeRange: data.timeRange,
    timeZone: 'utc',
    options,
    transparent: false,
    width: 800,
    height: 400,
    fieldConfig: { defaults: {}, overrides: [] },
    renderCounter: 0,
    eventBus: new EventBusSrv(),
    onOptionsChange: jest.fn(),
    onFieldConfigChange: jest.fn(),
    replaceVariables: (value) => value,
    onChangeTimeRange: jest.fn(),
    ...changes,
  };
}
