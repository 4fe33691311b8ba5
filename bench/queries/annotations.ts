import { rowsOf, type QueryCase } from './case';

const PLACE = 'service, environment';

export const ANNOTATIONS: QueryCase[] = [
  {
    name: 'annotations: deploys seen in the requests',
    query: { queryType: 'annotations', limit: 1000 },
    // Every release of the lake takes the place of the one before at once: its first request is the deploy.
    raw: ({ requests, inRange }) => `SELECT ${PLACE}, service_version, first FROM (
  SELECT ${PLACE}, service_version, epoch_ms(min(time))::DOUBLE AS first
  FROM ${requests} WHERE ${inRange} AND service_version IS NOT NULL GROUP BY ALL
) QUALIFY row_number() OVER (PARTITION BY ${PLACE} ORDER BY first) > 1`,
    answer: ([frame]) => rowsOf(frame, ['service', 'environment', 'service_version', 'time']),
    keys: 3,
  },
];
