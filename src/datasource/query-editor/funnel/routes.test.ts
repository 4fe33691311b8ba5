import type { Filter } from '@apitrail/contract';

import { joinFilters, nameOfRoutes, routeOf, routeText, splitFilters } from './routes';

const equals = (key: string, value: string): Filter => ({ key, operator: '=', value });

describe('endpoints of a step', () => {
  it.each([
    ['GET /cart', { method: 'GET', route: '/cart' }],
    ['/cart', { route: '/cart' }],
    ['post /cart/items', { method: 'POST', route: '/cart/items' }],
    ['GET /cart (shop)', { service: 'shop', method: 'GET', route: '/cart' }],
    ['$route', { route: '$route' }],
  ])('reads %s', (text, route) => {
    expect(routeOf(text)).toEqual(route);
  });

  it('is written as it is read', () => {
    const route = { service: 'shop', method: 'GET', route: '/a/{id}' };
    expect(routeOf(routeText(route))).toEqual(route);
  });

  it('are none of a blank text', () => {
    expect(routeOf('  ')).toBeUndefined();
  });

  it('are told from other filters, whatever their order', () => {
    const plan = equals('attributes.plan', 'pro');
    expect(splitFilters([plan, equals('route', '/cart'), equals('method', 'GET')])).toEqual({
      routes: [{ method: 'GET', route: '/cart' }],
      rest: [plan],
    });
  });

  it('come from a group of which any will do', () => {
    const rest = [equals('status', '200')];
    const routes = [{ method: 'GET', route: '/a' }, { route: '/b' }];
    const filters = joinFilters({ routes, rest });
    expect(filters).toEqual([
      { any: [{ all: [equals('method', 'GET'), equals('route', '/a')] }, equals('route', '/b')] },
      ...rest,
    ]);
    expect(splitFilters(filters)).toEqual({ routes, rest });
  });

  it.each<[string, Filter[]]>([
    ['a pattern', [{ key: 'route', operator: '=~', value: '/a' }]],
    ['a group with another condition', [{ any: [equals('route', '/a'), equals('status', '500')] }]],
    ['two routes that would both have to hold', [equals('route', '/a'), equals('route', '/b')]],
    ['a method alone', [equals('method', 'GET')]],
    ['a value that was not chosen yet', [equals('route', '')]],
  ])('are not made of %s', (_, filters) => {
    expect(splitFilters(filters)).toEqual({ routes: [], rest: filters });
  });

  it('name a step, as long as the contract lets it be', () => {
    expect(nameOfRoutes([{ route: '/a' }, { method: 'PUT', route: '/b' }])).toBe('/a or PUT /b');
    expect(nameOfRoutes([{ route: `/${'a'.repeat(300)}` }])).toHaveLength(200);
  });
});
