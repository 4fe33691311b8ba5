import { filtersSchema } from '@apitrail/contract';

import { fromAdHocFilters } from './ad-hoc-filters';

it('keeps each operator with the values it takes, as the contract has them', () => {
  const filters = fromAdHocFilters([
    { key: 'route', operator: '=', value: '/a' },
    { key: 'route', operator: '!=|', value: '/a', values: ['/a', '/b'] },
    { key: 'path', operator: '=~', value: '^/a' },
    { key: 'customer', operator: 'exists', value: '' },
  ]);
  expect(filters).toEqual([
    { key: 'route', operator: '=', value: '/a' },
    { key: 'route', operator: '!=|', values: ['/a', '/b'] },
    { key: 'path', operator: '=~', value: '^/a' },
    { key: 'customer', operator: 'exists' },
  ]);
  expect(filtersSchema.parse(filters)).toEqual(filters);
});

it('takes the one value where Grafana gives no list', () => {
  expect(fromAdHocFilters([{ key: 'route', operator: '=|', value: '/a' }])).toEqual([
    { key: 'route', operator: '=|', values: ['/a'] },
  ]);
});

it('leaves out a filter that is not finished', () => {
  expect(fromAdHocFilters([{ key: '', operator: '=', value: '' }])).toEqual([]);
});
