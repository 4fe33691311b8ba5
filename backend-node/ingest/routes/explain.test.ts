import { RouteAssigner } from './assigner';
import { explainRoute, pathOf } from './explain';

const assigner = RouteAssigner.create({
  rules: [
    { match: '/admin/**', route: '/admin/{path}', service: 'mail' },
    { match: '/static/**', route: '/static/{path}' },
    { regex: '^/v(\\d)/x$', route: '/v$1/x' },
  ],
  documents: [
    {
      service: null,
      name: 'Shop',
      version: 2,
      routes: [
        { template: '/users/{id}', where: 'a.yaml:4:3', methods: { GET: {} } },
        { template: '/users/me', where: 'a.yaml:9:3', methods: { GET: {} } },
      ],
    },
  ],
});
assigner.observe(
  Array.from({ length: 40 }, (_, i) => ({ service: 'shop', method: 'GET', path: `/orders/${i}`, status: 200 }))
);
const explain = (path: string, more: { status?: number; route?: string; method?: string } = {}) =>
  explainRoute(assigner, { service: 'shop', method: 'GET', path, status: null, ...more });

describe('why a request has its route', () => {
  it('is the first rule that fits; those before it are named', () => {
    const { route, route_source, why, rules } = explain('/static/a/b.js', { route: '/x' });
    expect([route, route_source, why]).toEqual(['/static/{path}', 'rule', 'rule 2 fits (match: /static/**)']);
    expect(rules.map(({ rule, outcome }) => [rule, outcome])).toEqual([
      [1, 'is for another service'],
      [2, 'fits'],
    ]);
  });

  it('is the sender’s route, else the declared one that fits best', () => {
    expect(explain('/users/me', { route: '/u/:id' })).toMatchObject({ route: '/u/{id}', route_source: 'sender' });
    const found = explain('/users/me');
    expect(found).toMatchObject({ route: '/users/me', route_source: 'openapi' });
    expect(found.why).toBe('no rule fits, and "Shop" declares it (a.yaml:9:3) and goes before /users/{id}');
    expect(found.declared.map(({ template, fits }) => [template, fits])).toEqual([
      ['/users/me', 'text, text'],
      ['/users/{id}', 'text, any value'],
    ]);
    expect(explain('/users/7', { method: 'DELETE' }).why).toContain('though it does not declare DELETE');
  });

  it('is what the classifier knows', () => {
    expect(explain('/orders/99')).toMatchObject({
      route: '/orders/{order}',
      route_source: 'classifier',
      classifier: { known: true, why: 'successful requests had this template' },
    });
    expect(explain('/wp-login.php', { status: 404 })).toMatchObject({
      route: '{unmatched}',
      why: 'no rule fits and no document declares it: no successful request had its template, and this one failed',
    });
  });
});

it.each([
  ['https://api.example.com/users/7?x=1#y', '/users/7'],
  ['//a//b/', '/a/b'],
  ['users/7', '/users/7'],
])('reads the path of %s', (target, path) => {
  expect(pathOf(target)).toBe(path);
});
