import { RouteAssigner, type RouteRow, type RouteState } from './assigner';
import { MADE_UP, numbers, rowsOf, type MadeUpApi } from './score/made-up';
import { scoreRows } from './score/metrics';

const get = (path: string, status: number | null = 200, service: string | null = 'api'): RouteRow => ({
  service,
  method: 'GET',
  path,
  status,
});

function shown(paths: string[], status = 200): RouteAssigner {
  const assigner = RouteAssigner.create();
  assigner.observe(paths.map((path) => get(path, status)));
  return assigner;
}

const route = (assigner: RouteAssigner, path: string, status: number | null = 200): string | null =>
  assigner.assign(get(path, status)).route;

const NAMES = 'ada bela cleo dario edda filip greta hugo ines jonas kira luca mona nils oda pia'.split(' ');

describe('precedence', () => {
  it('is rule, sender, classifier', () => {
    const assigner = RouteAssigner.create({ rules: [{ match: '/special/{x}', route: '/special/{thing}' }] });
    expect(assigner.assign({ ...get('/special/1'), route: '/other/:id' })).toEqual({
      route: '/special/{thing}',
      route_source: 'rule',
    });
    expect(assigner.assign({ ...get('/users/1'), route: '/users/:id' })).toEqual({
      route: '/users/{id}',
      route_source: 'sender',
    });
    expect(assigner.assign(get('/users/1'))).toEqual({ route: '/users/{user}', route_source: 'classifier' });
  });

  it('leaves OPTIONS * without a route: it asks about the server, not about a path', () => {
    const assigner = shown(['*', '/users/1']);
    expect(assigner.assign({ ...get('*'), method: 'OPTIONS' })).toEqual({ route: null, route_source: null });
  });

  it('leaves a row without a path and a route without one', () => {
    const assigner = RouteAssigner.create();
    expect(assigner.assign({ ...get(''), path: null })).toEqual({ route: null, route_source: null });
    expect(assigner.assign({ ...get(''), path: null, route: '/a/<id>' }).route).toBe('/a/{id}');
  });
});

describe('{unmatched}', () => {
  const assigner = shown(['/users/1', '/users/2', '/orders']);

  it.each([404, 405])('takes a %d whose template never succeeded', (status) => {
    expect(route(assigner, '/wp-login.php', status)).toBe('{unmatched}');
    expect(route(assigner, '/users/1/avatar', status)).toBe('{unmatched}');
    expect(route(assigner, '/users/undefined', status)).toBe('{unmatched}');
  });

  it('leaves a 404 its template when a successful request had it', () => {
    expect(route(assigner, '/users/99', 404)).toBe('/users/{user}');
    expect(route(assigner, '/orders', 405)).toBe('/orders');
  });

  it('leaves other failures their template', () => {
    expect(route(assigner, '/users/3/password', 403)).toBe('/users/{user}/password');
    expect(route(assigner, '/payments/77', 500)).toBe('/payments/{payment}');
  });

  it('takes a 400 only outside the parts that ever answered', () => {
    expect(route(assigner, '/setup.cgi', 400)).toBe('{unmatched}');
    expect(route(assigner, '/users/1/merge', 400)).toBe('/users/{user}/merge');
  });

  it('does not take what a sender declared', () => {
    const declared = RouteAssigner.create();
    declared.observe([{ ...get('/carts/ab/items'), route: '/carts/{cart}/items' }]);
    expect(route(declared, '/carts/xy/items', 404)).toBe('/carts/{cart}/items');
  });

  it('takes failures past a limit, so that a scanner cannot fill the list', () => {
    const templates = new Set<string | null>();
    for (let i = 0; i < 2000; i++) {
      templates.add(route(assigner, `/probe-${'abcdefghij'[i % 10]}${String.fromCharCode(97 + (i % 26))}x${i}`, 403));
    }
    expect(templates.size).toBeLessThanOrEqual(201);
  });

  it('teaches nothing by failures', () => {
    const failing = shown(['/secret/page'], 403);
    expect(route(failing, '/secret/page', 404)).toBe('{unmatched}');
  });
});

