import { RouteAssigner, type AssignerOptions, type RouteRow } from './assigner';
import type { DeclaredDocument, ParameterHint } from './declared/declared-route';
import { MADE_UP, numbers, rowsOf } from './score/made-up';

jest.setTimeout(60_000);

/** A rule that fits nothing, but might tell any two paths apart. */
const NEVER = { regex: '^never$', route: '/never' };

/** Rows of made-up APIs, with ids of all kinds and statuses of all kinds, in an order of chance. */
function traffic(count: number): RouteRow[] {
  const next = numbers(5);
  const hex = (length: number) => Array.from({ length }, () => Math.floor(next() * 16).toString(16)).join('');
  const digits = (length: number) => String(Math.floor(next() * 10 ** length));
  const ids = [
    () => digits(3),
    () => digits(6),
    () => hex(24),
    () => hex(9),
    () => hex(8).toUpperCase(),
    () => `${hex(8)}-${hex(4)}-4${hex(3)}-8${hex(3)}-${hex(12)}`,
    () => `inv_${hex(12)}`,
    () => ['latest', 'me', 'deadbeef', '%41da', 'naïve', ' 12345', '12345?x=1', ''][Math.floor(next() * 8)]!,
  ];
  const id = () => ids[Math.floor(next() * ids.length)]!();
  const made = MADE_UP.flatMap((api) => rowsOf(api, count / 6).map((row) => ({ ...row, service: api.name })));
  const others = Array.from({ length: count / 2 }, (_, i): RouteRow => {
    const paths = [
      `/${digits(1)}/orders/${id()}`,
      `/orders/${id()}/items/${id()}`,
      `/api/${digits(2)}/${id()}`,
      `/${id()}`,
    ];
    return {
      service: i % 9 === 0 ? null : `s${i % 2}`,
      method: [null, 'GET', 'POST'][i % 3]!,
      path: i % 50 === 0 ? null : i % 51 === 0 ? '*' : paths[i % 4]!,
      status: [null, 200, 201, 302, 400, 404, 405, 500, 0][Math.floor(next() * 9)]!,
      route: i % 40 === 0 ? '/orders/:id/refunds' : null,
    };
  });
  return [...made, ...others]
    .map((row): [number, RouteRow] => [next(), row])
    .sort(([a], [b]) => a - b)
    .map(([, { service, method, path, status, route }]) => ({ service, method, path, status, route: route ?? null }));
}

/** What an assigner gives rows that it is shown batch by batch, and what it has learned. */
function given(rows: readonly RouteRow[], options: AssignerOptions, batch = 500): unknown {
  const assigner = RouteAssigner.create(options);
  const routes: unknown[] = [];
  for (let at = 0; at < rows.length; at += batch) {
    const shown = rows.slice(at, at + batch).map((row) => ({ ...row }));
    assigner.observe(shown);
    routes.push(...shown.map((row) => assigner.assign(row)));
  }
  return { routes, state: assigner.state() };
}

function documentWith(parameters: Record<string, ParameterHint>): DeclaredDocument {
  const templates = ['/orders/{id}', '/orders/{id}/items/{item}', '/api/{version}/{thing}.json', '/books/{id}'];
  const routes = templates.map((template) => ({ template, where: 'x', methods: { GET: {} }, parameters }));
  return { service: null, name: 'd', version: 1, routes };
}

describe('what is given to paths that are not told apart is what is given when they are', () => {
  const rows = traffic(6000);

  it.each<[string, AssignerOptions]>([
    ['without rules', {}],
    ['with rules', { rules: [{ match: '/orders/{id}/items/**', route: '/lines' }, { match: '/api/3/*' }] }],
    ['with a rule for one id', { rules: [{ match: '/orders/123456' }, { match: '/orders/1{rest}', route: '/one' }] }],
    ['with a rule that takes over what it found', { rules: [{ regex: '^/orders/(.)', route: '/orders/$1' }] }],
    ['with a document', { documents: [documentWith({ id: { type: 'integer' }, item: { format: 'uuid' } })] }],
    ['with a pattern', { documents: [documentWith({ id: { pattern: '^1' }, item: { enum: ['12', 'latest'] } })] }],
  ])('%s', (_, options) => {
    expect(given(rows, options)).toEqual(given(rows, { ...options, rules: [...(options.rules ?? []), NEVER] }));
  });

  it('with more different requests than are known at a time', () => {
    const many = Array.from({ length: 70_000 }, (_, i): RouteRow => {
      return { service: 'api', method: 'GET', path: `/users/name${i % 35_000}/posts`, status: 200 };
    });
    const { routes } = given(many, {}, 10_000) as { routes: Array<{ route: string }> };
    expect(new Set(routes.slice(10_000).map(({ route }) => route))).toEqual(new Set(['/users/{user}/posts']));
  });
});

describe('a route that a sender declares', () => {
  const get = (path: string, route: string | null = null): RouteRow => ({
    ...{ service: 'api', method: 'GET', path, status: 200, route },
  });
  const routesOf = (assigner: RouteAssigner, ...paths: string[]): Array<string | null> =>
    paths.map((path) => assigner.assign(get(path)).route);

  it('has a number in it that is static for that path alone', () => {
    const assigner = RouteAssigner.create();
    assigner.observe([get('/orders/12345'), get('/orders/54321')]);
    expect(routesOf(assigner, '/orders/12345', '/orders/54321')).toEqual(['/orders/{order}', '/orders/{order}']);
    assigner.observe([get('/orders/77777'), get('/x', '/orders/12345'), get('/orders/12345')]);
    const expected = ['/orders/12345', '/orders/{order}', '/orders/{order}'];
    expect(routesOf(assigner, '/orders/12345', '/orders/54321', '/orders/77777')).toEqual(expected);

    const again = RouteAssigner.create({ state: assigner.state() });
    expect(routesOf(again, '/orders/77777', '/orders/12345', '/orders/54321')).toEqual([
      '/orders/{order}',
      '/orders/12345',
      '/orders/{order}',
    ]);
  });
});

it('keeps nothing of documents that count no longer', () => {
  const row: RouteRow = { service: null, method: 'GET', path: '/orders/12345', status: 200 };
  const assigner = RouteAssigner.create({ documents: [documentWith({})] });
  assigner.observe([row]);
  expect(assigner.assign(row)).toEqual({ route: '/orders/{id}', route_source: 'openapi' });
  assigner.declare([]);
  expect(assigner.assign(row)).toEqual({ route: '/orders/{order}', route_source: 'classifier' });
});

it('counts what it is shown after a restart as if there was none', () => {
  const rows = traffic(4000);
  const [before, after] = [rows.slice(0, 2000), rows.slice(2000)];
  const whole = RouteAssigner.create();
  whole.observe(before);
  before.forEach((row) => whole.assign(row));
  const restarted = RouteAssigner.create({ state: JSON.parse(JSON.stringify(whole.state())) });
  for (const assigner of [whole, restarted]) {
    assigner.observe(after.map((row) => ({ ...row })));
  }
  const routes = (assigner: RouteAssigner) => rows.map((row) => assigner.assign({ ...row }));
  expect(routes(restarted)).toEqual(routes(whole));
});
