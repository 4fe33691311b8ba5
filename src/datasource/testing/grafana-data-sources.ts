import type { DataSourceInstanceSettings } from '@grafana/data';
import { type DataSourceSrv, setDataSourceSrv } from '@grafana/runtime';

/** Stands where Grafana's list of data sources is. */
export function haveDataSources(...settings: Array<Pick<DataSourceInstanceSettings, 'uid' | 'name' | 'type'>>): void {
  const all = settings.map((known) => ({ ...known, meta: { info: { logos: { small: '' } } } }));
  setDataSourceSrv({
    getList: () => all,
    getInstanceSettings: (uid: string) => all.find((known) => known.uid === uid),
  } as unknown as DataSourceSrv);
}
