import type { DataSourceInstanceSettings } from '@grafana/data';

import { ApitrailDataSource } from '../apitrail-data-source';
import type { ApitrailOptions } from '../types';
import { templateSrvWith, type TestVariable } from './template-srv';

/** The real data source, with fixed dashboard variables. */
export function dataSourceWith(
  variables: Record<string, TestVariable> = {},
  jsonData: ApitrailOptions = {}
): ApitrailDataSource {
  const settings = {
    id: 1,
    uid: 'apitrail',
    type: 'apitrail-requests-datasource',
    name: 'Apitrail',
    jsonData,
    meta: { id: 'apitrail-requests-datasource' },
  } as unknown as DataSourceInstanceSettings<ApitrailOptions>;
  return new ApitrailDataSource(settings, templateSrvWith(variables));
}
