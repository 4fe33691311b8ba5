import {
  type AdHocVariableFilter,
  CoreApp,
  type DataQueryRequest,
  type DataQueryResponse,
  type DataSourceGetTagKeysOptions,
  type DataSourceGetTagValuesOptions,
  type DataSourceInstanceSettings,
  type DataSourceWithLogsContextSupport,
  type DataSourceWithQueryModificationSupport,
  type DataSourceWithSupplementaryQueriesSupport,
  type DataSourceWithToggleableQueryFiltersSupport,
  getDefaultTimeRange,
  type LogRowContextOptions,
  type LogRowModel,
  type MetricFindValue,
  type QueryFilterOptions,
  type QueryFixAction,
  type ScopedVars,
  type SupplementaryQueryOptions,
  SupplementaryQueryType,
  type ToggleFilterAction,
} from '@grafana/data';
import { DataSourceWithBackend, getTemplateSrv, type TemplateSrv } from '@grafana/runtime';
import { parseKey, QUERY_VERSION } from '@apitrail/contract';
import { from, lastValueFrom, map, type Observable, switchMap } from 'rxjs';

import { annotationSupport } from './annotations/annotation-support';
import { fromAdHocFilters } from './ad-hoc-filters';
import { volumeQuery } from './explore/logs-volume';
import { modifyQuery, QUERY_MODIFICATIONS, queryHasFilter, toggleQueryFilter } from './explore/query-filters';
import { contextQuery, contextRequest } from './explore/request-context';
import { finishFrames, traceDataSource } from './explore/finish-frames';
import { forApp } from './explore/for-app';
import { withGhosts } from './ghost-series';
import { hasQuestion } from './has-question';
import { interpolateQuery } from './interpolate';
import { goesLive, type LiveQuery } from './live/goes-live';
import { migrateQuery } from './migrate-query';
import { queryText } from './query-text';
import { readableAnswer } from './readable-answer';
import { Resources } from './resources';
import { resolveTimeZone } from './time-zone';
import type { ApitrailOptions, ApitrailQuery, ApitrailQueryOf, WithOptionalKey } from './types';
import { ApitrailVariableSupport } from './variables/variable-support';