describe('the population', () => {
  it('makes words parameters that keep changing', () => {
    const assigner = shown(NAMES.flatMap((name) => [`/users/${name}/posts`, `/users/${name}/likes`]));
    expect(route(assigner, '/users/somebody/posts')).toBe('/users/{user}/posts');
  });

  it('keeps words static that are few and used differently', () => {
    const paths = ['login', 'logout', 'profile', 'settings', 'billing'].flatMap((word, i) =>
      new Array<string>(200 >> i).fill(`/account/${word}`)
    );
    const assigner = shown(paths);
    expect(route(assigner, '/account/profile')).toBe('/account/profile');
  });

  it('keeps operations static beside a parameter', () => {
    const assigner = shown([...NAMES.map((name) => `/users/${name}`), '/users/search', '/users/me', '/users/me']);
    expect(route(assigner, '/users/zoe')).toBe('/users/{user}');
    expect(route(assigner, '/users/search')).toBe('/users/search');
    expect(route(assigner, '/users/me')).toBe('/users/me');
  });

  it('leaves versions static, be they numbers or dates', () => {
    const paths = ['17', '18', '19'].flatMap((id) => [`/api/3/jobs/${id}`, `/2010-04-01/Accounts/${id}/Calls.json`]);
    const assigner = shown(paths);
    expect(route(assigner, '/api/3/jobs/20')).toBe('/api/3/jobs/{job}');
    expect(route(assigner, '/2010-04-01/Accounts/9/Calls.json')).toBe('/2010-04-01/Accounts/{account}/Calls.json');
  });

  it('tells an identifier in a format from the collection in it', () => {
    const assigner = shown(['/calls.json', '/calls/1.json', '/calls/2.json', '/calls/3.json']);
    expect(route(assigner, '/calls/7.json')).toBe('/calls/{call}.json');
    expect(route(assigner, '/calls.json')).toBe('/calls.json');
  });

  it('sees one resource in several formats', () => {
    const assigner = shown(['/names.json', '/names.xml', '/names.json']);
    expect(route(assigner, '/names.xml')).toBe('/names.{format}');
  });

  it('names the slots of keys', () => {
    const assigner = shown(['/odata/Regions(56)/Orders', '/odata/Regions(RegionID=5)']);
    expect(route(assigner, '/odata/Regions(7)/Orders')).toBe('/odata/Regions({key})/Orders');
    expect(route(assigner, '/odata/Regions(RegionID=9)')).toBe('/odata/Regions(RegionID={RegionID})');
  });

  it('reads the path of a file as one parameter', () => {
    const next = numbers(7);
    const folder = ['src', 'lib', 'docs', 'test'];
    const kinds = ['ts', 'md', 'css', 'go'];
    const files = Array.from({ length: 60 }, (_, i) => {
      const depth = 1 + Math.floor(next() * 3);
      const parts = Array.from({ length: depth }, () => folder[Math.floor(next() * 4)]);
      return `/projects/7/raw/${parts.join('/')}/${NAMES[i % NAMES.length]}.${kinds[Math.floor(next() * 4)]}`;
    });
    const assigner = shown(files);
    expect(route(assigner, '/projects/9/raw/some/where/else/a.py')).toBe('/projects/{project}/raw/{path}');
  });

  it('takes slashes, case and queries as the same', () => {
    const assigner = shown(['/v1/Balance/1', '/v1/Balance/2', '/v1/Balance/3']);
    expect(route(assigner, '//v1/BALANCE//4/?a=b')).toBe('/v1/Balance/{balance}');
    expect(route(assigner, 'https://api.example.org/v1/balance/4#x')).toBe('/v1/Balance/{balance}');
  });

  it('shows the spelling used most', () => {
    const assigner = shown(['/API/things', '/api/things', '/api/things']);
    expect(route(assigner, '/API/things')).toBe('/api/things');
  });

  it('keeps services apart', () => {
    const assigner = RouteAssigner.create();
    assigner.observe(NAMES.map((name) => get(`/${name}/home`, 200, 'people')));
    assigner.observe([get('/ada/home', 200, 'other')]);
    expect(assigner.assign(get('/ada/home', 200, 'people')).route).toBe('/{id}/home');
    expect(assigner.assign(get('/ada/home', 200, 'other')).route).toBe('/ada/home');
  });

  it('stays small whatever comes, even if everything succeeds', () => {
    const next = numbers(3);
    const assigner = RouteAssigner.create();
    const paths = Array.from({ length: 30_000 }, () =>
      ['', 1, 2, 3, 4]
        .map((x) => (x === '' ? '' : NAMES[Math.floor(next() * 16)] + next().toString(26).slice(2, 7)))
        .join('/')
    );
    assigner.observe(paths.map((path) => get(path)));
    expect(new Set(paths.map((path) => route(assigner, path))).size).toBeLessThan(200);
    expect(JSON.stringify(assigner.state()).length).toBeLessThan(2_000_000);
  });
});

