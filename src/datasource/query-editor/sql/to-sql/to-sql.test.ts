import { toSql, UnwritableQuery } from '.';
import { hasVariable, identifier, text, variableOf } from './literals';

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
    ['/api/$service/x', "'/api/$service/x'"],
    ['${service:raw}', "'${service:raw}'"],
    ['${__user.login}', "'${__user.login}'"],
  ])('%j is %s', (value, sql) => {
    expect(text(value, variables)).toBe(sql);
  });

  it('tell a variable from what looks like one', () => {
    expect(variableOf('$service', variables)).toBe('service');
    expect(variableOf('${service:csv}', variables)).toBe('service');
    expect(variableOf('x$service', variables)).toBeUndefined();
    expect(variableOf('$nobody', variables)).toBeUndefined();
    expect(hasVariable('a $nobody b $status', variables)).toBe(true);
    expect(hasVariable('a $nobody', variables)).toBe(false);
  });

  it('quote names that have to be', () => {
    expect([identifier('service'), identifier('attributes.a"b')]).toEqual(['service', '"attributes.a""b"']);
  });
});

describe('dashboard variables', () => {
  it.each([
    ['service', '=', '$service', 'service IN (${service:sqlstring})'],
    ['service', '!=', '$service', '(service IS NULL OR service NOT IN (${service:sqlstring}))'],
    ['status', '=', '$status', 'status IN (${status:csv})'],
    ['status', '>', '$status', 'status > $status'],
    ['route', '=', '/$service', "route = '/$service'"],
    ['route', '=~', '$service', "regexp_matches(route, '(${service:pipe})')"],
  ])('%s %s %s', (key, operator, value, sql) => {
    expect(where(key, operator, value)).toContain(`AND ${sql}\n`);
  });

  it.each([
    [{ metrics: ['$metric'] }, /\$metric is not a metric/],
    [{ groupBy: ['$metric'] }, /\$metric is not a key/],
    [{ limit: '$metric' }, /limit holds \$metric/],
    [{ interval: '$metric' }, /\$metric is not a duration/],
    [{ queryType: 'annotations' }, /no SQL for the query type annotations/],
  ])('are named where they stand in the way: %j', (query, message) => {
    expect(() => written(query)).toThrow(UnwritableQuery);
    expect(() => written(query)).toThrow(message);
  });

  it("take the panel's own interval for none", () => {
    expect(written({ interval: '$__interval' }).sql).toContain('$__timeGroup(time) AS time');
  });
});

describe('remarks', () => {
  it.each([
    [{ metrics: ['p95'] }, 'Percentiles count every row once'],
    [{ metrics: ['requests_per_second'] }, 'Rates divide by the whole time'],
    [{ filters: [{ key: 'customer', operator: '=', value: 'ann' }] }, 'the pseudonym that is stored'],
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
