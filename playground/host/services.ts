import {
  type DataSourceApi,
  type DataSourceInstanceSettings,
  type DataSourcePluginMeta,
  PluginType,
} from '@grafana/data';
import {
  type DataSourceSrv,
  setBackendSrv,
  setDataSourceSrv,
  setGrafanaLiveSrv,
  setTemplateSrv,
} from '@grafana/runtime';

import { ApitrailDataSource } from '../../src/datasource/apitrail-data-source';
import pluginJson from '../../src/datasource/plugin.json';
import type { ApitrailOptions } from '../../src/datasource/types';
import { PlaygroundBackendSrv } from './backend-srv';
import { PlaygroundLiveSrv } from './live-srv';
import { PlaygroundTemplateSrv } from './template-srv';

export const DATASOURCE_UID = 'apitrail';

const settings: DataSourceInstanceSettings<ApitrailOptions> = {
  id: 1,
  uid: DATASOURCE_UID,
  name: 'Apitrail',
  type: pluginJson.id,
  access: 'proxy',
  readOnly: true,
  jsonData: {},
  meta: { ...pluginJson, type: PluginType.datasource, module: '', baseUrl: '' } as unknown as DataSourcePluginMeta,
};

/** Puts what Grafana gives plugins in its place, and the data source that Grafana would load. */
export function startServices(): ApitrailDataSource {
  setBackendSrv(new PlaygroundBackendSrv());
  setTemplateSrv(new PlaygroundTemplateSrv());
  setGrafanaLiveSrv(new PlaygroundLiveSrv());
  const dataSource = new ApitrailDataSource(settings);
  const srv: DataSourceSrv = {
    get: () => Promise.resolve(dataSource as unknown as DataSourceApi),
    getList: () => [settings],
    getInstanceSettings: () => settings,
    reload: () => Promise.resolve(),
    registerRuntimeDataSource: () => {
      throw new Error('The playground has one data source.');
    },
  };
  setDataSourceSrv(srv);
  return dataSource;
}
