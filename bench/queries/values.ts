import { rowsOf, type QueryCase, type RawContext } from './case';

function values({ requests, inRange }: RawContext, key: string, having = 'TRUE'): string {
  return `SELECT value, requests::DOUBLE FROM (
  SELECT ${key} AS value, count(*) AS requests FROM ${requests} WHERE ${inRange} AND ${key} IS NOT NULL GROUP BY 1
) WHERE ${having} ORDER BY requests DESC, value LIMIT 200`;
}

const answer: QueryCase['answer'] = ([frame]) => rowsOf(frame, ['value', 'requests']);

export const VALUES: QueryCase[] = [
  {
    name: 'values: routes',
    query: { queryType: 'values', key: 'route' },
    raw: (context) => values(context, 'route'),
    answer,
    keys: 0,
  },
  {
    name: 'values: customers that contain a text',
    query: { queryType: 'values', key: 'customer', search: 'u0' },
    raw: (context) => values(context, 'customer', `contains(lower(value), 'u0')`),
    answer,
    keys: 0,
  },
];