/** Asks the companion, through Grafana's backend and the forwarder. */
export class ApitrailDataSource
  extends DataSourceWithBackend<ApitrailQuery, ApitrailOptions>
  implements
    DataSourceWithSupplementaryQueriesSupport<ApitrailQuery>,
    DataSourceWithLogsContextSupport<ApitrailQuery>,
    DataSourceWithToggleableQueryFiltersSupport<ApitrailQuery>,
    DataSourceWithQueryModificationSupport<ApitrailQuery>
{
  /** Explore's window of requests around one can be made wider. */
  readonly supportsAdjustableWindow = true;
  /** Keys, values and datasets that the companion knows. */
  readonly resources: Resources;
  /** The dataset of queries that name none. */
  readonly defaultDataset: string | undefined;
  /** The time zone of queries for which neither they nor a dashboard give one. */
  readonly defaultTimeZone: string | undefined;
  readonly #templateSrv: TemplateSrv | undefined;
  readonly #traceDatasourceUid: string | undefined;

  /** Without a template service, the one that Grafana runs with is used. */
  constructor(settings: DataSourceInstanceSettings<ApitrailOptions>, templateSrv?: TemplateSrv) {
    super(settings);
    this.#templateSrv = templateSrv;
    this.defaultDataset = settings.jsonData?.dataset || undefined;
    this.defaultTimeZone = resolveTimeZone(settings.jsonData?.timezone);
    this.#traceDatasourceUid = settings.jsonData?.traceDatasourceUid || undefined;
    this.resources = new Resources({
      getResource: (path, params) => this.getResource(path, params),
      postResource: (path, data) => this.postResource(path, data),
    });
    this.variables = new ApitrailVariableSupport(this);
    this.annotations = annotationSupport;
  }

  override query(request: DataQueryRequest<ApitrailQuery>): Observable<DataQueryResponse> {
    const timezone = resolveTimeZone(request.timezone);
    const targets = request.targets
      .map((query) => forApp(query, request.app))
      .map((query) => (query.timezone || !timezone ? query : { ...query, timezone }));
    const traces = traceDataSource(this.#traceDatasourceUid);
    const asked = targets.filter((query) => this.filterQuery(query)).length;
    const answers = super.query({ ...request, targets }).pipe(map((response) => readableAnswer(response, asked)));
    const live = targets
      .filter((query) => goesLive(query, request) && this.filterQuery(query))
      .map((query) => this.applyTemplateVariables(query, request.scopedVars, request.filters) as LiveQuery);
    const all = live.length > 0 ? this.#withLive(answers, request, live) : answers;
    return all.pipe(map((response) => ({ ...response, data: withGhosts(finishFrames(response.data, traces)) })));
  }

  /** What goes on live is loaded when something does. */
  #withLive(
    answers: Observable<DataQueryResponse>,
    request: DataQueryRequest<ApitrailQuery>,
    targets: LiveQuery[]
  ): Observable<DataQueryResponse> {
    return from(import('./live')).pipe(
      switchMap(({ liveFrames, withLive }) =>
        withLive(answers, { request, targets, frames: (query) => liveFrames(this, query) })
      )
    );
  }

  /** The query as the companion takes it: of the current version, every variable resolved, ad hoc filters added. */
  override applyTemplateVariables(
    query: ApitrailQuery,
    scopedVars: ScopedVars,
    adHocFilters?: AdHocVariableFilter[]
  ): ApitrailQuery {
    const resolved = this.#resolve(query, scopedVars, adHocFilters);
    const { keyName, key, editor: _, ...fields } = resolved as ApitrailQuery & WithOptionalKey;
    const timezone = resolveTimeZone(fields.timezone) ?? this.defaultTimeZone;
    const dataset = fields.dataset || this.defaultDataset;
    return {
      ...fields,
      ...(fields.queryType === 'values' ? { key: keyName ?? key } : {}),
      ...(dataset ? { dataset } : {}),
      ...(timezone ? { timezone } : {}),
    } as ApitrailQuery;
  }

  override interpolateVariablesInQueries(
    queries: ApitrailQuery[],
    scopedVars: ScopedVars,
    adHocFilters?: AdHocVariableFilter[]
  ): ApitrailQuery[] {
    return queries.map((query) => ({
      ...this.#resolve(query, scopedVars, adHocFilters),
      datasource: this.getRef(),
    }));
  }

  /** Whether the query is complete enough to be asked. */
  override filterQuery(query: ApitrailQuery): boolean {
    return (
      !query.hide &&
      Boolean(query.queryType) &&
      (query.queryType !== 'values' || keyOf(query) !== undefined) &&
      hasQuestion(query)
    );
  }

  /**
   * What a new query starts as. Grafana also puts this under every saved query that lacks one of its fields, so it has
   * none that not every query type knows.
   */
  override getDefaultQuery(app: CoreApp): Partial<ApitrailQuery> {
    return { version: QUERY_VERSION, queryType: app === CoreApp.Explore ? 'requests' : 'traffic' };
  }

  override getQueryDisplayText(query: ApitrailQuery): string {
    return queryText(query);
  }

  override async getTagKeys(_options?: DataSourceGetTagKeysOptions<ApitrailQuery>): Promise<MetricFindValue[]> {
    const keys = await this.resources.keys(this.defaultDataset);
    return keys.map(({ key, group }) => ({ text: key, value: key, group }));
  }

  override async getTagValues(options: DataSourceGetTagValuesOptions<ApitrailQuery>): Promise<MetricFindValue[]> {
    const { from, to } = options.timeRange ?? getDefaultTimeRange();
    const values = await this.resources.values({
      from: from.valueOf(),
      to: to.valueOf(),
      key: options.key,
      filters: fromAdHocFilters(options.filters?.filter((filter) => filter.key !== options.key)),
      ...(this.defaultDataset ? { dataset: this.defaultDataset } : {}),
    });
    return values.map(({ value }) => ({ text: value, value }));
  }

  getSupportedSupplementaryQueryTypes(): SupplementaryQueryType[] {
    return [SupplementaryQueryType.LogsVolume];
  }

  getSupplementaryQuery({ type }: SupplementaryQueryOptions, query: ApitrailQuery): ApitrailQuery | undefined {
    return type === SupplementaryQueryType.LogsVolume ? volumeQuery(forApp(query, CoreApp.Explore)) : undefined;
  }

  getSupplementaryRequest(
    type: SupplementaryQueryType,
    request: DataQueryRequest<ApitrailQuery>
  ): DataQueryRequest<ApitrailQuery> | undefined {
    const targets = request.targets.flatMap((query) => this.getSupplementaryQuery({ type }, query) ?? []);
    return targets.length > 0 ? { ...request, targets } : undefined;
  }

  /** Requests of the same customer before or after one. Throws what the companion refuses with. */
  async getLogRowContext(
    row: LogRowModel,
    options?: LogRowContextOptions,
    query?: ApitrailQuery
  ): Promise<DataQueryResponse> {
    if (!query || !isRequests(query)) {
      return { data: [] };
    }
    const response = await lastValueFrom(this.query(contextRequest(row, contextQuery(row, query, options), options)));
    const failure = response.errors?.[0];
    if (failure) {
      throw new Error(failure.message ?? 'The requests around this one could not be read.');
    }
    return response;
  }

  async getLogRowContextQuery(
    row: LogRowModel,
    options?: LogRowContextOptions,
    query?: ApitrailQuery
  ): Promise<ApitrailQuery | null> {
    return query && isRequests(query) ? contextQuery(row, query, options) : null;
  }

  toggleQueryFilter(query: ApitrailQuery, filter: ToggleFilterAction): ApitrailQuery {
    return toggleQueryFilter(query, filter);
  }

  queryHasFilter(query: ApitrailQuery, filter: QueryFilterOptions): boolean {
    return queryHasFilter(query, filter);
  }

  modifyQuery(query: ApitrailQuery, action: QueryFixAction): ApitrailQuery {
    return modifyQuery(query, action);
  }

  getSupportedQueryModifications(): string[] {
    return [...QUERY_MODIFICATIONS];
  }

  #resolve(query: ApitrailQuery, scopedVars: ScopedVars, adHocFilters?: AdHocVariableFilter[]): ApitrailQuery {
    const templateSrv = this.#templateSrv ?? getTemplateSrv();
    const migrated = { ...migrateQuery(query), ...keyField(query) } as ApitrailQuery;
    const resolved = interpolateQuery(migrated, templateSrv.replace.bind(templateSrv), scopedVars);
    const added = fromAdHocFilters(adHocFilters);
    return added.length === 0 ? resolved : { ...resolved, filters: [...(resolved.filters ?? []), ...added] };
  }
}

function isRequests(query: ApitrailQuery): query is ApitrailQueryOf<'requests'> {
  return query.queryType === 'requests';
}

/** The key of a `values` query: as the editor saves it, or, in a query written by hand, the contract's own field. */
function keyOf(query: WithOptionalKey): string | undefined {
  if (query.keyName) {
    return query.keyName;
  }
  return typeof query.key === 'string' && parseKey(query.key) ? query.key : undefined;
}

function keyField(query: ApitrailQuery): WithOptionalKey {
  return query.queryType === 'values' ? { keyName: keyOf(query) } : {};
}
