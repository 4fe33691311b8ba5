import { ApitrailError } from '../errors';
import { parseQuery } from './parse';

const traffic = (fields: object) => ({ refId: 'A', queryType: 'traffic', ...fields });
const filter = (operator: string, value: unknown, key = 'path') =>
  traffic({ filters: [Array.isArray(value) ? { key, operator, values: value } : { key, operator, value }] });

function refused(input: unknown): { code: string; where: string | undefined; message: string } | undefined {
  try {
    parseQuery(input);
    return undefined;
  } catch (error) {
    const { code, where, message } = error as ApitrailError;
    return { code, where, message };
  }
}

describe('a variable that was left', () => {
  it.each([
    '$route',
    '${route}',
    '${route:regex}',
    '${var.field:csv}',
    '[[route]]',
    '[[route:csv]]',
    'a-$env',
    '$__all',
  ])('is refused in a value: %s', (value) => {
    expect(refused(filter('=', value, 'service'))).toMatchObject({
      code: 'APITRAIL_UNRESOLVED_VARIABLE',
      where: 'filters[0].value',
    });
  });

  it('is named, with where it is and what to do', () => {
    expect(refused(filter('=', 'prefix-${route:csv}-suffix'))?.message).toBe(
      'filters[0].value holds the variable ${route:csv}, which was not resolved. Dashboards resolve variables, but public ones, alert rules and the command line do not: put a value in its place.'
    );
  });

  it.each<[string, object, string]>([
    [
      'a list of values',
      { filters: [{ key: 'route', operator: '=|', values: ['/a', '$route'] }] },
      'filters[0].values[1]',
    ],
    ['a key', { filters: [{ key: '$key', operator: 'exists' }] }, 'filters[0].key'],
    ['a group-by', { groupBy: ['service', '$by'] }, 'groupBy[1]'],
    ['a metric', { metrics: ['$metric'] }, 'metrics[0]'],
    ['an interval', { interval: '$__interval' }, 'interval'],
    ['a dataset', { dataset: '${dataset}' }, 'dataset'],
    ['a time zone', { timezone: '$tz' }, 'timezone'],
    ['a number', { limit: '$limit' }, 'limit'],
    [
      'a nested filter',
      { filters: [{ any: [{ all: [{ key: 'status', operator: '=', value: '$status' }] }] }] },
      'filters[0].any[0].all[0].value',
    ],
  ])('is refused in %s', (_, fields, where) => {
    expect(refused(traffic(fields))).toMatchObject({ code: 'APITRAIL_UNRESOLVED_VARIABLE', where });
  });

  it('is refused in the filters of a step, not in its name', () => {
    const steps = (name: string, value: string) => ({
      refId: 'A',
      queryType: 'funnel',
      steps: [{ name: 'a' }, { name, filters: [{ key: 'route', operator: '=', value }] }],
    });
    expect(refused(steps('b', '$route'))).toMatchObject({ where: 'steps[1].filters[0].value' });
    expect(refused(steps('over $100', '/a'))).toBeUndefined();
    expect(refused(steps('$checkout', '/a'))).toBeUndefined();
  });

  it('is refused in the key of a values query, not in the key that Grafana puts on others', () => {
    const values = { refId: 'A', queryType: 'values', key: '$key' };
    expect(refused(values)).toMatchObject({ code: 'APITRAIL_UNRESOLVED_VARIABLE', where: 'key' });
    expect(refused(traffic({ key: '$key', datasource: { uid: '${datasource}' } }))).toBeUndefined();
  });

  it('is refused as the whole of a search, in which a dollar sign is else one', () => {
    const search = (text: string) => ({ refId: 'A', queryType: 'requests', search: text });
    expect(refused(search('$search'))).toMatchObject({ where: 'search' });
    expect(refused(search('${search}'))).toMatchObject({ where: 'search' });
    expect(refused(search('?$filter=a'))).toBeUndefined();
    expect(refused(search('costs $100'))).toBeUndefined();
  });
});

