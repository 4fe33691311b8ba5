import { getDataSourceSrv } from '@grafana/runtime';
import { type DataSourceRef } from '@grafana/schema';

import { type Resources } from '../../datasource/resources';

/** Lets the data source ask anew which cohorts there are: filters offer a new one at once, and a deleted one no more. */
export async function forgetCohorts(datasource: DataSourceRef): Promise<void> {
  try {
    const { resources } = (await getDataSourceSrv().get(datasource)) as { resources?: Pick<Resources, 'forget'> };
    resources?.forget();
  } catch {
    // Filters offer it a minute later.
  }
}
