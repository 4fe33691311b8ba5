import fc, { type Arbitrary } from 'fast-check';

import type { Vocabulary } from './scene';

/** A word or a few, in a random choice of them. */
const some = (...texts: string[]) => fc.constantFrom(...texts);

/** Text with holes, filled by arbitraries. */
function text(strings: TemplateStringsArray, ...holes: Array<Arbitrary<string>>): Arbitrary<string> {
  return fc
    .tuple(...holes)
    .map((parts) => strings.reduce((all, string, index) => all + string + (parts[index] ?? ''), ''));
}

const list = (item: Arbitrary<string>, most = 3, separator = ', ') =>
  fc.array(item, { minLength: 1, maxLength: most }).map((items) => items.join(separator));

const maybe = (item: Arbitrary<string>) => fc.option(item, { nil: '', freq: 2 });

const quoted = (value: string) => `'${value.replaceAll("'", "''")}'`;

/**
 * SQL of every shape over every function: honest queries, files and tables of others wherever a table may stand, refused
 * functions wherever a value may, other statements, several at once, and texts that are damaged.
 */
export function anySql(words: Vocabulary): Arbitrary<string> {
  const file = fc.constantFrom(...words.files).map(quoted);
  const name = fc.constantFrom(...words.functions);
  const type = fc.oneof(
    fc.constantFrom(...words.types),
    some(
      'INTEGER[]',
      'STRUCT(a INTEGER)',
      'MAP(VARCHAR, INTEGER)',
      'DECIMAL(10, 2)',
      'tenant_b',
      'INTEGER[100000]',
      'JSON'
    )
  );
  const column = fc.constantFrom(...words.columns);
  const number = fc.oneof(
    some('0', '1', '2', '-1', '0.5', '1e3', '1000000', '9223372036854775807', '1e999', 'NULL'),
    fc.integer({ min: -10, max: 1000 }).map(String)
  );
  const string = fc.oneof(
    { weight: 4, arbitrary: file },
    {
      weight: 2,
      arbitrary: some(
        `'requests'`,
        `'tenant_b'`,
        `'secret.rows'`,
        `'canary'`,
        `'sum'`,
        `'SELECT * FROM tenant_b'`,
        `'threads'`,
        `'day'`,
        `'UTC'`,
        `'main'`,
        `'custom_user_agent'`
      ),
    },
    { weight: 1, arbitrary: fc.string({ maxLength: 6 }).map(quoted) },
    { weight: 1, arbitrary: some(`$$FROM tenant_b$$`, `E'\\x41'`, `''`, `'it''s'`, `'{"a": [1]}'`) }
  );

  const base = fc.constantFrom(...words.tables, ...words.tables, ...words.forbiddenTables);
  const join = some('JOIN', 'LEFT JOIN', 'FULL JOIN', 'ASOF JOIN', 'SEMI JOIN', 'ANTI JOIN');
  const condition = some('ON true', 'USING (service)', 'ON a.time >= b.time');

  const { select, value } = fc.letrec<Record<'select' | 'value' | 'call' | 'from' | 'order', string>>((tie) => ({
    call: fc.oneof(
      { weight: 8, arbitrary: text`${name}(${maybe(list(tie('value')))})` },
      { weight: 3, arbitrary: text`${name}(${string})` },
      {
        weight: 1,
        arbitrary: text`${name}(${tie('value')}, ${some('storage', 'filename', 'columns', 'max_depth', 'n')} := ${tie('value')})`,
      },
      { weight: 1, arbitrary: text`${name}(*)` },
      {
        weight: 1,
        arbitrary: text`${name}(DISTINCT ${tie('value')} ORDER BY ${tie('value')}) FILTER (WHERE ${tie('value')})`,
      },
      {
        weight: 1,
        arbitrary: text`${name}(${tie('value')}) OVER (${maybe(text`PARTITION BY ${tie('value')}`)} ${maybe(text`ORDER BY ${tie('value')}`)})`,
      },
      {
        weight: 1,
        arbitrary: text`${some('main', 'pg_catalog', 'system.main', 'information_schema', 'temp')}.${name}(${string})`,
      },
      { weight: 1, arbitrary: text`${column}.${name}(${maybe(tie('value'))})` },
      { weight: 1, arbitrary: text`${name}(${tie('value')}, lambda x: ${tie('value')})` },
      { weight: 1, arbitrary: text`${name}((${tie('select')}))` }
    ),
    value: fc.oneof(
      { depthSize: 'small', withCrossShrink: true },
      { weight: 4, arbitrary: column },
      { weight: 4, arbitrary: string },
      { weight: 4, arbitrary: number },
      { weight: 6, arbitrary: tie('call') },
      { weight: 1, arbitrary: text`${some('', 'EXISTS ')}(${tie('select')})` },
      { weight: 1, arbitrary: text`(${tie('value')})::${type}` },
      { weight: 1, arbitrary: text`${some('CAST', 'TRY_CAST')}(${tie('value')} AS ${type})` },
      {
        weight: 2,
        arbitrary: text`(${tie('value')} ${some('+', '-', '*', '//', '%', '||', '=', '<', 'AND', 'OR', 'LIKE', 'ILIKE', '~', '->', '->>', 'IS DISTINCT FROM', '^', '&&', '<->', 'GLOB', 'SIMILAR TO')} ${tie('value')})`,
      },
      { weight: 1, arbitrary: text`${some('NOT ', '-', '~', '@', 'TRY')}(${tie('value')})` },
      {
        weight: 1,
        arbitrary: text`${tie('value')} ${fc.oneof(text`${some('IN', 'NOT IN')} (${list(tie('value'))})`, text`${some('IN', '= ANY', '> ALL')} (${tie('select')})`)}`,
      },
      { weight: 1, arbitrary: text`(${tie('value')} BETWEEN ${tie('value')} AND ${tie('value')})` },
      { weight: 1, arbitrary: text`CASE WHEN ${tie('value')} THEN ${tie('value')} ELSE ${tie('value')} END` },
      { weight: 1, arbitrary: text`(${tie('value')})[${tie('value')}${maybe(text`:${tie('value')}`)}]` },
      {
        weight: 1,
        arbitrary: fc.oneof(
          text`[${list(tie('value'))}]`,
          text`{'a': ${tie('value')}}`,
          text`MAP {${tie('value')}: ${tie('value')}}`,
          text`(${tie('value')}, ${tie('value')})`
        ),
      },
      { weight: 1, arbitrary: text`[${tie('value')} FOR x IN ${tie('value')} IF ${tie('value')}]` },
      { weight: 1, arbitrary: text`COLUMNS(${fc.oneof(some('*', `'.*'`), text`c -> ${tie('value')}`)})` },
      { weight: 1, arbitrary: text`INTERVAL (${tie('value')}) ${some('DAYS', 'MONTHS', 'SECONDS')}` },
      {
        weight: 1,
        arbitrary: some(
          'current_user',
          'current_schema',
          'current_catalog',
          'session_user',
          'user',
          'current_timestamp',
          '*',
          'requests',
          '#1',
          '$1',
          '?',
          '$canary',
          'DEFAULT'
        ),
      },
      { weight: 1, arbitrary: text`(${tie('value')}) AT TIME ZONE ${tie('value')}` },
      { weight: 1, arbitrary: text`extract(${some('hour', 'epoch', 'year')} FROM ${tie('value')})` }
    ),
    from: fc.oneof(
      { depthSize: 'small', withCrossShrink: true },
      { weight: 10, arbitrary: fc.constantFrom(...words.tables) },
      { weight: 2, arbitrary: fc.constantFrom(...words.forbiddenTables) },
      { weight: 2, arbitrary: file },
      { weight: 1, arbitrary: fc.constantFrom(...words.files).map((path) => `"${path}"`) },
      { weight: 4, arbitrary: text`${name}(${maybe(fc.oneof(string, list(tie('value'))))})` },
      { weight: 2, arbitrary: text`(${tie('select')})` },
      {
        weight: 1,
        arbitrary: text`${tie('from')} ${some('CROSS JOIN', ',', 'POSITIONAL JOIN', 'NATURAL JOIN')} ${tie('from')}`,
      },
      {
        weight: 2,
        arbitrary: text`(${tie('from')} ${join} ${tie('from')} ${condition})`,
      },
      { weight: 1, arbitrary: text`(VALUES (${list(tie('value'))})) v(${column})` },
      {
        weight: 1,
        arbitrary: text`${base} ${some('a', 'AS b', 'requests', 't(service, status)', 'TABLESAMPLE 10%', 'AT (VERSION => 1)')}`,
      },
      {
        weight: 1,
        arbitrary: text`${base} PIVOT (${some('sum(status)', 'count(*)')} FOR ${column} IN (${list(number)}))`,
      },
      {
        weight: 1,
        arbitrary: some(
          '(DESCRIBE tenant_b)',
          '(SHOW TABLES)',
          '(SUMMARIZE tenant_b)',
          '(FROM tenant_b)',
          '(TABLE tenant_b)'
        ),
      },
      {
        weight: 1,
        arbitrary: text`${some('memory.main', 'main', 'secret', 'system.main', 'pg_catalog', 'temp')}.${some('requests', 'rows', 'tenant_b', 'pg_class', 'duckdb_settings')}`,
      }
    ),
    order: text`ORDER BY ${fc.oneof(some('ALL', '1', 'random()'), list(tie('value'), 2))}`,
    select: fc.oneof(
      { depthSize: 'small', withCrossShrink: true },
      {
        weight: 10,
        arbitrary: text`SELECT ${maybe(some('DISTINCT', 'DISTINCT ON (service)', 'ALL'))} ${fc.oneof(some('*', 'count(*)', '* EXCLUDE (service)'), list(tie('value')))} FROM ${tie('from')} ${maybe(text`WHERE ${tie('value')}`)} ${maybe(text`GROUP BY ${fc.oneof(some('ALL', 'ROLLUP (service, status)', 'GROUPING SETS ((service), ())'), tie('value'))}`)} ${maybe(text`HAVING ${tie('value')}`)} ${maybe(text`QUALIFY ${tie('value')}`)} ${maybe(tie('order'))} ${maybe(text`LIMIT ${tie('value')}`)} ${maybe(text`OFFSET ${tie('value')}`)}`,
      },
      { weight: 5, arbitrary: text`SELECT ${list(tie('value'))}` },
      { weight: 2, arbitrary: text`FROM ${tie('from')}` },
      { weight: 1, arbitrary: text`VALUES (${list(tie('value'))})` },
      {
        weight: 1,
        arbitrary: text`(${tie('select')}) ${some('UNION', 'UNION ALL', 'EXCEPT', 'INTERSECT', 'UNION ALL BY NAME')} (${tie('select')})`,
      },
      {
        weight: 2,
        arbitrary: text`WITH ${maybe(some('RECURSIVE '))}${some('x', 'tenant_b', 'requests', '"a.csv"')} AS ${some('', 'MATERIALIZED ')}(${tie('select')}) ${tie('select')}`,
      },
      { weight: 1, arbitrary: text`SELECT * REPLACE (${tie('value')} AS service) FROM ${tie('from')}` }
    ),
  }));

  return fc.oneof(
    { weight: 10, arbitrary: select },
    { weight: 3, arbitrary: otherStatement(select, value, name, file) },
    { weight: 2, arbitrary: text`${select}${some('; ', ';\n--', ' ; SELECT ')}${select}` },
    { weight: 3, arbitrary: damaged(select) }
  );
}

