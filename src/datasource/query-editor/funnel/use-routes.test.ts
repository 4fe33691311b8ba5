import { FieldType, toDataFrame } from '@grafana/data';

import { seenRoutes } from './use-routes';

function endpoints(rows: Array<[string | null, string | null, string | null, number]>) {
  return toDataFrame({
    fields: ['service', 'method', 'route', 'requests'].map((name, at) => ({
      name,
      type: at < 3 ? FieldType.string : FieldType.number,
      values: rows.map((row) => row[at]),
    })),
  });
}

it('lists endpoints by how often they were asked, whichever service has them', () => {
  const seen = seenRoutes(
    endpoints([
      ['shop', 'GET', '/a', 5],
      ['pay', 'POST', '/b', 9],
      ['{other}', '{other}', '{other}', 50],
    ])
  );
  expect(seen.map(({ route, requests }) => [route, requests])).toEqual([
    [{ method: 'POST', route: '/b' }, 9],
    [{ method: 'GET', route: '/a' }, 5],
  ]);
});

it('offers one that several services have also with each of them', () => {
  const seen = seenRoutes(
    endpoints([
      ['shop', 'GET', '/health', 5],
      ['pay', 'GET', '/health', 2],
    ])
  );
  expect(seen.map(({ route, requests }) => [route, requests])).toEqual([
    [{ method: 'GET', route: '/health' }, 7],
    [{ service: 'shop', method: 'GET', route: '/health' }, 5],
    [{ service: 'pay', method: 'GET', route: '/health' }, 2],
  ]);
});

it('takes what has no method as it is', () => {
  expect(seenRoutes(endpoints([[null, null, '/a', 1]]))).toMatchObject([{ route: { route: '/a' }, services: [] }]);
});
