import { type DataQueryRequest, dateTime } from '@grafana/data';
import { METRICS, parseQuery } from '@apitrail/contract';
import { lastValueFrom } from 'rxjs';

import { answerWith } from '../testing/backend';
import { dataSourceWith } from '../testing/data-source';
import type { ApitrailVariableQuery } from '../types';
import type { ApitrailVariableSupport } from './variable-support';

function ask(query: Partial<ApitrailVariableQuery>, variables = {}) {
  const dataSource = dataSourceWith(variables);
  const range = { from: dateTime(0), to: dateTime(1000), raw: { from: '', to: '' } };
  const request = { targets: [{ refId: 'variable', ...query }], range, scopedVars: {}, timezone: 'utc' };
  const support = dataSource.variables as unknown as ApitrailVariableSupport;
  return lastValueFrom(support.query(request as unknown as DataQueryRequest<ApitrailVariableQuery>));
}

it('lists the values of a key, those without one left out', async () => {
  const asked = answerWith(() => ({
    results: {
      variable: {
        status: 200,
        frames: [
          {
            schema: {
              fields: [
                { name: 'value', type: 'string' },
                { name: 'requests', type: 'number' },
              ],
            },
            data: {
              values: [
                ['cart', null, '404'],
                [9, 5, 1],
              ],
            },
          },
        ],
      },
    },
  }));
  const { data } = await ask(
    { keyName: 'service', filters: [{ key: 'environment', operator: '=', value: '$env' }], limit: 50 },
    { env: { value: ['production', 'sample'], multi: true } }
  );
  expect(data).toEqual([
    { text: 'cart', value: 'cart' },
    { text: '404', value: '404' },
  ]);
  expect(parseQuery(asked[0].data.queries[0])).toMatchObject({
    queryType: 'values',
    key: 'service',
    limit: 50,
    filters: [{ key: 'environment', operator: '=|', values: ['production', 'sample'] }],
  });
});

it('asks nothing while there is no key', async () => {
  const asked = answerWith(() => ({ results: {} }));
  expect((await ask({ kind: 'values' })).data).toEqual([]);
  expect(asked).toEqual([]);
});

it('lists metrics by name', async () => {
  const { data } = await ask({ kind: 'metrics' });
  expect(data).toHaveLength(METRICS.length);
  expect(data).toContainEqual({ text: 'p95 latency', value: 'p95' });
});

it('lists keys and datasets of the companion', async () => {
  answerWith(({ url }) =>
    url.endsWith('keys') ? [{ key: 'route', type: 'string', description: '', group: 'Record' }] : [{ name: 'requests' }]
  );
  expect((await ask({ kind: 'keys' })).data).toEqual([{ text: 'route', value: 'route' }]);
  expect((await ask({ kind: 'datasets' })).data).toEqual([{ text: 'requests', value: 'requests' }]);
});
