import { type DataFrame, type InterpolateFunction, locationUtil, type PanelData, urlUtil } from '@grafana/data';
import { type DataSourceRef } from '@grafana/schema';
import { locationService } from '@grafana/runtime';
import { type Filter, type KeyFilter, markerOf, type QueryType, type RequestsQuery } from '@apitrail/contract';

export const DATASOURCE_TYPE = 'apitrail-requests-datasource';

/** What a click needs to ask for the requests behind a mark: the data source, and the question the mark answers. */
export interface DrillTarget {
  datasource: DataSourceRef;
  dataset?: string;
  timezone?: string;
  /** Filters the frame was computed with. */
  filters: Filter[];
}

/** The requests behind a mark: `filters` on top of the frame's own, `from <= time < to` in epoch milliseconds. */
export interface RequestsQuestion {
  filters: Filter[];
  from: number;
  to: number;
  columns?: RequestsQuery['columns'];
}

type TargetQuery = { refId: string; datasource?: DataSourceRef | null };

/** Where a frame came from, or undefined when it is not from an Apitrail data source, so that no requests can be opened. */
export function drillTargetOf(
  data: PanelData,
  frame: DataFrame,
  replaceVariables: InterpolateFunction
): DrillTarget | undefined {
  const marker = markerOf(frame.meta?.custom);
  if (!marker) {
    return undefined;
  }
  const targets = (data.request?.targets ?? []) as TargetQuery[];
  const target = targets.find((t) => t.refId === frame.refId) ?? (targets.length === 1 ? targets[0] : undefined);
  const datasource = target?.datasource;
  if (!datasource?.uid) {
    return undefined;
  }
  const uid = replaceVariables(datasource.uid);
  const timezone = 'timezone' in marker && typeof marker.timezone === 'string' ? marker.timezone : undefined;
  return {
    datasource: { uid, type: datasource.type ?? DATASOURCE_TYPE },
    dataset: marker.dataset,
    timezone,
    filters: marker.filters,
  };
}

/** The page in Explore that shows the requests, as a path below Grafana's root. */
export function exploreRequestsPath(target: DrillTarget, { filters, from, to, columns }: RequestsQuestion): string {
  const query: DrillQuery = { queryType: 'requests', filters, ...(columns === undefined ? {} : { columns }) };
  return exploreQueryPath(target, query, { from, to });
}

/** What else can be asked of the same data: `filters` come on top of the frame's own. */
export interface DrillQuery {
  queryType: QueryType;
  filters: Filter[];
  [field: string]: unknown;
}

/** The page in Explore that asks a query, `from <= time < to` in epoch milliseconds, as a path below Grafana's root. */
export function exploreQueryPath(target: DrillTarget, asked: DrillQuery, range: { from: number; to: number }): string {
  const { queryType, filters, ...fields } = asked;
  const query: Record<string, unknown> = {
    refId: 'A',
    datasource: target.datasource,
    queryType,
    version: 1,
    filters: uniqueFilters([...target.filters, ...filters]),
  };
  if (target.dataset !== undefined && target.dataset !== 'requests') {
    query.dataset = target.dataset;
  }
  if (target.timezone !== undefined) {
    query.timezone = target.timezone;
  }
  Object.assign(query, fields);
  const bounds = { from: String(Math.floor(range.from)), to: String(Math.ceil(range.to)) };
  const panes = { [queryType]: { datasource: target.datasource.uid, queries: [query], range: bounds } };
  return urlUtil.renderUrl('/explore', { schemaVersion: 1, panes: JSON.stringify(panes) });
}

/** The address for a link; Grafana may be served below a path. */
export function hrefOf(path: string): string {
  return locationUtil.assureBaseUrl(path);
}

/** Goes to a page of this Grafana. */
export function openPath(path: string): void {
  locationService.push(path);
}

/** A filter for one value of a key; what is null is what has none. */
export function equals(key: string, value: string | null): KeyFilter {
  return value === null || value === '' ? { key, operator: '!exists' } : { key, operator: '=', value };
}

/**
 * Filters for what is in none of the listed groups: the requests behind `{other}`.
 * Undefined when that needs more conditions than a query may have.
 */
export function outsideOf(groups: Array<Record<string, string | null>>): Filter[] | undefined {
  const keys = new Set(groups.flatMap((group) => Object.keys(group)));
  const [key] = keys;
  if (keys.size === 1) {
    const values = groups.map((g) => g[key]).filter((v): v is string => v !== null && v !== '');
    const none = groups.length > values.length;
    return [{ key, operator: '!=|', values }, ...(none ? [{ key, operator: 'exists' } as const] : [])];
  }
  if (keys.size === 0 || groups.length > MOST_CONDITIONS) {
    return undefined;
  }
  return groups.map((group) => ({ any: Object.entries(group).map(([k, value]) => differs(k, value)) }));
}

/** Filters for what is in any of the listed groups. Undefined when that needs more conditions than a query may have. */
export function anyOf(groups: Filter[][]): Filter[] | undefined {
  if (groups.length === 1) {
    return groups[0];
  }
  return groups.length > MOST_CONDITIONS ? undefined : [{ any: groups.map((all) => ({ all })) }];
}

/** A query takes a hundred conditions in a group; some room is left for its own. */
const MOST_CONDITIONS = 90;

function differs(key: string, value: string | null): KeyFilter {
  return value === null || value === '' ? { key, operator: 'exists' } : { key, operator: '!=', value };
}

/** What makes a request an error: a status of 400 or above, or no status and an error type. */
export const FAILED_REQUESTS: Filter = {
  any: [
    { key: 'status', operator: '>=', value: '400' },
    {
      all: [
        { key: 'status', operator: '!exists' },
        { key: 'error_type', operator: 'exists' },
      ],
    },
  ],
};

/** Each filter once, in their order. */
export function uniqueFilters(filters: Filter[]): Filter[] {
  const seen = new Set<string>();
  return filters.filter((filter) => {
    const text = JSON.stringify(filter);
    return !seen.has(text) && seen.add(text);
  });
}
