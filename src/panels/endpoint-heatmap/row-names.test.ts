import { labelColumns, rowNames, sharedPrefix, shortName, wantedLabelWidth } from './row-names';

const measure = (text: string) => text.length * 6;
const row = (service: string | null, method: string, route: string) => ({
  label: `${service} ${method} ${route}`,
  keys: { service, method, route },
  other: false,
  total: 1,
});

describe('rowNames', () => {
  it('tells method, route and service apart', () => {
    const [a, b] = rowNames([row('cart', 'GET', '/a'), row('shop', 'POST', '/b')]);
    expect(a).toMatchObject({ method: 'GET', main: '/a', context: 'cart' });
    expect(b).toMatchObject({ method: 'POST', main: '/b', context: 'shop' });
  });

  it('leaves out a service that is the same everywhere', () => {
    expect(rowNames([row('cart', 'GET', '/a'), row('cart', 'GET', '/b')])[0].context).toBeUndefined();
  });

  it('reads a method from the label of other sources', () => {
    const [a, b] = rowNames([
      { label: 'PUT /x', other: false, total: 1 },
      { label: 'Some thing', other: false, total: 1 },
    ]);
    expect(a).toMatchObject({ method: 'PUT', main: '/x' });
    expect(b.method).toBeUndefined();
    expect(b.main).toBe('Some thing');
  });
});

describe('sharedPrefix', () => {
  it.each([
    [['/api/v1/a', '/api/v1/b', '/api/v1/b/c'], '/api/v1'],
    [['/api/v1/a', '/api/v2/b', '/api/v3/c'], '/api'],
    [['/a', '/b'], ''],
    [['/only/one'], ''],
    [[], ''],
    [['/api/a', '/api/b', '/health'], '/api'],
  ])('of %j is %j', (paths, expected) => {
    expect(sharedPrefix(paths)).toBe(expected);
  });
});

describe('labelColumns', () => {
  const names = rowNames([
    row('catalog', 'GET', '/api/v1/products/{id}'),
    row('checkout', 'DELETE', '/api/v1/carts/{id}'),
  ]);

  it('shows all columns when there is room', () => {
    const columns = labelColumns(names, wantedLabelWidth(names, measure), measure);
    expect(columns).toEqual({ context: 48, method: 36, main: 126 });
  });

  it('drops the service before it cuts the route short', () => {
    expect(labelColumns(names, 150, measure).context).toBe(0);
  });

  it('keeps the service where rows differ in nothing else', () => {
    const same = rowNames([row('a-service', 'GET', '/x'), row('b-service', 'GET', '/x')]);
    expect(labelColumns(same, 120, measure).context).toBeGreaterThan(0);
  });
});

describe('shortName', () => {
  const name = { main: '/api/v1/carts/{cartId}/items/{itemId}', shared: '/api/v1' };

  it.each([
    [300, '/api/v1/carts/{cartId}/items/{itemId}'],
    [200, '…/carts/{cartId}/items/{itemId}'],
    [110, '…/items/{itemId}'],
    [70, '…/{itemId}'],
  ])('in %d pixels', (width, expected) => {
    expect(shortName(name, width, measure)).toBe(expected);
    expect(measure(expected)).toBeLessThanOrEqual(width);
  });
});