describe('stability', () => {
  const forge = MADE_UP[1] as MadeUpApi;

  it('does not take a template back in the next thousand lines', () => {
    const rows = rowsOf(forge, 4000).map((row) => ({ ...row, service: 'forge' }));
    const assigner = RouteAssigner.create();
    const first = rows.slice(0, 3000);
    assigner.observe(first);
    const given = first.map((row) => assigner.assign(row).route);
    assigner.observe(rows.slice(3000));
    expect(first.map((row) => assigner.assign(row).route)).toEqual(given);
  });

  it('only ever makes a template more general', () => {
    const rows = rowsOf(forge, 4000).map((row) => ({ ...row, service: 'forge' }));
    const assigner = RouteAssigner.create();
    const last = new Map<string, string>();
    for (let i = 0; i < rows.length; i += 250) {
      assigner.observe(rows.slice(i, i + 250));
      for (const row of rows.slice(0, i + 250).filter(({ status }) => status < 400)) {
        const now = assigner.assign(row).route as string;
        const before = last.get(row.path) ?? now;
        const [a, b] = [before.split('/'), now.split('/')];
        expect(b.length).toBe(a.length);
        a.forEach((segment, k) => expect(b[k]?.startsWith('{') || b[k] === segment).toBe(true));
        last.set(row.path, now);
      }
    }
  });

  it('gives after many small batches what one big one gives', () => {
    for (const api of MADE_UP) {
      const rows = rowsOf(api, 3000).map((row) => ({ ...row, service: api.name }));
      const big = RouteAssigner.create();
      big.observe(rows);
      const small = RouteAssigner.create();
      for (let i = 0; i < rows.length; i += 100) {
        small.observe(rows.slice(i, i + 100));
      }
      // Batches may differ where one has decided on a few requests what the other left for later.
      const templates = (assigner: RouteAssigner): string[] => rows.map((row) => assigner.assign(row).route ?? '');
      const [one, many] = [templates(big), templates(small)];
      const asTruth = rows.map((row, i) => ({ ...row, kind: 'real' as const, route: one[i] as string }));
      expect(scoreRows(asTruth, many).f1).toBeGreaterThan(0.97);
    }
  });

  it('does not depend on the order of rows within a batch', () => {
    const rows = rowsOf(forge, 2000).map((row) => ({ ...row, service: 'forge' }));
    const one = RouteAssigner.create();
    one.observe(rows);
    const other = RouteAssigner.create();
    other.observe([...rows].reverse());
    expect(rows.map((row) => other.assign(row).route)).toEqual(rows.map((row) => one.assign(row).route));
  });
});

describe('state', () => {
  it('survives JSON: the same routes, and the same to come', () => {
    for (const api of MADE_UP) {
      const rows = rowsOf(api, 2000).map((row) => ({ ...row, service: api.name }));
      const assigner = RouteAssigner.create();
      assigner.observe(rows.slice(0, 1000));
      rows.slice(0, 1000).forEach((row) => assigner.assign(row));
      const restored = RouteAssigner.create({ state: JSON.parse(JSON.stringify(assigner.state())) as RouteState });
      for (const each of [assigner, restored]) {
        each.observe(rows.slice(1000));
      }
      expect(rows.map((row) => restored.assign(row))).toEqual(rows.map((row) => assigner.assign(row)));
    }
  });

  it('of another version is refused', () => {
    const state = { version: 2, services: [] } as unknown as RouteState;
    expect(() => RouteAssigner.create({ state })).toThrow(expect.objectContaining({ code: 'APITRAIL_BAD_FILE' }));
  });
});

describe('declared routes of OpenAPI documents', () => {
  const documents = [
    {
      service: 'shop',
      name: 'Shop',
      version: 1,
      routes: ['/users/{userId}', '/reports/{name}'].map((template) => ({
        template,
        where: 'x',
        methods: { GET: {} },
      })),
    },
  ];
  const ask = (path: string, more: { route?: string; service?: string; status?: number } = {}) =>
    RouteAssigner.create({ rules: [{ match: '/reports/daily' }], documents }).assign({
      service: 'shop',
      method: 'GET',
      path,
      status: 200,
      ...more,
    });

  it('go after rules and senders, and before the classifier', () => {
    expect(ask('/reports/daily')).toEqual({ route: '/reports/daily', route_source: 'rule' });
    expect(ask('/users/ada', { route: '/u/:id' })).toEqual({ route: '/u/{id}', route_source: 'sender' });
    expect(ask('/users/ada')).toEqual({ route: '/users/{userId}', route_source: 'openapi' });
    expect(ask('/teams/7')).toEqual({ route: '/teams/{team}', route_source: 'classifier' });
  });

  it('hold for failures too, and for their service only', () => {
    expect(ask('/users/ada', { status: 404 }).route_source).toBe('openapi');
    expect(ask('/users/ada', { service: 'mail', status: 404 })).toEqual({
      route: '{unmatched}',
      route_source: 'classifier',
    });
  });

  it('leave the classifier as it would be without them, so that removing a document loses nothing', () => {
    const rows = Array.from({ length: 200 }, (_, index) => ({
      service: 'shop',
      method: 'GET',
      path: `/users/u${(index * 7919) % 1000}`,
      status: 200,
    }));
    const [one, other] = [RouteAssigner.create({ documents }), RouteAssigner.create()];
    one.observe(rows);
    other.observe(rows);
    expect(one.state()).toEqual(other.state());
  });
});
