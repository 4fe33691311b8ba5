import { GatedEngine } from '../testing/gated-engine';

/** What must run, with what it must answer. Values are as DuckDB's JSON has them: BIGINT and times are texts. */
let engine: GatedEngine;
beforeAll(async () => {
  engine = await GatedEngine.open();
});
afterAll(() => engine.close());

describe.each<[string, ReadonlyArray<[string, string, unknown[][]]>]>([
  [
    'queries',
    [
      ['a SELECT', 'SELECT count(*) FROM requests', [['5']]],
      ['FROM first', 'FROM plans SELECT plan ORDER BY plan', [['free'], ['pro']]],
      ['FROM alone', `FROM plans WHERE customer = 'bob'`, [['bob', 'free', 0]]],
      ['TABLE', 'TABLE plans ORDER BY price LIMIT 1', [['bob', 'free', 0]]],
      [
        'VALUES',
        `VALUES (1, 'a'), (2, 'b')`,
        [
          [1, 'a'],
          [2, 'b'],
        ],
      ],
      ['VALUES with names', `SELECT b, a FROM (VALUES (1, 'x')) v(a, b)`, [['x', 1]]],
      [
        'a WITH',
        'WITH s AS (SELECT service, count(*) AS n FROM requests GROUP BY 1) SELECT * FROM s ORDER BY n',
        [
          ['pay', '2'],
          ['shop', '3'],
        ],
      ],
      [
        'a WITH that uses one before it',
        'WITH a AS (SELECT 1 AS x), b AS MATERIALIZED (SELECT x + 1 AS y FROM a) SELECT x, y FROM a, b',
        [[1, 2]],
      ],
      [
        'a WITH of the name of a table',
        `WITH requests AS (SELECT * FROM requests WHERE service = 'pay') SELECT count(*) FROM requests`,
        [['2']],
      ],
      ['a WITH within a subquery', 'SELECT * FROM (WITH a AS (SELECT 7) SELECT * FROM a)', [[7]]],
      ['a WITH that names its columns', 'WITH a(x) AS (SELECT 7) SELECT x FROM a', [[7]]],
      ['UNION', 'SELECT 1 AS x UNION SELECT 1 UNION ALL SELECT 2 ORDER BY x', [[1], [2]]],
      [
        'UNION BY NAME',
        'SELECT 1 AS a UNION ALL BY NAME SELECT 2 AS b',
        [
          [1, null],
          [null, 2],
        ],
      ],
      ['EXCEPT and INTERSECT', '(SELECT 1 UNION SELECT 2) EXCEPT SELECT 1 INTERSECT SELECT 1', [[2]]],
      [
        'JOIN USING',
        'SELECT plan, count(*) FROM requests JOIN plans USING (customer) GROUP BY ALL ORDER BY ALL',
        [
          ['free', '1'],
          ['pro', '2'],
        ],
      ],
      [
        'LEFT JOIN',
        'SELECT count(*) FROM requests r LEFT JOIN plans p ON p.customer = r.customer WHERE p.plan IS NULL',
        [['2']],
      ],
      [
        'ASOF JOIN',
        `SELECT t, status FROM (VALUES (TIMESTAMPTZ '2026-11-02 10:59:00+00')) v(t) ASOF JOIN requests ON t >= time`,
        [['2026-11-02 10:59:00+00', 500]],
      ],
      [
        'SEMI and ANTI JOIN',
        'SELECT (SELECT count(*) FROM requests SEMI JOIN plans USING (customer)), (SELECT count(*) FROM requests ANTI JOIN plans USING (customer))',
        [['3', '2']],
      ],
      ['a table twice', 'SELECT count(*) FROM requests a, requests b WHERE a.time < b.time', [['10']]],
      ['main as the schema', 'SELECT count(*) FROM main.plans', [['2']]],
      ['the name of a table in capitals', 'SELECT count(*) FROM "REQUESTS"', [['5']]],
      ['a subquery in WHERE', 'SELECT count(*) FROM requests WHERE customer IN (SELECT customer FROM plans)', [['3']]],
      [
        'a correlated subquery',
        'SELECT plan, (SELECT count(*) FROM requests r WHERE r.customer = plans.customer) FROM plans ORDER BY plan',
        [
          ['free', '1'],
          ['pro', '2'],
        ],
      ],
      [
        'EXISTS',
        'SELECT customer FROM plans WHERE NOT EXISTS (SELECT 1 FROM requests r WHERE r.customer = plans.customer AND r.status < 300)',
        [['bob']],
      ],
      [
        'a lateral subquery',
        'SELECT plan, n FROM plans, LATERAL (SELECT count(*) AS n FROM requests r WHERE r.customer = plans.customer) ORDER BY n',
        [
          ['free', '1'],
          ['pro', '2'],
        ],
      ],
      ['ANY and ALL', 'SELECT 1 = ANY([1, 2]), 1 > ALL(SELECT status FROM requests WHERE status > 0)', [[true, false]]],
      [
        'a CROSS JOIN before a JOIN',
        'SELECT count(*) FROM plans a CROSS JOIN plans b JOIN requests r ON r.customer = a.customer',
        [['6']],
      ],
      [
        'a comma before a JOIN',
        'SELECT count(*) FROM plans a, plans b JOIN requests r ON r.customer = b.customer',
        [['6']],
      ],
      [
        'brackets of joins',
        'SELECT count(*) FROM requests r LEFT JOIN (plans p JOIN plans q USING (customer)) ON r.customer = p.customer',
        [['5']],
      ],
      ['a sample', 'SELECT count(*) FROM requests USING SAMPLE 3 ROWS', [['3']]],
    ],
  ],
  [
    'clauses',
    [
      [
        'GROUP BY ALL and ORDER BY ALL',
        'SELECT service, count(*) FROM requests GROUP BY ALL ORDER BY ALL',
        [
          ['pay', '2'],
          ['shop', '3'],
        ],
      ],
      ['HAVING', 'SELECT service FROM requests GROUP BY service HAVING count(*) > 2', [['shop']]],
      [
        'GROUPING SETS',
        'SELECT service, count(*), GROUPING(service) FROM requests GROUP BY GROUPING SETS ((service), ()) ORDER BY ALL NULLS LAST',
        [
          ['pay', '2', '0'],
          ['shop', '3', '0'],
          [null, '5', '1'],
        ],
      ],
      [
        'ROLLUP and CUBE',
        'SELECT (SELECT count(*) FROM (SELECT service, method FROM requests GROUP BY ROLLUP (service, method))), (SELECT count(*) FROM (SELECT service, method FROM requests GROUP BY CUBE (service, method)))',
        [['6', '8']],
      ],
      [
        'DISTINCT ON',
        'SELECT DISTINCT ON (service) service, status FROM requests ORDER BY service, status DESC NULLS LAST',
        [
          ['pay', 402],
          ['shop', 500],
        ],
      ],
      ['LIMIT and OFFSET', 'SELECT status FROM requests ORDER BY time LIMIT 2 OFFSET 1', [[500], [201]]],
      ['LIMIT in percent', 'SELECT count(*) FROM (SELECT 1 FROM requests LIMIT 40%)', [['2']]],
      [
        'QUALIFY',
        'SELECT service, status FROM requests QUALIFY row_number() OVER (PARTITION BY service ORDER BY time) = 1 ORDER BY service',
        [
          ['pay', 402],
          ['shop', 200],
        ],
      ],
      ['FILTER', 'SELECT count(*) FILTER (WHERE status >= 500) / count(*) FROM requests', [[0.2]]],
      [
        'CASE instead of PIVOT',
        `SELECT service, sum(CASE WHEN method = 'GET' THEN 1 ELSE 0 END) AS gets FROM requests GROUP BY 1 ORDER BY 1`,
        [
          ['pay', '0'],
          ['shop', '2'],
        ],
      ],
      [
        'CASE of a value',
        `SELECT CASE status // 100 WHEN 2 THEN 'fine' WHEN 5 THEN 'ours' ELSE 'theirs' END FROM requests WHERE status > 0 ORDER BY time`,
        [['fine'], ['ours'], ['fine'], ['theirs']],
      ],
      ['an alias before', 'SELECT n: count(*) FROM plans', [['2']]],
      ['an alias of any letters', 'SELECT count(*) AS "p95 / ms; DROP" FROM plans', [['2']]],
    ],
  ],
  [
    'windows',
    [
      [
        'sums over rows',
        'SELECT sum(price) OVER (ORDER BY price ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW) FROM plans ORDER BY price',
        [['0'], ['30']],
      ],
      [
        'a named window',
        'SELECT rank() OVER w, lag(status, 1, 0) OVER w FROM requests WINDOW w AS (ORDER BY time) ORDER BY time LIMIT 2',
        [
          ['1', 0],
          ['2', 200],
        ],
      ],
      [
        'lag that ignores nulls',
        'SELECT lag(status IGNORE NULLS) OVER (ORDER BY time) FROM requests ORDER BY time DESC LIMIT 1',
        [[402]],
      ],
      [
        'a range of time',
        `SELECT count(*) OVER (ORDER BY time RANGE BETWEEN INTERVAL 1 HOUR PRECEDING AND CURRENT ROW) FROM requests ORDER BY time`,
        [['1'], ['2'], ['3'], ['2'], ['1']],
      ],
      [
        'frames without ties',
        'SELECT count(*) OVER (ORDER BY service ROWS BETWEEN 1 PRECEDING AND 1 FOLLOWING EXCLUDE CURRENT ROW) FROM requests ORDER BY 1',
        [['1'], ['1'], ['2'], ['2'], ['2']],
      ],
      [
        'aggregates with FILTER and DISTINCT',
        `SELECT DISTINCT count(DISTINCT service) FILTER (WHERE method = 'POST') OVER () FROM requests`,
        [['2']],
      ],
      [
        'first, last, nth, ntile',
        'SELECT first_value(plan) OVER w, last_value(plan) OVER w, nth_value(plan, 2) OVER w, ntile(2) OVER w FROM plans WINDOW w AS (ORDER BY price) ORDER BY price DESC LIMIT 1',
        [['free', 'pro', 'pro', '2']],
      ],
    ],
  ],
  [
    'aggregates',
    [
      [
        'quantiles',
        'SELECT quantile_cont(duration_ms, 0.5), median(duration_ms), quantile_disc(duration_ms, 0.5) FROM requests',
        [['25.0', '25.0', '20.0']],
      ],
      ['several quantiles', 'SELECT quantile_cont(duration_ms, [0.5, 1.0]) FROM requests', [[['25.0', '40.0']]]],
      ['WITHIN GROUP', 'SELECT percentile_cont(0.5) WITHIN GROUP (ORDER BY duration_ms) FROM requests', [['25.0']]],
      [
        'lists and texts in order',
        `SELECT list(plan ORDER BY price), string_agg(DISTINCT plan, '+' ORDER BY plan) FROM plans`,
        [[['free', 'pro'], 'free+pro']],
      ],
      ['arg_max and mode', 'SELECT arg_max(customer, price), mode(plan) FROM plans', [['ann', 'pro']]],
      ['approximate ones', 'SELECT approx_count_distinct(service) FROM requests', [['2']]],
      ['COLUMNS', 'SELECT min(COLUMNS(* EXCLUDE (plan))) FROM plans', [['ann', 0]]],
      [
        'COLUMNS by pattern',
        `SELECT COLUMNS('^p') FROM plans ORDER BY price`,
        [
          ['free', 0],
          ['pro', 30],
        ],
      ],
    ],
  ],
  [
    'maps, lists and structs',
    [
      ['a value of a map', `SELECT attributes['plan'] FROM requests ORDER BY time LIMIT 2`, [['pro'], ['free']]],
      [
        'keys of a map, unnested',
        'SELECT k, count(*) FROM requests, unnest(map_keys(attributes)) t(k) GROUP BY k ORDER BY k',
        [
          ['plan', '3'],
          ['region', '1'],
        ],
      ],
      ['unnest in SELECT', 'SELECT unnest([1, 2])', [[1], [2]]],
      [
        'unnest with a number',
        'SELECT * FROM unnest([5, 6]) WITH ORDINALITY t(x, n)',
        [
          [5, '1'],
          [6, '2'],
        ],
      ],
      [
        'range and generate_series',
        'SELECT (SELECT count(*) FROM range(1000)), range(3), generate_series(1, 5, 2)',
        [['1000', ['0', '1', '2'], ['1', '3', '5']]],
      ],
      [
        'a series of times',
        `SELECT count(*) FROM generate_series(TIMESTAMPTZ '2026-11-02', TIMESTAMPTZ '2026-11-03', INTERVAL 1 HOUR)`,
        [['25']],
      ],
      [
        'a series by an interval of several units',
        `SELECT len(range(TIMESTAMP '2026-11-02', TIMESTAMP '2026-11-05', INTERVAL '1 day 12 hours'))`,
        [['2']],
      ],
      [
        'a series from the begin of a unit',
        `SELECT len(range(date_trunc('day', TIMESTAMP '2026-11-02 10:00:00'), TIMESTAMP '2026-11-03', INTERVAL 1 HOUR))`,
        [['24']],
      ],
      [
        'JSON with a structure',
        `SELECT json_transform('{"a": 1, "b": ["x"], "c": "1.5"}', '{"a": "BIGINT", "b": ["varchar"], "c": "DECIMAL(9, 2)"}')::VARCHAR`,
        [["{'a': 1, 'b': [x], 'c': 1.50}"]],
      ],
      [
        'names that are words of the session',
        `SELECT customer AS user, count(*) FROM plans GROUP BY user ORDER BY user LIMIT 1`,
        [['ann', '1']],
      ],
      [
        'such names of subqueries and lambdas',
        `WITH p("user") AS (SELECT customer FROM plans) SELECT max("user"), [x FOR x IN list_transform([1], lambda user: user + 1)] FROM p`,
        [['bob', [2]]],
      ],
      [
        'a series up to now',
        'SELECT count(*) > 20 FROM range(now() - INTERVAL 1 DAY, now(), INTERVAL 1 HOUR)',
        [[true]],
      ],
      [
        'lambdas',
        'SELECT list_transform([1, 2], lambda x: x * 2), list_filter([1, 2, 3], x -> x > 1), list_reduce([1, 2, 3], lambda a, b: a + b)',
        [[[2, 4], [2, 3], 6]],
      ],
      ['a list comprehension', 'SELECT [x + 1 FOR x IN [1, 2, 3] IF x > 1]', [[[3, 4]]]],
      ['slices', `SELECT [1, 2, 3][2:], [1, 2, 3][:2], [1, 2, 3][-1], 'abc'[1:2]`, [[[2, 3], [1, 2], 3, 'ab']]],
      [
        'list functions',
        `SELECT list_sort([2, 1]), list_contains([1], 1), len([1, 2]), list_aggregate([1, 2], 'sum'), flatten([[1], [2]])`,
        [[[1, 2], true, '2', '3', [1, 2]]],
      ],
      ['structs', `SELECT {'a': 1, 'b': {'c': 2}}.b.c, struct_pack(x := 1).x, row(1, 'a')[2]`, [[2, 1, 'a']]],
      [
        'a map that is made',
        `SELECT MAP {'a': 1}['a'], map_from_entries([('x', 1)])['x'], cardinality(MAP([1, 2], [3, 4]))`,
        [[1, 1, '2']],
      ],
      ['an array of a fixed size', 'SELECT [1, 2]::INTEGER[2]', [[[1, 2]]]],
    ],
  ],
  [
    'values',
    [
      [
        'intervals',
        `SELECT TIMESTAMP '2026-11-02' + INTERVAL 90 MINUTE, TIMESTAMP '2026-11-02' - INTERVAL '1 day', to_seconds(90)::VARCHAR`,
        [['2026-11-02 01:30:00', '2026-11-01 00:00:00', '00:01:30']],
      ],
      [
        'functions of times',
        `SELECT date_trunc('day', time), extract(hour FROM time), strftime(time, '%H:%M'), dayname(time), epoch_ms(time) FROM requests ORDER BY time LIMIT 1`,
        [['2026-11-02 00:00:00+00', '10', '10:00', 'Monday', '1793613600000']],
      ],
      [
        'time zones',
        `SELECT time AT TIME ZONE 'Europe/Berlin' FROM requests ORDER BY time LIMIT 1`,
        [['2026-11-02 11:00:00']],
      ],
      [
        'time_bucket',
        `SELECT time_bucket(INTERVAL 2 HOURS, time) AS t, count(*) FROM requests GROUP BY t ORDER BY t LIMIT 1`,
        [['2026-11-02 10:00:00+00', '3']],
      ],
      [
        'differences of times',
        `SELECT date_diff('hour', min(time), max(time)), age(TIMESTAMP '2026-11-03', TIMESTAMP '2026-11-02')::VARCHAR FROM requests`,
        [['26', '1 day']],
      ],
      [
        'the present',
        'SELECT now() > min(time) - INTERVAL 100 YEARS, current_date IS NOT NULL, current_timestamp IS NOT NULL FROM requests',
        [[true, true, true]],
      ],
      [
        'ILIKE and LIKE',
        `SELECT count(*) FROM requests WHERE route ILIKE '/ORDERS%' AND method LIKE 'GE_' AND route NOT LIKE '%x%' ESCAPE '!'`,
        [['2']],
      ],
      [
        'regular expressions',
        `SELECT regexp_matches(route, '^/orders'), regexp_extract(route, '/(\\w+)', 1), regexp_replace(route, '[{}]', '', 'g') FROM requests ORDER BY time LIMIT 1`,
        [[true, 'orders', '/orders/id']],
      ],
      ['SIMILAR TO and GLOB', `SELECT 'abc' SIMILAR TO 'a.c', 'abc' ~ 'a.c', 'abc' GLOB 'a*'`, [[true, true, true]]],
      [
        'texts',
        `SELECT upper('a') || lower('B'), concat_ws('-', 1, 2), split_part('/a/b', '/', 3), substring('abc' FROM 2 FOR 1), position('c' IN 'abc'), trim(BOTH 'x' FROM 'xax')`,
        [['Ab', '1-2', 'b', 'b', '3', 'a']],
      ],
      [
        'texts of a length',
        `SELECT lpad('7', 3, '0'), repeat('-', 5), bar(5, 0, 10, 4), printf('%5.1f%%', 1.25), format('{:>4}|{{}}', 'x')`,
        [['007', '-----', '██  ', '  1.2%', '   x|{}']],
      ],
      [
        'a length that a column decides, with a bound',
        `SELECT repeat('#', least(price, 50)::INTEGER) FROM plans ORDER BY price`,
        [[''], ['#'.repeat(30)]],
      ],
      [
        'JSON',
        `SELECT '{"a": {"b": [1, 2]}}'::JSON -> 'a' ->> '$.b[1]', json_extract_string('{"a": 1}', '$.a'), json_object('k', 1), to_json([1])`,
        [['2', '1', '{"k":1}', '[1]']],
      ],
      [
        'json_each',
        `SELECT key, value FROM json_each('{"a": 1, "b": 2}')`,
        [
          ['a', '1'],
          ['b', '2'],
        ],
      ],
      ['json_tree', `SELECT count(*) FROM json_tree('{"a": {"b": 1}}')`, [['3']]],
      [
        'json_each of every row',
        "SELECT plan, j.value FROM plans, json_each(json_object('p', price)) j ORDER BY price",
        [
          ['free', '0'],
          ['pro', '30'],
        ],
      ],
      [
        'casts',
        `SELECT '1'::INTEGER, CAST(1.5 AS DECIMAL(10, 2)), TRY_CAST('x' AS INTEGER), 'inf'::DOUBLE > 1, [1]::VARCHAR[], {'a': 1}::STRUCT(a VARCHAR)`,
        [[1, '1.50', null, true, ['1'], { a: '1' }]],
      ],
      ['TRY', "SELECT TRY(CAST('x' AS INTEGER)), TRY_CAST('a' AS DATE)", [[null, null]]],
      [
        'nulls',
        `SELECT coalesce(NULL, 1), nullif(1, 1), ifnull(NULL, 2), NULL IS NULL, 1 IS DISTINCT FROM NULL, if(true, 1, 2)`,
        [[1, null, 2, true, true, 1]],
      ],
      [
        'numbers',
        'SELECT 7 // 2, 7 % 2, 2 ** 3, 5 & 3, -1, 1e3, 1e18 * 1e18 * 1e18, .5e-3, round(2.567, 2), greatest(1, 2), 170141183460469231731687303715884105727',
        [[3, 1, 8, 1, -1, 1000, 1e54, 0.0005, '2.57', 2, '170141183460469231731687303715884105727']],
      ],
      [
        'IN and BETWEEN',
        'SELECT count(*) FROM requests WHERE status IN (200, 201) AND duration_ms NOT BETWEEN 15 AND 25',
        [['2']],
      ],
      ['a collation', `SELECT 'A' = 'a' COLLATE NOCASE`, [[true]]],
      ['rows that are compared', "SELECT count(*) FROM requests WHERE (service, method) IN (('shop', 'GET'))", [['2']]],
      [
        'a star with exceptions',
        'SELECT * EXCLUDE (plan) REPLACE (price * 2 AS price) FROM plans ORDER BY price',
        [
          ['bob', 0],
          ['ann', 60],
        ],
      ],
      [
        'a star that is renamed',
        'SELECT * RENAME (plan AS tariff) FROM plans ORDER BY price LIMIT 1',
        [['bob', 'free', 0]],
      ],
    ],
  ],
  [
    'what looks like something else',
    [
      [
        'a statement in a string',
        `SELECT 'DROP TABLE requests; COPY x TO ''y''' AS s`,
        [[`DROP TABLE requests; COPY x TO 'y'`]],
      ],
      ['a statement in a dollar-quoted string', 'SELECT $$; DELETE FROM requests$$', [['; DELETE FROM requests']]],
      ['the name of a function in a string', `SELECT 'read_csv(''/etc/passwd'')'`, [[`read_csv('/etc/passwd')`]]],
      ['a path in a string', `SELECT count(*) FROM requests WHERE route = '/etc/passwd'`, [['0']]],
      ['a comment to the end of the line', 'SELECT 1 -- ; DROP TABLE requests', [[1]]],
      ['comments', '/* read_csv() */ SELECT /* a /* nested */ one */ 1', [[1]]],
      ['a semicolon at the end', 'SELECT 1;', [[1]]],
      ['semicolons, blanks and a comment at the end', 'SELECT 1 ; ;\n -- done\n', [[1]]],
      ['a column of the name of a function', 'SELECT query FROM (SELECT 1 AS query)', [[1]]],
      [
        'a table alias of the name of a function',
        'SELECT duckdb_settings.plan FROM plans duckdb_settings ORDER BY 1',
        [['free'], ['pro']],
      ],
      ['letters beyond ASCII', `SELECT 'Größe 🦆' AS "Maß" FROM plans LIMIT 1`, [['Größe 🦆']]],
      [
        'a string with a quote, a line break and a backslash',
        `SELECT 'it''s', E'a\\nb', 'c:\\d'`,
        [["it's", 'a\nb', 'c:\\d']],
      ],
    ],
  ],
])('%s', (_, cases) => {
  it.each(cases)('%s', async (__, sql, rows) => {
    expect(await engine.rows(sql)).toEqual(rows);
  });
});
