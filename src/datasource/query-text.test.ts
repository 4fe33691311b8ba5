import { queryText } from './query-text';
import type { ApitrailQuery } from './types';

it.each([
  [{ queryType: 'traffic', metrics: ['p95'], groupBy: ['service'] }, 'traffic p95 by service'],
  [{ queryType: 'errors', timeShift: '1w' }, 'errors compared with 1w earlier'],
  [{ queryType: 'errors', timeShift: 'none' }, 'errors'],
  [{ queryType: 'values', keyName: 'route', dataset: 'gateway' }, 'values route in gateway'],
  [{ queryType: 'funnel', steps: [{ name: 'See' }, { name: 'Pay' }] }, 'funnel See → Pay'],
  [
    { queryType: 'paths', direction: 'before', anchor: [{ key: 'route', operator: '=', value: '/pay' }] },
    'paths before route = /pay',
  ],
  [
    { queryType: 'retention', start: [{ key: 'route', operator: '=', value: '/signup' }] },
    'retention starting where route = /signup',
  ],
  [{ queryType: 'annotations', kind: ['deploy'], tags: ['a', 'b'] }, 'annotations deploy tagged a, b'],
  [{ queryType: 'sql', sql: 'SELECT 1\n  FROM requests\n' }, 'sql SELECT 1 FROM requests'],
  [{ queryType: 'heatmap', metric: 'errors', y: 'latency' }, 'heatmap errors by latency'],
  [
    {
      queryType: 'requests',
      search: 'timeout',
      filters: [
        { key: 'status', operator: '>=', value: '500' },
        {
          any: [
            { key: 'service', operator: '=|', values: ['a', 'b'] },
            { key: 'customer', operator: 'exists' },
          ],
        },
      ],
    },
    'requests where status >= 500 and (service =| a, b or customer exists) containing timeout',
  ],
])('says what %j asks', (query, text) => {
  expect(queryText(query as unknown as ApitrailQuery)).toBe(text);
});
