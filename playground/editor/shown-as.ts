import { type DataFrame, FieldType } from '@grafana/data';

import type { ApitrailQuery } from '../../src/datasource/types';
import type { PanelKind } from '../views';

/** The panel that an answer is drawn in, where it has one. */
export type Drawing = Exclude<PanelKind, 'table'>;

const PANELS: Partial<Record<ApitrailQuery['queryType'], Drawing>> = {
  heatmap: 'endpoint-heatmap',
  funnel: 'journey-funnel',
  paths: 'journey-paths',
  retention: 'retention-cohorts',
  errors: 'error-breakdown',
};

export const DRAWING_NAMES: Record<Drawing, string> = {
  'time-series': 'Time series',
  'endpoint-heatmap': 'Heatmap',
  'journey-funnel': 'Funnel',
  'journey-paths': 'Paths',
  'retention-cohorts': 'Retention',
  'customer-timeline': 'Timeline',
  'error-breakdown': 'Errors',
};

/** The panel for the answer to a query; undefined for a table. */
export function drawingOf(query: ApitrailQuery, frames: readonly DataFrame[]): Drawing | undefined {
  const format = 'format' in query ? query.format : undefined;
  if (format === 'numeric') {
    return undefined;
  }
  const ownSeries = query.queryType === 'heatmap' || query.queryType === 'funnel';
  if (!ownSeries && frames.some(({ meta }) => String(meta?.type ?? '').startsWith('timeseries'))) {
    return frames.some(({ fields }) => fields.some(({ type }) => type === FieldType.number))
      ? 'time-series'
      : undefined;
  }
  if (query.queryType === 'customers') {
    return query.view === 'timeline' ? 'customer-timeline' : undefined;
  }
  return PANELS[query.queryType];
}
