import { toSql, UnwritableQuery } from '.';
import { identifier } from './literals';
import { hasVariable, joinedText, listOfTexts, wholeVariable } from './variables';

const variables = new Set(['service', 'status', 'metric']);
const written = (query: object) => toSql({ queryType: 'traffic', ...query } as never, { variables, timezone: 'UTC' });
const where = (key: string, operator: string, value: string) =>
  written({ queryType: 'requests', filters: [{ key, operator, value }] }).sql;

describe('literals', () => {
  it.each([
    ['', "''"],
    ["it's", "'it''s'"],
    ["'; DROP TABLE requests; --", "'''; DROP TABLE requests; --'"],
    ['a\\b', "'a\\b'"],
    ['5 $', "'5 $'"],
    ['$1', "'$1'"],
    ['/Patient/$everything', "('/Patient/' || chr(36) || 'everything')"],
    ['${nobody}', "(chr(36) || '{nobody}')"],
    ['$__timeFilter', "(chr(36) || '__timeFilter')"],
    ['\0', 'chr(0)'],
    ['[[nobody]]', "(chr(91) || '[nobody]]')"],
    ['/api/$service/x', "('/api/' || array_to_string([${service:sqlstring}], ',') || '/x')"],
    ['${service:raw}', "array_to_string([${service:sqlstring}], ',')"],
    ['[[service:pipe]]', "array_to_string([${service:sqlstring}], '|')"],
    ['${__user.login}', "array_to_string([${__user.login:sqlstring}], ',')"],
    ['${__from:date}', "'${__from:date}'"],
  ])('%j is %s', (value, sql) => {
    expect(joinedText(value, variables)).toBe(sql);
  });

  it('are every text that variables give', () => {
    expect(listOfTexts('/$service', variables)).toBe("[('/' || v1) FOR v1 IN [${service:sqlstring}]]");
    expect(listOfTexts('$service/$status', variables)).toBe(
      "flatten([[(v1 || '/' || v2) FOR v2 IN [${status:sqlstring}]] FOR v1 IN [${service:sqlstring}]])"
    );
  });

  it('tell a variable from what looks like one', () => {
    expect(wholeVariable('$service', variables)).toBe('${service:sqlstring}');
    expect(wholeVariable('${service:csv}', variables)).toBeUndefined();
    expect(wholeVariable('x$service', variables)).toBeUndefined();
    expect(wholeVariable('$nobody', variables)).toBeUndefined();
    expect(hasVariable('a $nobody b $status', variables)).toBe(true);
    expect(hasVariable('a $nobody', variables)).toBe(false);
  });

  it('quote names that have to be', () => {
    expect([identifier('service'), identifier('attributes.a"b')]).toEqual(['service', '"attributes.a""b"']);
  });
});

describe('dashboard variables', () => {
  it.each([
    ['service', '=', '$service', "([${service:sqlstring}] IN ([''], ['.*']) OR service IN (${service:sqlstring}))"],
    ['route', '=', '/$service', "list_contains([('/' || v1) FOR v1 IN [${service:sqlstring}]], route)"],
    [
      'status',
      '>',
      '$status',
      "([${status:sqlstring}] IN ([''], ['.*']) OR status > CAST([${status:sqlstring}][1] AS DOUBLE))",
    ],
    ['route', '=~', '^/$service', "regexp_matches(route, ('^/' || ${service:sqlregex}))"],
  ])('%s %s %s', (key, operator, value, sql) => {
    expect(where(key, operator, value)).toContain(`AND ${sql}\n`);
  });

  it.each([
    [{ metrics: ['$metric'] }, /\$metric is not a metric/],
    [{ groupBy: ['$metric'] }, /\$metric is not a key/],
    [{ limit: '$metric' }, /limit holds \$metric/],
    [{ interval: '$metric' }, /\$metric is not a duration/],
    [
      { filters: [{ key: 'route', operator: '=~', value: '${service:lucene}' }] },
      /the format lucene of the variable service/,
    ],
    [{ filters: [{ key: 'time', operator: '=~', value: '1' }] }, /time is a time/],
    [{ queryType: 'annotations' }, /no SQL for the query type annotations/],
  ])('are named where they stand in the way: %j', (query, message) => {
    expect(() => written(query)).toThrow(UnwritableQuery);
    expect(() => written(query)).toThrow(message);
  });

  it("take the panel's own interval for none", () => {
    expect(written({ interval: '$__interval' }).sql).toContain('$__timeGroup(time) AS time');
  });
});

it.each([
  [{ reentry: 'optimised' }, /Optimised re-entry cannot be written as SQL/],
  [{ order: 'any' }, /The order any cannot/],
  [{ breakdown: 'region' }, /A breakdown of a funnel cannot/],
  [{ view: 'units' }, /The view units cannot/],
  [{ unit: 'region' }, /A funnel of region cannot/],
])('a funnel that a statement cannot say is named: %j', (options, message) => {
  const query = { queryType: 'funnel', steps: [{ name: 'a' }, { name: 'b' }], ...options };
  expect(() => written(query)).toThrow(UnwritableQuery);
  expect(() => written(query)).toThrow(message);
});

describe('remarks', () => {
  it.each([
    [{ metrics: ['p95'] }, 'Percentiles count every row once'],
    [{ metrics: ['requests_per_second'] }, 'Rates divide by the whole time'],
    [{ filters: [{ key: 'customer', operator: '=', value: 'ann' }] }, 'the pseudonym that is stored'],
    [{ queryType: 'heatmap', x: 'time', y: ['route'] }, 'Buckets of time are as wide as the panel says'],
    [
      { queryType: 'funnel', view: 'times', steps: [{ name: 'a' }, { name: 'b' }] },
      'Buckets of the times have four per doubling',
    ],
  ])('say what is less than in the builder: %j', (query, remark) => {
    expect(written(query).sql).toContain(remark);
    expect(written({}).sql).not.toContain(remark);
  });
});

it('is laid out as a person would', () => {
  const filters = [{ key: 'method', operator: '=', value: 'GET' }];
  expect(written({ metrics: ['requests', 'avg'], interval: '5m', filters }).sql).toBe(
    `-- A bucket without requests has no row; the builder shows what counts as 0 there.
SELECT
  $__timeGroup(time, '5m') AS time,
  sum(coalesce(weight, 1)) AS requests,
  sum(duration_ms * coalesce(weight, 1)) / sum(coalesce(weight, 1)) FILTER (WHERE duration_ms IS NOT NULL) AS avg
FROM requests
WHERE $__timeFilter(time)
  AND method = 'GET'
GROUP BY ALL
ORDER BY 1`
  );
});

it('moves no line of a text in', () => {
  const filters = [{ key: 'error_message', operator: '=', value: "a\n'b\n\n--c" }];
  expect(written({ groupBy: ['service'], filters }).sql).toContain("error_message = 'a\n''b\n\n--c'\n");
});