/** Statements that are no SELECT. */
function otherStatement(
  select: Arbitrary<string>,
  value: Arbitrary<string>,
  name: Arbitrary<string>,
  file: Arbitrary<string>
): Arbitrary<string> {
  return fc.oneof(
    text`COPY (${select}) TO ${file}`,
    text`COPY tenant_b FROM ${file}`,
    text`EXPORT DATABASE ${file}`,
    text`ATTACH ${file} AS other`,
    text`CREATE ${some('TABLE', 'VIEW', 'TEMP TABLE', 'OR REPLACE TABLE')} x AS ${select}`,
    text`CREATE MACRO lower(x) AS ${value}`,
    text`INSERT INTO requests ${select}`,
    text`${some('DELETE FROM requests WHERE', 'UPDATE requests SET service =', 'CALL', 'EXECUTE', 'SET VARIABLE canary =', 'SET threads =')} ${value}`,
    text`${some('PRAGMA', 'CALL')} ${name}${some('', '()', `('a')`, ' = 1')}`,
    text`${some('EXPLAIN', 'EXPLAIN ANALYZE', 'DESCRIBE', 'SUMMARIZE', 'SHOW', 'PREPARE p AS', 'WITH x AS (SELECT 1) DELETE FROM requests USING')} ${select}`,
    text`PIVOT requests ON ${value} USING ${value}`,
    some(
      'CHECKPOINT',
      'VACUUM',
      'ANALYZE',
      'BEGIN',
      'ROLLBACK',
      'RESET threads',
      'DROP TABLE tenant_b',
      'TRUNCATE requests',
      'DETACH memory',
      'USE secret',
      'SHOW ALL TABLES'
    )
  );
}

/** A text in which something was put in, taken out or written otherwise. */
function damaged(sql: Arbitrary<string>): Arbitrary<string> {
  const piece = fc.oneof(
    some(
      `'`,
      `"`,
      ';',
      '--',
      '/*',
      '*/',
      '$$',
      '(',
      ')',
      '\0',
      '\n',
      '\\',
      `E'`,
      'é',
      '🦆',
      '\u202e',
      '\uff07',
      ' UNION SELECT * FROM tenant_b '
    ),
    fc.string({ maxLength: 3 })
  );
  return fc
    .tuple(
      sql,
      fc.array(fc.tuple(fc.integer({ min: 0, max: 100 }), piece, fc.nat(3)), { minLength: 1, maxLength: 3 }),
      fc.boolean()
    )
    .map(([original, changes, capitals]) => {
      const changed = changes.reduce((all, [share, put, drop]) => {
        const at = Math.floor((share / 100) * all.length);
        return all.slice(0, at) + put + all.slice(at + drop);
      }, original);
      return capitals ? changed.toUpperCase() : changed;
    });
}
