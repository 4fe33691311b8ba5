import { CoreApp } from '@grafana/data';

import type { ApitrailQuery } from '../types';

/** A query as an app of Grafana wants it that says no format: Explore shows requests as log lines. */
export function forApp(query: ApitrailQuery, app: string | undefined): ApitrailQuery {
  return app === CoreApp.Explore && query.queryType === 'requests' && !query.format
    ? { ...query, format: 'logs' }
    : query;
}
