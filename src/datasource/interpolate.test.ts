import { interpolateQuery } from './interpolate';
import { templateSrvWith } from './testing/template-srv';

const srv = templateSrvWith({
  service: { value: ['cart', 'checkout'], multi: true },
  one: { value: ['cart'], multi: true },
  method: { value: 'POST' },
  all: { value: '.*', custom: true },
  empty: { value: '' },
  none: { value: [], multi: true },
  version: { value: ['v1', 'v2'], multi: true },
  odd: { value: ['a.b', 'c+d'], multi: true },
  pattern: { value: '^/api/.*' },
  metric: { value: 'p95' },
  n: { value: '25' },
  dot: { value: 'a.b', multi: true },
});

function filters(...given: unknown[]): unknown {
  return interpolateQuery({ filters: given }, srv.replace).filters;
}

describe('filters', () => {
  it.each([
    ['=', '=|'],
    ['!=', '!=|'],
  ])('turns %s with several values into %s', (operator, many) => {
    expect(filters({ key: 'service', operator, value: '$service' })).toEqual([
      { key: 'service', operator: many, values: ['cart', 'checkout'] },
    ]);
  });

  it('keeps = with one value', () => {
    expect(filters({ key: 'method', operator: '=', value: '$method' })).toEqual([
      { key: 'method', operator: '=', value: 'POST' },
    ]);
    expect(filters({ key: 'service', operator: '=', value: '$one' })).toEqual([
      { key: 'service', operator: '=', value: 'cart' },
    ]);
  });

  it('adds the values of a variable to the others of =|', () => {
    expect(filters({ key: 'service', operator: '=|', values: ['accounts', '${service}'] })).toEqual([
      { key: 'service', operator: '=|', values: ['accounts', 'cart', 'checkout'] },
    ]);
  });

  it('gives every combination of variables inside a text', () => {
    expect(filters({ key: 'path', operator: '=', value: '/api/$version/$service' })).toEqual([
      {
        key: 'path',
        operator: '=|',
        values: ['/api/v1/cart', '/api/v1/checkout', '/api/v2/cart', '/api/v2/checkout'],
      },
    ]);
  });

  it('uses the format that the variable names itself', () => {
    expect(filters({ key: 'service', operator: '=', value: '${service:csv}' })).toEqual([
      { key: 'service', operator: '=', value: 'cart,checkout' },
    ]);
  });

  it('escapes and joins the values in a regular expression', () => {
    expect(filters({ key: 'host', operator: '=~', value: '^$odd$' })).toEqual([
      { key: 'host', operator: '=~', value: '^(a\\.b|c\\+d)$' },
    ]);
    expect(filters({ key: 'host', operator: '!~', value: '$dot' })).toEqual([
      { key: 'host', operator: '!~', value: 'a\\.b' },
    ]);
  });

  it('takes a regular expression from a variable that offers no choice as it is', () => {
    expect(filters({ key: 'path', operator: '=~', value: '$pattern' })).toEqual([
      { key: 'path', operator: '=~', value: '^/api/.*' },
    ]);
  });

  it.each(['=', '=|', '=~'])('leaves out %s when All stands for no restriction', (operator) => {
    const value = operator === '=|' ? { values: ['$all'] } : { value: '$all' };
    expect(filters({ key: 'service', operator, ...value })).toEqual([]);
  });

  it('asks for rows without a value where all values are excluded', () => {
    expect(filters({ key: 'service', operator: '!=', value: '$all' })).toEqual([
      { key: 'service', operator: '!exists' },
    ]);
  });

  it('keeps .* that a person wrote', () => {
    expect(filters({ key: 'path', operator: '=~', value: '.*' })).toEqual([
      { key: 'path', operator: '=~', value: '.*' },
    ]);
  });

  it.each(['$empty', '$none', ''])('leaves out a filter whose value is %p', (value) => {
    expect(filters({ key: 'customer', operator: '=', value })).toEqual([]);
  });

  it('leaves out a filter that has no key yet', () => {
    expect(filters({ key: '', operator: '=', value: 'x' })).toEqual([]);
  });

  it('keeps exists and !exists', () => {
    const given = [
      { key: 'customer', operator: 'exists' },
      { key: 'session', operator: '!exists' },
    ];
    expect(filters(...given)).toEqual(given);
  });

  it('keeps the operators that compare, and numbers', () => {
    expect(
      filters({ key: 'status', operator: '>=', value: 500 }, { key: 'status', operator: '<', value: '$n' })
    ).toEqual([
      { key: 'status', operator: '>=', value: 500 },
      { key: 'status', operator: '<', value: '25' },
    ]);
  });

  it('goes into groups', () => {
    expect(filters({ any: [{ all: [{ key: 'service', operator: '=', value: '$service' }] }] })).toEqual([
      { any: [{ all: [{ key: 'service', operator: '=|', values: ['cart', 'checkout'] }] }] },
    ]);
  });

  it('leaves out a group of which one member holds for every row', () => {
    const group = {
      any: [
        { key: 'service', operator: '=', value: '$all' },
        { key: 'method', operator: '=', value: 'GET' },
      ],
    };
    expect(filters(group)).toEqual([]);
    expect(filters({ all: group.any })).toEqual([{ all: [{ key: 'method', operator: '=', value: 'GET' }] }]);
  });

  it('replaces a variable in a key', () => {
    const keyed = templateSrvWith({ dimension: { value: 'region' } });
    expect(
      interpolateQuery({ filters: [{ key: '$dimension', operator: '=', value: 'eu' }] }, keyed.replace).filters
    ).toEqual([{ key: 'region', operator: '=', value: 'eu' }]);
  });
});

