import type { QueryInputOf, QueryType } from '@apitrail/contract';

/** A query as a view writes it; the panel adds `refId`. */
export type ViewQuery = { [T in QueryType]: Omit<QueryInputOf<T>, 'refId'> }[QueryType];

export type PanelKind =
  | 'time-series'
  | 'table'
  | 'endpoint-heatmap'
  | 'journey-funnel'
  | 'journey-paths'
  | 'error-breakdown'
  | 'retention-cohorts'
  | 'customer-timeline';

export interface ViewPanel {
  id: string;
  title: string;
  description: string;
  kind: PanelKind;
  /** Columns of twelve, where the window is wide. */
  span: 4 | 6 | 12;
  height: number;
  query: ViewQuery;
  /** What is asked beside it, for panels that draw several answers in one. */
  beside?: ViewQuery[];
  /** Whether it compares with the earlier time that is chosen for the page. */
  compared?: true;
  /** Of a table: the column whose values are customers, each a link to its own page. */
  customers?: string;
  options?: Record<string, unknown>;
}

/** Annotations of a view, over all panels whose axis is time. */
export interface ViewAnnotation {
  name: string;
  /** A colour of Grafana’s palette. */
  iconColor: string;
  query: Omit<QueryInputOf<'annotations'>, 'refId'>;
}

/** What one page shows. */
export interface View {
  id: string;
  title: string;
  about: string;
  /** Fixed ranges in epoch milliseconds, or the last so many milliseconds up to the newest row. */
  range: { from: number; to: number } | { last: number };
  annotations: ViewAnnotation[];
  /** Whether its panels are about one customer, who is chosen on the page: `$customer` in their queries. */
  customer?: true;
  panels: ViewPanel[];
}

/** Milliseconds. */
export const DAY = 86_400_000;
