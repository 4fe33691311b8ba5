import { parseQuery, type PathsFunnel, type PathsMarker } from '@apitrail/contract';

import { pathsMarker } from '../test-utils/paths-frames';
import { durationText } from './duration-text';
import { funnelFromPath } from './funnel-from-path';

const route = (value: string) => ({ key: 'route', operator: '=' as const, value });
const method = (value: string) => ({ key: 'method', operator: '=' as const, value });

function path(marker: PathsMarker, ...names: Array<[number, string]>) {
  return names.map(([step, name]) => marker.nodes.find((node) => node.step === step && node.name === name)!);
}
const FULL: Array<[number, string]> = [
  [0, 'GET /products'],
  [1, 'GET /products/{id}'],
  [2, 'POST /cart'],
];

it('has a step for each request of the path, of the same units and filters', () => {
  const marker = pathsMarker();
  const funnel = funnelFromPath(path(marker, ...FULL), marker);
  expect(funnel).toEqual({
    queryType: 'funnel',
    version: 1,
    filters: marker.filters,
    unit: 'customer',
    identity: 'session',
    window: '1h',
    successOnly: false,
    steps: [
      { name: 'GET /products', filters: [route('/products'), method('GET'), route('/products')] },
      { name: 'GET /products/{id}', filters: [method('GET'), route('/products/{id}')] },
      { name: 'POST /cart', filters: [method('POST'), route('/cart')] },
    ],
  });
});

it('is a query that the companion takes', () => {
  const marker = pathsMarker();
  const result = parseQuery({ refId: 'A', ...funnelFromPath(path(marker, ...FULL), marker) });
  expect(result).toMatchObject({ queryType: 'funnel', window: '1h' });
});

it('passes over other requests and ends of paths', () => {
  const marker = pathsMarker();
  const funnel = funnelFromPath(path(marker, [0, 'GET /products'], [1, '{other}'], [2, '{open}']), marker);
  expect(funnel.steps.map(({ name }) => name)).toEqual(['GET /products']);
});

it('counts every attempt where paths were counted more than once per unit', () => {
  const marker = pathsMarker({ counting: 'transitions' });
  expect(funnelFromPath(path(marker, ...FULL), marker).counting).toBe('total');
});

it('asks the data that the paths are of', () => {
  const marker = pathsMarker({ dataset: 'partner' });
  expect(funnelFromPath(path(marker, ...FULL), marker).dataset).toBe('partner');
});

it('filters for what has no value', () => {
  const marker = pathsMarker({ nodes: [{ step: 1, name: '(none)', keys: { route: null }, value: 1, requests: 1 }] });
  expect(funnelFromPath(marker.nodes, marker).steps[0].filters).toEqual([{ key: 'route', operator: '!exists' }]);
});

describe('of paths that are anchored on a step of a funnel', () => {
  const funnel = {
    steps: [
      { name: 'Search', filters: [route('/search')] },
      { name: 'Products', filters: [route('/products')] },
      { name: 'Pay', filters: [route('/pay')] },
    ],
    window: '3h',
    step: 2,
    outcome: 'converted',
  } as unknown as PathsFunnel;

  it('begins with the steps up to there', () => {
    const marker = pathsMarker({ anchor: [], funnel });
    const { steps, window } = funnelFromPath(path(marker, ...FULL), marker);
    expect(steps.map(({ name }) => name)).toEqual(['Search', 'GET /products', 'GET /products/{id}', 'POST /cart']);
    expect(steps[1].filters).toEqual([route('/products'), method('GET'), route('/products')]);
    expect(window).toBe('270m');
  });

  it('ends with that step, before it', () => {
    const marker = pathsMarker({ anchor: [], funnel, direction: 'before' });
    const { steps } = funnelFromPath(path(marker, [1, 'GET /search'], [0, 'GET /products']), marker);
    expect(steps.map(({ name }) => name)).toEqual(['GET /search', 'GET /products']);
    expect(steps[1].filters).toContainEqual(route('/products'));
  });

  it('is the path alone where they dropped', () => {
    const marker = pathsMarker({ anchor: [], funnel: { ...funnel, outcome: 'dropped' } });
    expect(funnelFromPath(path(marker, ...FULL), marker).steps).toHaveLength(3);
  });
});

it.each([
  [1_800_000, '30m'],
  [86_400_000, '1d'],
  [5_400_000, '90m'],
  [1500, '1500ms'],
])('%d ms are %s', (ms, expected) => {
  expect(durationText(ms)).toBe(expected);
});
