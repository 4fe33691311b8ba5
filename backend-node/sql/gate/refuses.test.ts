import { ApitrailError } from '@apitrail/contract';

import { GatedEngine } from '../testing/gated-engine';

/** What must be refused, by name, and never reach the engine as a statement. */
let engine: GatedEngine;
beforeAll(async () => {
  engine = await GatedEngine.open();
});
afterAll(() => engine.close());

async function refusal(sql: string): Promise<ApitrailError> {
  try {
    await engine.check(sql);
  } catch (error) {
    if (error instanceof ApitrailError) {
      return error;
    }
    throw error;
  }
  throw new Error(`went through: ${sql}`);
}

const refused = async (sql: string) => {
  const error = await refusal(sql);
  expect([error.code, sql]).toEqual(['APITRAIL_SQL_REFUSED', sql]);
  return error;
};

describe('statements', () => {
  it.each([
    ['INSERT', `INSERT INTO requests VALUES (1)`],
    ['INSERT after WITH', `WITH x AS (SELECT 1) INSERT INTO requests SELECT * FROM x`],
    ['UPDATE', `UPDATE requests SET status = 1`],
    ['DELETE', `DELETE FROM requests`],
    ['MERGE', `MERGE INTO plans USING requests ON true WHEN MATCHED THEN DELETE`],
    ['TRUNCATE', `TRUNCATE requests`],
    ['CREATE TABLE', `CREATE TABLE x AS SELECT 1`],
    ['CREATE VIEW', `CREATE VIEW x AS SELECT 1`],
    ['CREATE MACRO', `CREATE MACRO lower(x) AS upper(x)`],
    ['CREATE SCHEMA', `CREATE SCHEMA x`],
    ['CREATE SEQUENCE', `CREATE SEQUENCE x`],
    ['CREATE TYPE', `CREATE TYPE x AS ENUM ('a')`],
    ['CREATE INDEX', `CREATE INDEX i ON requests(status)`],
    ['CREATE SECRET', `CREATE SECRET x (TYPE s3)`],
    ['ALTER', `ALTER TABLE requests ADD COLUMN x INTEGER`],
    ['DROP', `DROP TABLE requests`],
    ['COMMENT', `COMMENT ON TABLE requests IS 'x'`],
    ['COPY TO', `COPY requests TO 'x.csv'`],
    ['COPY FROM', `COPY requests FROM 'x.csv'`],
    ['COPY of a query', `COPY (SELECT 1) TO 'x.csv'`],
    ['EXPORT DATABASE', `EXPORT DATABASE 'x'`],
    ['IMPORT DATABASE', `IMPORT DATABASE 'x'`],
    ['ATTACH', `ATTACH 'x.db'`],
    ['ATTACH of memory', `ATTACH ':memory:' AS x`],
    ['DETACH', `DETACH memory`],
    ['USE', `USE memory`],
    ['INSTALL', `INSTALL httpfs`],
    ['LOAD', `LOAD httpfs`],
    ['UPDATE EXTENSIONS', `UPDATE EXTENSIONS`],
    ['SET', `SET threads = 1`],
    ['SET GLOBAL', `SET GLOBAL memory_limit = '1TB'`],
    ['SET VARIABLE', `SET VARIABLE x = 1`],
    ['SET search_path', `SET search_path = 'main'`],
    ['RESET', `RESET threads`],
    ['PRAGMA', `PRAGMA enable_profiling`],
    ['PRAGMA with a value', `PRAGMA threads = 1`],
    ['PRAGMA that answers', `PRAGMA version`],
    ['CALL', `CALL pragma_version()`],
    ['CHECKPOINT', `CHECKPOINT`],
    ['FORCE CHECKPOINT', `FORCE CHECKPOINT`],
    ['VACUUM', `VACUUM`],
    ['ANALYZE', `ANALYZE`],
    ['BEGIN', `BEGIN`],
    ['COMMIT', `COMMIT`],
    ['ROLLBACK', `ROLLBACK`],
    ['PREPARE', `PREPARE x AS SELECT 1`],
    ['EXECUTE', `EXECUTE x`],
    ['DEALLOCATE', `DEALLOCATE x`],
    ['EXPLAIN', `EXPLAIN SELECT 1`],
    ['EXPLAIN ANALYZE', `EXPLAIN ANALYZE SELECT 1`],
    ['PIVOT', `PIVOT plans ON plan USING sum(price)`],
  ])('%s', async (name, sql) => {
    const error = await refused(sql);
    expect(error.message).toMatch(
      /^(\w+ )?\w+ statements cannot run: user-written SQL only reads\. Write one SELECT\.$/
    );
    expect(error.message.split(' ')[0]).toBe(name.split(' ')[0]);
    expect(error.where).toMatch(/^line 1, column \d+$/);
  });

  it.each([
    ['DESCRIBE', `DESCRIBE requests`],
    ['DESCRIBE in FROM', `SELECT * FROM (DESCRIBE requests)`],
    ['SHOW TABLES', `SHOW TABLES`],
    ['SHOW ALL TABLES', `SHOW ALL TABLES`],
    ['SHOW DATABASES', `SHOW DATABASES`],
    ['SHOW in FROM', `SELECT * FROM (SHOW TABLES)`],
    ['SUMMARIZE', `SUMMARIZE requests`],
    ['SUMMARIZE in FROM', `SELECT * FROM (SUMMARIZE requests)`],
    ['UNPIVOT', `UNPIVOT plans ON price INTO NAME n VALUE v`],
    ['PIVOT in FROM', `FROM plans PIVOT (sum(price) FOR plan IN ('pro'))`],
    ['UNPIVOT in FROM', `FROM plans UNPIVOT (v FOR n IN (price))`],
    ['WITH RECURSIVE', `WITH RECURSIVE a(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM a) SELECT * FROM a`],
    ['two statements', `SELECT 1; SELECT 2`],
    ['a second statement that changes', `SELECT 1; DROP TABLE requests`],
    ['a second statement after a comment', `SELECT 1 /* ; */ ; -- ;\n ATTACH 'x'`],
    ['parameters by number', `SELECT $1`],
    ['parameters by place', `SELECT ? + 1`],
    ['parameters by name', `SELECT $from`],
    ['a parameter as the limit', `SELECT 1 LIMIT ?`],
    ['DEFAULT', `SELECT DEFAULT`],
    ['AT a version', `SELECT * FROM requests AT (VERSION => 1)`],
    ['AT a time', `SELECT * FROM requests AT (TIMESTAMP => now())`],
    ['POSITIONAL JOIN', `SELECT * FROM plans POSITIONAL JOIN requests`],
    ['EXPORT_STATE', `SELECT sum(price) EXPORT_STATE FROM plans`],
    ['a character of code 0', `SELECT 1 \0 FROM requests`],
  ])('%s', async (_, sql) => {
    const error = await refused(sql);
    expect(error.where).toMatch(/^line \d+, column \d+$/);
  });

  it.each([
    ['nothing', ''],
    ['only a comment', '-- SELECT 1'],
    ['only semicolons', ' ; ; '],
  ])('%s', async (_, sql) => {
    expect(await refusal(sql)).toMatchObject({
      code: 'APITRAIL_SQL_SYNTAX',
      message: 'There is no statement. Write a SELECT.',
    });
  });
});

