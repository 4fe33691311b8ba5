import type { DeclaredDocument, DeclaredRoute, ParameterHint } from './declared-route';
import { DeclaredRoutes } from './declared-routes';
import { isCostly } from './hints';

type Given = string | [string, { methods?: string[]; parameters?: Record<string, ParameterHint> }];

const routesOf = (given: readonly Given[]): DeclaredRoute[] =>
  given.map((entry) => {
    const [template, { methods = ['GET'], parameters = {} }] = typeof entry === 'string' ? [entry, {}] : entry;
    return { template, where: 'x', methods: Object.fromEntries(methods.map((name) => [name, {}])), parameters };
  });
const documentOf = (given: readonly Given[], service: string | null = null, name = 'd'): DeclaredDocument => ({
  service,
  name,
  version: 1,
  routes: routesOf(given),
});
const finder = (...given: Given[]) => {
  const routes = new DeclaredRoutes([documentOf(given)]);
  return (path: string, method: string | null = 'GET', status: number | null = 200) =>
    routes.find(null, method, path, status);
};

describe('declared routes', () => {
  it('fit paths of as many segments, whatever the capitals, slashes and encoding', () => {
    const find = finder('/Users/{id}', '/', '/a b');
    expect(
      ['/users/ada', '//USERS/1/', '/%75sers/1?x=1', '/', '', '/a%20b', '/users', '/users/1/2'].map((p) => find(p))
    ).toEqual(['/Users/{id}', '/Users/{id}', '/Users/{id}', '/', '/', '/a b', null, null]);
  });

  it('take text before parameters, from left to right', () => {
    const find = finder('/{kind}/mine', '/users/{id}', '/users/me', '/users/{id}/keys', '/{a}/{b}/keys');
    expect(
      ['/users/me', '/users/7', '/users/mine', '/teams/mine', '/users/me/keys', '/x/y/keys'].map((p) => find(p))
    ).toEqual(['/users/me', '/users/{id}', '/users/{id}', '/{kind}/mine', '/users/{id}/keys', '/{a}/{b}/keys']);
  });

  it('take text around a value before a value, and the more text the better', () => {
    const find = finder('/f/{name}', '/f/{id}.json', '/f/{id}.{ending}', '/f/{id}:cancel');
    expect(['/f/1.json', '/f/1.xml', '/f/1:cancel', '/f/1'].map((p) => find(p))).toEqual([
      '/f/{id}.json',
      '/f/{id}.{ending}',
      '/f/{id}:cancel',
      '/f/{name}',
    ]);
  });

  it('take those with the method before others, GET for HEAD, and any for a method that none has', () => {
    const find = finder(['/u/me', { methods: ['PUT'] }], ['/u/{id}', { methods: ['GET', 'DELETE'] }]);
    expect([find('/u/me'), find('/u/me', 'HEAD'), find('/u/me', 'put')]).toEqual(['/u/{id}', '/u/{id}', '/u/me']);
    expect([find('/u/me', 'OPTIONS'), find('/u/me', null)]).toEqual(['/u/me', '/u/me']);
  });

  it('are told apart by what is known of their values, and refuse no other value', () => {
    const find = finder(
      '/i/{any}',
      ['/i/{id}', { parameters: { id: { type: 'integer' } } }],
      ['/i/{uid}', { parameters: { uid: { format: 'uuid' } } }],
      ['/i/{kind}', { parameters: { kind: { enum: ['new', 'old stock'] } } }],
      ['/o/{code}', { parameters: { code: { pattern: '^[A-Z]{3}$' } } }]
    );
    expect(
      ['/i/12', '/i/old%20stock', '/i/8b8bd1cd-98c6-4c60-8a38-3a8ca0bb1d86', '/i/x', '/o/no'].map((p) => find(p))
    ).toEqual(['/i/{id}', '/i/{kind}', '/i/{uid}', '/i/{any}', '/o/{code}']);
  });

  it('are not given to a 404 for a value of another kind, which is nothing of the API', () => {
    const find = finder(['/i/{id}', { parameters: { id: { type: 'integer' } } }]);
    expect([find('/i/x', 'GET', 404), find('/i/x', 'GET', 400), find('/i/7', 'GET', 404)]).toEqual([
      null,
      '/i/{id}',
      '/i/{id}',
    ]);
  });

  it('take several segments where a parameter may have slashes, and nothing fits better', () => {
    const parameters = { path: { slashes: true as const } };
    const find = finder(
      ['/c/{path}', { parameters }],
      ['/v2/{path}/tags', { parameters }],
      ['/v2/{path}/tags/{tag}', { parameters }],
      '/c/{a}/raw',
      ['/b/{path}', { parameters }],
      ['/b/{path}/rules/{rule}', { parameters }]
    );
    expect(find('/b/fix/one/rules/7')).toBe('/b/{path}/rules/{rule}');
    expect(find('/b/fix/one')).toBe('/b/{path}');
    expect(['/c/a', '/c/a/b/c', '/c/a/raw', '/v2/x/y/tags', '/v2/x/tags/1', '/v2/tags'].map((p) => find(p))).toEqual([
      '/c/{path}',
      '/c/{path}',
      '/c/{a}/raw',
      '/v2/{path}/tags',
      '/v2/{path}/tags/{tag}',
      null,
    ]);
  });

  it('of the service go before those for all services, and other services do not see them', () => {
    const routes = new DeclaredRoutes([documentOf(['/{any}', '/b']), documentOf(['/{own}'], 'shop', 'own')]);
    expect(routes.find('shop', 'GET', '/b', 200)).toBe('/{own}');
    expect([routes.find('mail', 'GET', '/b', 200), routes.find(null, 'GET', '/c', 200)]).toEqual(['/b', '/{any}']);
  });

  it('end, whatever the template and the path', () => {
    const parameters = Object.fromEntries(['a', 'b', 'c', 'd', 'e', 'f'].map((n) => [n, { slashes: true as const }]));
    const find = finder(['/{a}/{b}/{c}/{d}/{e}/{f}/end', { parameters }]);
    expect(find(`/${'x/'.repeat(23)}`)).toBeNull();
  });
});

it.each([
  ['^[a-z0-9-]+$', false],
  ['^(?:[a-z]{2}|[0-9]{3})-\\d+$', false],
  ['^[a-z]+(?:-[a-z]{1,8})?$', false],
  ['^(a+)+$', true],
  ['^(?:[a-z]+-?)*$', true],
  ['^(a|aa)+$', true],
  ['^((ab)*c)*$', true],
  ['(.)\\1+', true],
  ['a*b*c*d*e*f*', true],
])('the pattern %s is costly: %s', (pattern, costly) => {
  expect(isCostly(pattern)).toBe(costly);
});
