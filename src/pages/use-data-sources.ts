import { getDataSourceSrv } from '@grafana/runtime';
import { useEffect, useState } from 'react';

import dataSourcePlugin from '../datasource/plugin.json';

/** A data source of ours and whether it answers. */
export interface DataSourceState {
  uid: string;
  name: string;
  health: 'checking' | 'ok' | 'error';
  /** What the companion says, or what is wrong and how to mend it. */
  message: string;
}

/** Every data source of ours in this Grafana, asked for its health once. */
export function useDataSources(): DataSourceState[] {
  const [states, setStates] = useState<DataSourceState[]>(() =>
    getDataSourceSrv()
      .getList({ pluginId: dataSourcePlugin.id })
      .map(({ uid, name }) => ({ uid, name, health: 'checking', message: 'Asking the companion…' }))
  );
  const [uids] = useState(() => states.map(({ uid }) => uid));

  useEffect(() => {
    let wanted = true;
    for (const uid of uids) {
      checkHealth(uid).then((health) => {
        if (wanted) {
          setStates((all) => all.map((state) => (state.uid === uid ? { ...state, ...health } : state)));
        }
      });
    }
    return () => {
      wanted = false;
    };
  }, [uids]);

  return states;
}

async function checkHealth(uid: string): Promise<Pick<DataSourceState, 'health' | 'message'>> {
  try {
    const dataSource = await getDataSourceSrv().get(uid);
    const result = await dataSource.testDatasource();
    return { health: result.status === 'success' ? 'ok' : 'error', message: result.message };
  } catch (error) {
    const message = error instanceof Error ? error.message : (error as { data?: { message?: string } })?.data?.message;
    return { health: 'error', message: message || 'The health check failed. The log of Grafana’s server says why.' };
  }
}
