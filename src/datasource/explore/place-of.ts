import type { ApitrailQuery } from '../types';

/** What a query that goes with another one asks of the same place: its data source, dataset and time zone. */
export function placeOf({
  datasource,
  version,
  dataset,
  timezone,
}: ApitrailQuery): Pick<ApitrailQuery, 'datasource' | 'version' | 'dataset' | 'timezone'> {
  return {
    ...(datasource ? { datasource } : {}),
    ...(version === undefined ? {} : { version }),
    ...(dataset ? { dataset } : {}),
    ...(timezone ? { timezone } : {}),
  };
}