describe('a dollar sign in a regular expression', () => {
  it.each([
    '^/a$',
    '(\\.csv$|x)',
    '^(/a|/b)$',
    '/a$|/b$',
    '($)',
    '[$a-z]',
    '[^$abc]',
    '\\$metadata',
    '\\[[$x]',
    '^/api/\\$batch$',
    '[[:alpha:]]$',
    '.*',
  ])('is an anchor or a literal: %s', (pattern) => {
    expect(refused(filter('=~', pattern))).toBeUndefined();
    expect(refused(filter('!~', pattern))).toBeUndefined();
  });

  it.each(['$route', '${route:regex}', '[[route]]', '^$route$', '^(${route})$', '/a/$id/b', '\\d+$id'])(
    'that begins a name is a variable, because nothing can match there: %s',
    (pattern) => {
      expect(refused(filter('=~', pattern))).toMatchObject({ code: 'APITRAIL_UNRESOLVED_VARIABLE' });
    }
  );
});

describe('a dollar sign in a path', () => {
  it.each(['/Patient/7/$everything', '/odata/$metadata', '/odata/Orders/$count', '/$batch', '/a/$5'])(
    'begins an operation of FHIR or OData: %s',
    (path) => {
      expect(refused(filter('=', path, 'path'))).toBeUndefined();
      expect(refused(filter('=|', ['/a', path], 'route'))).toBeUndefined();
    }
  );

  it.each(['$path', '/a/${id}', '/a/x$id', '[[path]]'])('is a variable elsewhere: %s', (path) => {
    expect(refused(filter('=', path, 'path'))).toMatchObject({ code: 'APITRAIL_UNRESOLVED_VARIABLE' });
  });

  it('is a variable in the value of another key', () => {
    expect(refused(filter('=', '/a/$id', 'host'))).toMatchObject({ code: 'APITRAIL_UNRESOLVED_VARIABLE' });
  });
});

describe('a dollar sign before what is no name', () => {
  it.each(['$', 'a$', '$5', 'US$ 5', '$-1', '[[1]]', '${}'])('is a dollar sign: %s', (value) => {
    expect(refused(filter('=', value, 'service'))).toBeUndefined();
  });
});

it('does not overflow on a query nested as deep as JSON allows', () => {
  let deep: unknown = 'x';
  for (let depth = 0; depth < 20_000; depth++) {
    deep = [deep];
  }
  expect(refused(traffic({ filters: deep }))).toMatchObject({ code: 'APITRAIL_BAD_VALUE', where: 'filters[0]' });
});

describe('a dollar sign in SQL', () => {
  const sql = (text: string) => ({ refId: 'A', queryType: 'sql', sql: text });

  it.each([
    'SELECT $__timeGroup(time, $__interval) FROM requests WHERE $__timeFilter(time)',
    'SELECT ${__from}',
    'SELECT [[status]], $$a$$',
    "SELECT regexp_matches(path, '^/a$')",
    "SELECT 'costs $five', regexp_matches(path, '^/a$|b$c')",
    'SELECT $x$text$x$, $$$five$$, $$${name}$$, $é$ a $b $é$',
    'SELECT 1 AS "in $us" /* of $a /* or $b */ or ${c} */ -- and $d',
  ])('%j is no variable of a dashboard', (text) => {
    expect(parseQuery(sql(text))).toMatchObject({ sql: text });
  });

  it.each([
    "SELECT 1 WHERE service = '$service'",
    "SELECT 1 WHERE path LIKE '%$search%'",
    "SELECT 1 WHERE path LIKE '/api/${version}/%'",
    'SELECT ${column:csv}',
    'SELECT $limit',
    "SELECT 'it''s $5' || $tail",
  ])('%j is', (text) => {
    expect(refused(sql(text))).toMatchObject({ code: 'APITRAIL_UNRESOLVED_VARIABLE', where: 'sql' });
  });

  it('is told how to be written where it is meant', () => {
    expect(refused(sql("SELECT '$five'"))).toMatchObject({ message: expect.stringContaining('$$…$$') });
    expect(refused(sql("SELECT '$five'"))).toMatchObject({ message: expect.stringContaining('command line') });
  });
});
