import { formatSql } from './format-sql';

it('lays a statement out', async () => {
  expect(await formatSql('select service, count(*) from requests where status>=500 group by all')).toBe(
    ['SELECT', '  service,', '  count(*)', 'FROM', '  requests', 'WHERE', '  status >= 500', 'GROUP BY ALL'].join('\n')
  );
});

it.each([
  '$__timeFilter(time)',
  "$__timeGroup(time, '5m')",
  'time + $__interval',
  'service IN ($service)',
  'service IN (${service:sqlstring})',
  "route = '$route [[x]] $__y'",
  "attributes['plan'] = 'a'",
  'quantile_cont(duration_ms, 0.95) > 1',
  'of_tomorrow(1)',
  '"a b" = 1',
])('keeps %s', async (piece) => {
  expect(await formatSql(`select 1 from requests where ${piece}`, ['of_tomorrow'])).toBe(
    `SELECT\n  1\nFROM\n  requests\nWHERE\n  ${piece}`
  );
});

it('keeps comments', async () => {
  expect(await formatSql('select 1 -- one $x\n/* two */ from requests')).toMatch(/-- one \$x\n[\s\S]*\/\* two \*\//);
});

it('changes nothing when it is done again', async () => {
  const once = await formatSql(
    'with a as (select *, $__timeGroup(time) t from requests) select count(*) filter (where x is not null) from a'
  );
  expect(await formatSql(once)).toBe(once);
});

it('says where what is not SQL begins', async () => {
  await expect(formatSql('select (1')).rejects.toThrow(/cannot be laid out/);
});
