import {
  CustomVariableSupport,
  type DataFrame,
  type DataQueryRequest,
  type DataQueryResponse,
  type MetricFindValue,
} from '@grafana/data';
import { METRICS } from '@apitrail/contract';
import { from, map, type Observable } from 'rxjs';

import type { ApitrailDataSource } from '../apitrail-data-source';
import type { ApitrailQuery, ApitrailVariableQuery } from '../types';
import { VariableEditor } from './VariableEditor';

/** Values of a key, or names of keys, metrics or datasets, as values of a dashboard variable. */
export class ApitrailVariableSupport extends CustomVariableSupport<ApitrailDataSource, ApitrailVariableQuery> {
  readonly editor = VariableEditor;
  readonly #dataSource: ApitrailDataSource;

  constructor(dataSource: ApitrailDataSource) {
    super();
    this.#dataSource = dataSource;
  }

  override query(request: DataQueryRequest<ApitrailVariableQuery>): Observable<DataQueryResponse> {
    const query = request.targets[0];
    return query === undefined ? from([{ data: [] }]) : this.#answer(query, request);
  }

  #answer(
    query: ApitrailVariableQuery,
    request: DataQueryRequest<ApitrailVariableQuery>
  ): Observable<DataQueryResponse> {
    const { resources } = this.#dataSource;
    switch (query.kind ?? 'values') {
      case 'metrics':
        return from([{ data: METRICS.map(({ name, displayName }) => ({ text: displayName, value: name })) }]);
      case 'keys':
        return from(resources.keys(query.dataset || this.#dataSource.defaultDataset)).pipe(
          map((keys) => ({ data: keys.map(({ key }) => ({ text: key, value: key })) }))
        );
      case 'datasets':
        return from(resources.datasets()).pipe(
          map((datasets) => ({ data: datasets.map(({ name }) => ({ text: name, value: name })) }))
        );
      case 'values':
        return this.#values(query, request);
    }
  }

  #values(
    query: ApitrailVariableQuery,
    request: DataQueryRequest<ApitrailVariableQuery>
  ): Observable<DataQueryResponse> {
    const { keyName, filters, dataset, search, limit } = query;
    const target = {
      refId: query.refId || 'variable',
      queryType: 'values',
      keyName,
      ...(filters ? { filters } : {}),
      ...(dataset ? { dataset } : {}),
      ...(search ? { search } : {}),
      ...(limit ? { limit } : {}),
    } as ApitrailQuery;
    if (!this.#dataSource.filterQuery(target)) {
      return from([{ data: [] }]);
    }
    return this.#dataSource
      .query({ ...request, targets: [target] })
      .pipe(map((response) => ({ ...response, data: response.data.flatMap(toValues) })));
  }
}

function toValues(frame: DataFrame): MetricFindValue[] {
  const values: unknown[] = frame.fields.find((field) => field.name === 'value')?.values ?? [];
  return values
    .filter((value) => value !== null && value !== undefined)
    .map((value) => ({ text: String(value), value: String(value) }));
}