describe('table functions', () => {
  it.each(
    `read_blob read_csv read_csv_auto read_duckdb read_json read_json_auto read_json_objects read_json_objects_auto
     read_ndjson read_ndjson_auto read_ndjson_objects read_parquet read_text read_xlsx
     parquet_bloom_probe parquet_file_metadata parquet_full_metadata parquet_kv_metadata parquet_metadata parquet_scan
     parquet_schema sniff_csv glob seq_scan arrow_scan arrow_scan_dumb
     query query_table json_execute_serialized_sql sql_auto_complete
     enable_logging disable_logging enable_profiling disable_profiling truncate_duckdb_logs duckdb_logs
     duckdb_logs_parsed checkpoint force_checkpoint enable_peg_parser disable_peg_parser check_peg_parser
     duckdb_settings duckdb_databases duckdb_secrets duckdb_views duckdb_tables duckdb_columns duckdb_functions
     duckdb_extensions duckdb_memory duckdb_temporary_files duckdb_variables duckdb_external_file_cache
     pragma_version pragma_table_info pragma_database_size pragma_storage_info pragma_user_agent pragma_platform
     which_secret summary test_all_types test_vector_types repeat repeat_row pg_timezone_names icu_calendar_names
     histogram_values delta_scan delta_list_files iceberg_scan postgres_scan sqlite_scan mysql_scan copy_dir st_read
     generate_subscripts lower sum`
      .trim()
      .split(/\s+/)
      .flatMap((name) => [
        [`FROM ${name}('a')`, name, `SELECT * FROM ${name}('a')`],
        [`SELECT ${name}('a') in FROM, beside a table`, name, `SELECT * FROM requests, LATERAL ${name}(method)`],
      ])
  )('%s', async (_, name, sql) => {
    const error = await refused(sql!);
    expect(error.message).toContain(name);
    expect(error.where).toBe(`line 1, column ${sql!.indexOf(`${name}(`) + 1}`);
  });

  it.each([
    ['a file by its name', `SELECT * FROM 'x.csv'`],
    ['a file by its quoted name', `SELECT * FROM "x.parquet"`],
    ['a file, FROM first', `FROM 'x.json'`],
    ['an absolute path', `SELECT * FROM '/etc/passwd'`],
    ['a path upwards', `SELECT * FROM '../x'`],
    ['a path of Windows', `SELECT * FROM 'c:\\x'`],
    ['an address', `SELECT * FROM 'https://example.com/x.csv'`],
    ['an object store', `SELECT * FROM 's3://bucket/x.parquet'`],
    ['a pattern', `SELECT * FROM '*.csv'`],
    ['a pattern of one letter', `SELECT * FROM 'x?csv'`],
    ['a process file', `SELECT * FROM '/proc/self/environ'`],
    ['a device', `SELECT * FROM '/dev/stdin'`],
    ['a file in a subquery', `SELECT (SELECT count(*) FROM 'x.csv')`],
    ['a file in a JOIN', `SELECT * FROM requests JOIN 'x.csv' USING (customer)`],
    ['a file in a WITH', `WITH x AS (FROM 'x.csv') SELECT 1`],
    ['a file that a WITH is called', `WITH "x.csv" AS (SELECT 1) SELECT * FROM "x.csv"`],
    ['a file by the name of a WITH elsewhere', `SELECT * FROM (WITH y AS (SELECT 1) SELECT * FROM y), y`],
    ['a WITH before it is there', `WITH a AS (SELECT * FROM b), b AS (SELECT 1) SELECT * FROM a`],
    ['a WITH within itself', `WITH a AS (SELECT * FROM a) SELECT * FROM a`],
    ['a table that is not there', `SELECT * FROM secrets`],
    ['the alias of a table', `SELECT * FROM plans p, (SELECT * FROM p)`],
    ['information_schema', `SELECT * FROM information_schema.tables`],
    ['pg_catalog', `SELECT * FROM pg_catalog.pg_class`],
    ['sqlite_master', `SELECT * FROM sqlite_master`],
    ['duckdb_tables without brackets', `SELECT * FROM duckdb_tables`],
    ['pragma_database_list', `SELECT * FROM pragma_database_list`],
    ['the catalog system', `SELECT * FROM system.main.duckdb_settings`],
    ['the catalog temp', `SELECT * FROM temp.main.requests`],
    ['our table by its catalog', `SELECT * FROM memory.main.requests`],
    ['our table by another schema', `SELECT * FROM other.requests`],
    ['a catalog of the name of the table', `SELECT * FROM requests.requests`],
    ['TABLE of another', `TABLE duckdb_settings`],
    ['unnest of what is refused', `SELECT * FROM unnest(duckdb_settings())`],
    ['json_each of what is refused', `SELECT * FROM json_each(current_setting('x'))`],
    ['range up to a subquery', `SELECT * FROM range((SELECT max(status) FROM requests))`],
    ['a call by schema', `SELECT * FROM main.read_csv('x')`],
    ['a call by catalog', `SELECT * FROM system.main.glob('*')`],
  ])('%s', async (_, sql) => {
    await refused(sql);
  });
});

describe('functions', () => {
  const scalars = `getenv getvariable current_setting current_query current_query_id current_database current_schema
    current_schemas current_user session_user has_table_privilege has_schema_privilege has_column_privilege
    txid_current current_transaction_id current_connection_id nextval currval setseed uuid gen_random_uuid uuidv4 uuidv7
    sleep_ms pg_sleep write_log error stats in_search_path json_serialize_sql json_serialize_plan json_deserialize_sql
    json_execute_serialized_sql add_parquet_key create_secret version pg_get_viewdef pg_typeof format_type
    parse_duckdb_log_message levenshtein damerau_levenshtein editdist3 jaro_similarity jaro_winkler_similarity
    icu_collate_de icu_sort_key create_sort_key make_type cast_to_type can_cast_implicitly get_type combine finalize
    variant_typeof st_asbinary __internal_compress_string_hugeint read_text read_csv query enable_logging checkpoint
    duckdb_settings glob a_function_of_tomorrow`
    .trim()
    .split(/\s+/);

  it.each(scalars)('%s', async (name) => {
    const error = await refused(`SELECT\n  ${name}('a')`);
    expect(error.message).toContain(name);
    expect(error.where).toBe('line 2, column 3');
  });

  const places: Array<[string, (call: string) => string]> = [
    ['the select list', (call) => `SELECT 1, ${call} FROM requests`],
    ['WHERE', (call) => `SELECT 1 FROM requests WHERE ${call} = 'a'`],
    ['GROUP BY', (call) => `SELECT 1 FROM requests GROUP BY ${call}`],
    ['GROUPING SETS', (call) => `SELECT 1 FROM requests GROUP BY GROUPING SETS ((${call}), ())`],
    ['HAVING', (call) => `SELECT 1 FROM requests GROUP BY service HAVING ${call} = 'a'`],
    ['QUALIFY', (call) => `SELECT 1 FROM requests QUALIFY ${call} = 'a'`],
    ['ORDER BY', (call) => `SELECT 1 FROM requests ORDER BY ${call}`],
    ['LIMIT', (call) => `SELECT 1 FROM requests LIMIT ${call}`],
    ['OFFSET', (call) => `SELECT 1 FROM requests OFFSET ${call}`],
    ['DISTINCT ON', (call) => `SELECT DISTINCT ON (${call}) 1 FROM requests`],
    ['a JOIN', (call) => `SELECT 1 FROM requests JOIN plans ON ${call} = plan`],
    ['a lateral subquery', (call) => `SELECT 1 FROM requests, LATERAL (SELECT ${call})`],
    ['a scalar subquery', (call) => `SELECT (SELECT ${call})`],
    ['EXISTS', (call) => `SELECT EXISTS (SELECT ${call})`],
    ['IN', (call) => `SELECT 1 IN (1, ${call})`],
    ['IN a subquery', (call) => `SELECT ${call} IN (SELECT 1)`],
    ['a WITH', (call) => `WITH x AS (SELECT ${call}) SELECT 1`],
    ['one side of a UNION', (call) => `SELECT 'a' UNION ALL SELECT ${call}`],
    ['VALUES', (call) => `VALUES ('a'), (${call})`],
    ['CASE', (call) => `SELECT CASE WHEN true THEN 'a' ELSE ${call} END`],
    ['the condition of CASE', (call) => `SELECT CASE ${call} WHEN 'a' THEN 1 END`],
    ['CAST', (call) => `SELECT ${call}::INTEGER`],
    ['COLLATE', (call) => `SELECT ${call} COLLATE NOCASE`],
    ['BETWEEN', (call) => `SELECT 'b' BETWEEN 'a' AND ${call}`],
    ['a lambda', (call) => `SELECT list_transform([1], lambda x: ${call})`],
    ['a list comprehension', (call) => `SELECT [${call} FOR x IN [1]]`],
    ['a list', (call) => `SELECT [${call}]`],
    ['a struct', (call) => `SELECT {'a': ${call}}`],
    ['a map', (call) => `SELECT MAP {'a': ${call}}`],
    ['a slice', (call) => `SELECT 'abc'[1:${call}]`],
    ['the key of a map', (call) => `SELECT attributes[${call}] FROM requests`],
    ['an aggregate', (call) => `SELECT max(${call}) FROM requests`],
    ['FILTER', (call) => `SELECT count(*) FILTER (WHERE ${call} = 'a') FROM requests`],
    ['ORDER BY within an aggregate', (call) => `SELECT list(service ORDER BY ${call}) FROM requests`],
    ['WITHIN GROUP', (call) => `SELECT percentile_cont(0.5) WITHIN GROUP (ORDER BY ${call}) FROM requests`],
    ['PARTITION BY', (call) => `SELECT count(*) OVER (PARTITION BY ${call}) FROM requests`],
    ['ORDER BY of a window', (call) => `SELECT count(*) OVER (ORDER BY ${call}) FROM requests`],
    ['a frame', (call) => `SELECT count(*) OVER (ROWS ${call} PRECEDING) FROM requests`],
    ['FILTER of a window', (call) => `SELECT count(*) FILTER (WHERE ${call} = 'a') OVER () FROM requests`],
    ['lag', (call) => `SELECT lag(service, 1, ${call}) OVER () FROM requests`],
    ['the offset of lag', (call) => `SELECT lag(service, ${call}) OVER () FROM requests`],
    ['REPLACE of a star', (call) => `SELECT * REPLACE (${call} AS service) FROM requests`],
    ['COLUMNS', (call) => `SELECT COLUMNS(c -> c = ${call}) FROM requests`],
    ['TRY', (call) => `SELECT TRY(${call})`],
    ['json_each', (call) => `SELECT * FROM json_each(${call})`],
    ['unnest', (call) => `SELECT * FROM unnest([${call}])`],
    ['an interval', (call) => `SELECT INTERVAL (${call}) DAYS`],
    ['AT TIME ZONE', (call) => `SELECT now() AT TIME ZONE ${call}`],
    ['extract', (call) => `SELECT extract(year FROM ${call})`],
  ];

  it.each(places)('of one that is refused in %s', async (_, place) => {
    const sql = place(`current_setting('x')`);
    const error = await refused(sql);
    expect(error.message).toContain('current_setting tells of the engine');
    expect(error.where).toBe(`line 1, column ${sql.indexOf('current_setting') + 1}`);
  });

  it.each([
    ['by schema', `SELECT pg_catalog.current_database()`],
    ['by catalog', `SELECT system.main.lower('A')`],
    ['by a schema of their own', `SELECT mine.lower('A')`],
    ['as a window', `SELECT stats(status) OVER () FROM requests`],
    ['current_user as a word', `SELECT current_user`],
    ['session_user as a word', `SELECT session_user`],
    ['current_catalog as a word', `SELECT current_catalog`],
    ['current_schema as a word', `SELECT current_schema`],
    ['an aggregate by its name', `SELECT list_aggregate([1], 'stats')`],
    ['an aggregate by a name that a column has', `SELECT list_aggregate([1], service) FROM requests`],
    ['a type of the user', `SELECT 1::my_type`],
    ['a type of an extension', `SELECT 1::GEOMETRY`],
    ['an ENUM', `SELECT 'a'::ENUM ('a')`],
  ])('%s', async (_, sql) => {
    await refused(sql);
  });

  it('current_user is a column where a table has it', async () => {
    const tables = new Map([['plans', ['customer', 'user']]]);
    await expect(engine.check('SELECT user FROM plans', { tables })).resolves.toContain('user');
  });
});

describe('types in texts', () => {
  it.each(['json_transform', 'json_transform_strict', 'from_json', 'from_json_strict'])('of %s', async (called) => {
    expect((await refused(`SELECT ${called}('"a"', '"ENUM(''a'')"')`)).message).toContain('ENUM');
    expect((await refused(`SELECT ${called}('"a"', '{"a": ["GEOMETRY"]}')`)).message).toContain(
      'GEOMETRY is not a type'
    );
    expect((await refused(`SELECT ${called}('"a"', '"INT' || 'EGER"')`)).message).toContain('written out');
    await refused(`SELECT ${called}('"a"', route) FROM requests`);
    await refused(`SELECT ${called}('"a"', '{"a": "STRUCT(b requests)"}')`);
    await refused(`SELECT ${called}('"a"', '[1]')`);
  });
});

describe('sizes', () => {
  it.each([
    ['repeat', `SELECT repeat('x', 1000001)`],
    ['repeat of a long text', `SELECT repeat('xxxxxxxxxx', 100001)`],
    ['repeat by a column', `SELECT repeat('x', status) FROM requests`],
    ['repeat by a subquery', `SELECT repeat('x', (SELECT 1000000000))`],
    ['repeat by a sum', `SELECT repeat('x', 999999999 + 1)`],
    ['repeat by a cast', `SELECT repeat('x', '999999999'::BIGINT)`],
    ['repeat of repeat', `SELECT repeat(repeat('x', 1000), 1000)`],
    ['repeat of repeat within a call', `SELECT repeat(upper(rpad('x', 1000, 'y')), 1000)`],
    ['lpad', `SELECT lpad('x', 800000000, 'y')`],
    ['rpad', `SELECT rpad('x', 800000000, 'y')`],
    ['range', `SELECT range(60000000)`],
    ['range in FROM', `SELECT * FROM range(60000000)`],
    ['range between', `SELECT * FROM range(-60000000, 60000000)`],
    ['range that counts down', `SELECT range(60000000, 0, -1)`],
    [
      'range by small steps of time',
      `SELECT * FROM range(TIMESTAMP '2000-01-01', TIMESTAMP '2026-01-01', INTERVAL 1 SECOND)`,
    ],
    ['range by a column', `SELECT range(status) FROM requests`],
    ['range by a column, from below only', `SELECT range(0, least(status, 10), -1) FROM requests`],
    ['range by a step that a column has', `SELECT range(0, 10, status) FROM requests`],
    ['generate_series', `SELECT * FROM generate_series(1, 100000000)`],
    ['unnest of range', `SELECT unnest(range(60000000))`],
    ['list_resize', `SELECT list_resize([1], 100000000)`],
    ['array_resize', `SELECT array_resize([1], 100000000)`],
    ['bitstring', `SELECT bitstring('1', 100000000)`],
    ['a width in format', `SELECT format('{:100000000}', 1)`],
    ['a width that an argument of format has', `SELECT format('{:{}}', 1, 100000000)`],
    ['a width in printf', `SELECT printf('%100000000d', 1)`],
    ['a width that an argument of printf has', `SELECT printf('%*d', 100000000, 1)`],
    ['a precision in printf', `SELECT printf('%.100000000f', 1.0)`],
    ['a format that a column has', `SELECT printf(service, 1) FROM requests`],
    ['arrays in arrays', `SELECT NULL::INTEGER[1000][1000]`],
    ['equi_width_bins', `SELECT equi_width_bins(0, 1, 100000000, true)`],
    ['range by the bits of a text', `SELECT len(range(CAST(CAST(CAST('001' AS BLOB) AS BIT) AS BIGINT)))`],
    ['range by the bits of a number', 'SELECT len(range(CAST(CAST(1000::DOUBLE AS BIT) AS BIGINT)))'],
    ['range by the lesser of two texts', `SELECT range(CAST(least('9', '8' || '999999') AS BIGINT))`],
    [
      'range from a wide bucket',
      `SELECT len(range(time_bucket(INTERVAL '5000 years', now()), now(), INTERVAL 1 MINUTE))`,
    ],
    [
      'range from the begin of the millennium',
      `SELECT len(range(date_trunc('millennium', now()), now(), INTERVAL 1 SECOND))`,
    ],
    [
      'range from before Christ',
      `SELECT len(range(TIMESTAMP '2026-01-01 00:00 (BC)', TIMESTAMP '2026-01-02', INTERVAL 1 MINUTE))`,
    ],
    [
      'range by small parts of several',
      `SELECT len(range(TIMESTAMP '2000-01-01', TIMESTAMP '2026-01-01', INTERVAL '0 days 1 second'))`,
    ],
    ['a size told to an aggregate of a list', `SELECT list_aggr([1, 2], 'reservoir_quantile', 0.5, 2000000000)`],
    ['an array in a text', `SELECT json_transform('"a"', '"INTEGER[100000]"')`],
    ['arrays in arrays in a text', `SELECT from_json('{}', '{"a": ["int [1000] [1000]"]}')`],
    ['a number that no double holds', `SELECT 1e999`],
  ])('%s', async (_, sql) => {
    const error = await refused(sql);
    expect(error.where).toMatch(/^line 1, column \d+$/);
  });

  it('a text that is too long', async () => {
    const error = await refused(`SELECT 1 -- ${'x'.repeat(65_536)}`);
    expect(error.message).toBe('The SQL has 65548 bytes; it can have at most 65536.');
  });

  it('bytes are counted, not characters', async () => {
    await refused(`SELECT 1 -- ${'ä'.repeat(33_000)}`);
  });

  it.each([
    ['that are closed', `SELECT ${'/*'.repeat(10_000)}${'*/'.repeat(10_000)} 1`],
    ['that stay open', `SELECT ${'/*'.repeat(20_000)} 1`],
  ])('comments within comments, by thousands, %s', async (_, sql) => {
    const error = await refused(sql);
    expect(error.message).toBe('A comment has more than 100 others within. Remove some of them.');
    expect(error.where).toBe('line 1, column 8');
  });

  it('a literal that is too long', async () => {
    await refused(`SELECT '${'x'.repeat(16_385)}'`);
  });

  it('a name that is too long', async () => {
    await refused(`SELECT 1 AS "${'x'.repeat(16_385)}"`);
  });

  it.each([
    ['columns', `SELECT ${'1,'.repeat(5000)}1`],
    ['unions', `SELECT 1${' UNION SELECT 1'.repeat(3000)}`],
  ])('too many %s', async (_, sql) => {
    const error = await refused(sql);
    expect(error.message).toBe('The SQL has more than 5000 parts. Write a shorter one.');
  });

  it.each([
    ['brackets of lists', (depth: number) => `SELECT ${'['.repeat(depth)}1${']'.repeat(depth)}`],
    ['calls', (depth: number) => `SELECT ${'abs('.repeat(depth)}1${')'.repeat(depth)}`],
    ['subqueries', (depth: number) => `SELECT * FROM ${'(SELECT * FROM '.repeat(depth)}plans${')'.repeat(depth)}`],
    ['types', (depth: number) => `SELECT NULL::INTEGER${'[]'.repeat(depth)}`],
    ['additions', (depth: number) => `SELECT 1${' + 1'.repeat(depth)}`],
    [
      'WITH in WITH',
      (depth: number) => `WITH ${'a AS (WITH '.repeat(depth)}a AS (SELECT 1) SELECT 1${') SELECT 1'.repeat(depth)}`,
    ],
  ])('too deep: %s', async (_, nest) => {
    await expect(engine.check(nest(20))).resolves.toBeDefined();
    for (const depth of [120, 900, 3000]) {
      const error = await refusal(nest(depth));
      expect(error.code).toMatch(/^APITRAIL_SQL_(REFUSED|SYNTAX)$/);
    }
  });
});

describe('what an error says', () => {
  it.each([
    [
      'which tables there are',
      `SELECT * FROM read_csv('x')`,
      'read_csv reads files, so it cannot be used. Only these tables can be queried: requests, plans.',
      'line 1, column 15',
    ],
    [
      'which table was meant',
      `SELECT *\nFROM request`,
      'There is no table request. Did you mean requests?',
      'line 2, column 6',
    ],
    [
      'which WITH was meant',
      `WITH daily AS (SELECT 1) SELECT * FROM dayly`,
      'There is no table dayly. Did you mean daily?',
      'line 1, column 40',
    ],
    [
      'that a name looks like a file',
      `FROM 'a.csv'`,
      'a.csv looks like a file, and files cannot be read. Only these tables can be queried: requests, plans.',
      'line 1, column 6',
    ],
    [
      'which function was meant',
      `SELECT lowr('A')`,
      'lowr is not a function that can be used. Did you mean lower?',
      'line 1, column 8',
    ],
    [
      'how a method is written',
      `SELECT service.upper() FROM requests`,
      'Write upper(service) instead of service.upper(…).',
      'line 1, column 8',
    ],
    [
      'what the parser says',
      `SELECT 1\nFORM requests x y`,
      'The SQL cannot be parsed: syntax error at or near "requests".',
      'line 2, column 6',
    ],
    ['places after letters beyond ASCII', `SELECT 'Größe 🦆', lowr('A')`, 'lowr is not', 'line 1, column 20'],
    ['places after an end of line of Windows', `SELECT 1,\r\n  lowr('A')`, 'lowr is not', 'line 2, column 3'],
    ['where the second statement begins', `SELECT 1;\n\n  SELECT 2`, 'Only one statement can run', 'line 3, column 10'],
  ])('%s', async (_, sql, message, where) => {
    const error = await refusal(sql);
    expect(error.message).toContain(message);
    expect(error.where).toBe(where);
  });
});
