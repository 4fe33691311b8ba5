import { FieldType, toDataFrame } from '@grafana/data';
import { parseQuery, type PathNode } from '@apitrail/contract';

import type { ApitrailQueryOf } from '../../types';
import { newStep, stepOf } from './steps';
import { suggestionsOf, suggestionsQuery } from './suggestions';
import { topPaths } from './top-paths';

const see = stepOf({ method: 'GET', route: '/a' });
const buy = stepOf({ method: 'POST', route: '/b' });
const pay = stepOf({ method: 'POST', route: '/c' });
const funnel = (fields: Partial<ApitrailQueryOf<'funnel'>>): ApitrailQueryOf<'funnel'> => ({
  refId: 'A',
  queryType: 'funnel',
  version: 1,
  steps: [see, buy, pay],
  ...fields,
});

/** A frame of paths as the companion answers it. */
function paths(nodes: PathNode[], links: Array<[number, string, string, number, number, number]>, direction = 'after') {
  const column = (name: string, at: number) => ({
    name,
    type: at === 1 || at === 2 ? FieldType.string : FieldType.number,
    values: links.map((link) => link[at]),
  });
  return toDataFrame({
    meta: { custom: { apitrail: { queryType: 'paths', direction, nodes, paths: 100 } } },
    fields: ['step', 'source', 'target', 'value', 'share', 'median_ms'].map(column),
  });
}

const node = (step: number, method: string, route: string, value: number): PathNode => ({
  step,
  name: `${method} ${route}`,
  keys: { method, route },
  value,
  requests: value,
});

describe('where suggestions come from', () => {
  it('is the step before the place, of who reached it in the funnel so far', () => {
    const query = suggestionsQuery(funnel({ window: '2h', order: 'strict', unit: 'session' }), 2)!;
    expect(parseQuery(query)).toMatchObject({
      queryType: 'paths',
      unit: 'session',
      direction: 'after',
      sessionGap: '2h',
      funnel: { steps: [{ name: 'GET /a' }, { name: 'POST /b' }], step: 2, outcome: 'converted', order: 'strict' },
    });
  });

  it('is the request itself after one step, and only where it succeeded', () => {
    expect(parseQuery(suggestionsQuery(funnel({}), 1)!)).toMatchObject({
      anchor: [...(see.filters as []), { key: 'status', operator: '<', value: '400' }],
    });
    expect(parseQuery(suggestionsQuery(funnel({ successOnly: false }), 1)!)).toMatchObject({ anchor: see.filters });
  });

  it('is what came before the first step', () => {
    expect(parseQuery(suggestionsQuery(funnel({}), 0)!)).toMatchObject({ direction: 'before' });
  });

  it('leaves out steps that say nothing yet, and exclusions that reach past the place', () => {
    const exclusions = [{ filters: pay.filters }, { filters: pay.filters, fromStep: 2, toStep: 3 }];
    const query = suggestionsQuery(funnel({ steps: [see, buy, newStep(2)], exclusions }), 3)!;
    expect(parseQuery(query)).toMatchObject({ funnel: { steps: [{}, {}], exclusions: [{ mode: 'cut' }] } });
  });

  it('lets no last step be left out', () => {
    const query = suggestionsQuery(funnel({ steps: [see, { ...buy, optional: true }, pay] }), 2)!;
    expect(() => parseQuery(query)).not.toThrow();
  });

  it('is nothing while no step says anything', () => {
    expect(suggestionsQuery(funnel({ steps: [newStep(0), newStep(1)] }), 2)).toBeUndefined();
    expect(suggestionsQuery(funnel({ steps: [newStep(0), buy] }), 0)).toBeUndefined();
  });
});

describe('what is suggested', () => {
  const frame = paths(
    [
      node(0, 'GET', '/a', 100),
      node(1, 'POST', '/b', 62),
      node(1, 'GET', '/x', 20),
      { step: 1, name: '{other}', kind: 'other', value: 3, requests: 3 },
      { step: 1, name: '{drop_off}', kind: 'drop_off', value: 15, requests: 0 },
      node(2, 'GET', '/x', 40),
      node(2, 'GET', '/a', 30),
    ],
    [
      [0, 'GET /a', 'POST /b', 62, 0.62, 12_000],
      [0, 'GET /a', 'GET /x', 20, 0.2, 500],
    ]
  );

  it('is ordered by how many go there, with the time of the next request', () => {
    expect(suggestionsOf(frame, [see])).toEqual({
      units: 100,
      ends: 0.15,
      steps: [
        { route: { method: 'POST', route: '/b' }, share: 0.62, units: 62, distance: 1, medianMs: 12_000 },
        { route: { method: 'GET', route: '/x' }, share: 0.4, units: 40, distance: 2 },
      ],
    });
  });

  it('is not what the funnel has', () => {
    const routes = suggestionsOf(frame, [see, buy])!.steps.map(({ route }) => route.route);
    expect(routes).toEqual(['/x']);
  });

  it('is nothing where nobody came', () => {
    expect(suggestionsOf(undefined, [see])).toBeUndefined();
  });
});

it('puts paths together from their links, most taken first', () => {
  const frame = paths(
    [
      node(0, 'GET', '/a', 100),
      node(1, 'POST', '/b', 60),
      node(1, 'GET', '/x', 40),
      node(2, 'POST', '/c', 30),
      { step: 2, name: '{drop_off}', kind: 'drop_off', value: 70, requests: 0 },
    ],
    [
      [0, 'GET /a', 'POST /b', 60, 0.6, 1],
      [0, 'GET /a', 'GET /x', 40, 0.4, 1],
      [1, 'POST /b', 'POST /c', 30, 0.5, 1],
      [1, 'POST /b', '{drop_off}', 30, 0.5, 1],
      [1, 'GET /x', '{drop_off}', 40, 1, 1],
    ]
  );
  const found = topPaths(frame)!.paths.map(({ nodes, units }) => [nodes.map(({ name }) => name), units]);
  expect(found).toEqual([
    [['GET /a', 'GET /x'], 40],
    [['GET /a', 'POST /b', 'POST /c'], 30],
    [['GET /a', 'POST /b'], 30],
  ]);
});