describe('other fields', () => {
  const replace = srv.replace;

  it('spreads a variable with several values in a list, without repeating any', () => {
    expect(interpolateQuery({ groupBy: ['$service', 'cart', 'route'] }, replace)).toEqual({
      groupBy: ['cart', 'checkout', 'route'],
    });
  });

  it('replaces texts, and numbers given as a variable', () => {
    expect(
      interpolateQuery({ metric: '$metric', limit: '$n', interval: '$__interval' }, replace, {
        __interval: { text: '5m', value: '5m' },
      })
    ).toEqual({ metric: 'p95', limit: 25, interval: '5m' });
  });

  it('takes out a field whose variable is empty, so that its default applies', () => {
    expect(interpolateQuery({ dataset: '$empty', search: '' }, replace)).toEqual({ search: '' });
  });

  it('replaces in the steps of a funnel', () => {
    const steps = [{ name: 'Buy $method', filters: [{ key: 'service', operator: '=', value: '$service' }] }];
    expect(interpolateQuery({ steps }, replace).steps).toEqual([
      { name: 'Buy POST', filters: [{ key: 'service', operator: '=|', values: ['cart', 'checkout'] }] },
    ]);
  });

  it('replaces in the anchor of paths and in the funnel they may have', () => {
    const anchor = [{ key: 'service', operator: '=', value: '$service' }];
    const query = { anchor, depth: '$n', funnel: { steps: [{ name: 'Buy', filters: anchor }], step: '$n' } };
    const filters = [{ key: 'service', operator: '=|', values: ['cart', 'checkout'] }];
    expect(interpolateQuery(query, srv.replace)).toEqual({
      anchor: filters,
      depth: 25,
      funnel: { steps: [{ name: 'Buy', filters }], step: 25 },
    });
  });

  it('replaces in what retention starts and returns with', () => {
    const start = [{ key: 'service', operator: '=', value: '$service' }];
    const all = [{ key: 'service', operator: '=', value: '$all' }];
    expect(interpolateQuery({ start, return: all }, srv.replace)).toEqual({
      start: [{ key: 'service', operator: '=|', values: ['cart', 'checkout'] }],
      return: [],
    });
  });

  it('replaces in the order of rows', () => {
    expect(interpolateQuery({ orderBy: [{ key: '$metric', direction: 'asc' }] }, replace).orderBy).toEqual([
      { key: 'p95', direction: 'asc' },
    ]);
  });

  it("leaves Grafana's own fields alone", () => {
    const own = { refId: '$method', key: '$method', datasource: { uid: '$method' }, hide: false, version: 1 };
    expect(interpolateQuery(own, replace)).toEqual(own);
  });

  it('leaves a variable that does not exist, for the companion to name', () => {
    expect(interpolateQuery({ search: '$nobody' }, replace)).toEqual({ search: '$nobody' });
  });

  it('changes nothing of what it is given', () => {
    const query = { filters: [{ key: 'service', operator: '=', value: '$service' }], groupBy: ['$service'] };
    const before = JSON.parse(JSON.stringify(query));
    interpolateQuery(query, replace);
    expect(query).toEqual(before);
  });
});

describe('SQL', () => {
  const sql = (text: string) =>
    interpolateQuery({ sql: text }, srv.replace, { __interval: { text: '1m', value: '1m' } }).sql;

  it.each([
    ['service IN ($service)', "service IN ('cart', 'checkout')"],
    ['service IN ($one)', "service IN ('cart')"],
    ["method = '$method'", "method = 'POST'"],
    ['LIMIT $n', 'LIMIT 25'],
    ['LIMIT ${n:csv}', 'LIMIT 25'],
    ['service IN ($none)', "service IN ('')"],
    ["$__timeFilter(time) AND x > $__from AND y = '$method'", "$__timeFilter(time) AND x > $__from AND y = 'POST'"],
    ['time + $__interval - ${__interval}', 'time + $__interval - ${__interval}'],
    ['service = $nobody', 'service = $nobody'],
  ])('%s becomes %s', (text, resolved) => {
    expect(sql(text)).toBe(resolved);
  });

  it('takes the quotes of a value for part of it', () => {
    const quoting = templateSrvWith({ name: { value: "O'Neil" }, names: { value: ["O'Neil", "'; --"], multi: true } });
    const resolved = interpolateQuery({ sql: "a = '$name' AND b IN ($names)" }, quoting.replace);
    expect(resolved.sql).toBe("a = 'O''Neil' AND b IN ('O''Neil', '''; --')");
  });

  it.each([["') OR 1=1 --"], ['.*']])('makes literals of %j, of whatever kind the variable is', (value) => {
    const literal = `'${value.replaceAll("'", "''")}'`;
    for (const kind of [{}, { multi: true }, { custom: true }]) {
      const { replace } = templateSrvWith({ v: { value, ...kind } });
      expect(interpolateQuery({ sql: 'x IN (${v:sqlstring})' }, replace).sql).toBe(`x IN (${literal})`);
    }
    const { replace } = templateSrvWith({ v: { value } });
    expect(interpolateQuery({ sql: 'x ~ ${v:sqlregex}' }, replace).sql).toBe(`x ~ ${literal}`);
  });

  it('looks at no value again for variables or for what is kept', () => {
    const { replace } = templateSrvWith({ v: { value: '$w \u00000\u0000' }, w: { value: ["') --"], multi: true } });
    const { sql: resolved } = interpolateQuery({ sql: "'$v' ${v:sqlstring}" }, replace);
    expect(resolved).toBe("'$w 0' (chr(36) || 'w ' || chr(0) || '0' || chr(0))");
  });

  it('leaves what the editor keeps beside the query', () => {
    const editor = { builder: { queryType: 'traffic', interval: '$n' } };
    expect(interpolateQuery({ sql: 'SELECT 1', editor }, srv.replace).editor).toEqual(editor);
  });
});
