import { ApitrailError } from '@apitrail/contract';

/** What a macro is called while the text is laid out: a function like others. */
const STAND_IN = 'apitrail_macro_';
const MACRO = /\$__(\w+)/g;

/** Variables of dashboards, which no SQL has. */
const VARIABLES = String.raw`\$\{[^}]*\}|\$\w+|\[\[\w+(?::\w+)?\]\]`;

/**
 * SQL laid out anew; macros, variables and comments stay. `functions` are the names that are called. Throws an ApitrailError
 * with the place for what cannot be read as SQL.
 */
export async function formatSql(sql: string, functions: readonly string[] = []): Promise<string> {
  const { duckdb, formatDialect } = await import('./duckdb-formatter');
  const macros = [...new Set([...sql.matchAll(MACRO)].map(([, name]) => name))];
  const names = [...macros.map((name) => STAND_IN + name), ...functions, ...called(sql)].map((name) =>
    name.toUpperCase()
  );
  const { tokenizerOptions } = duckdb;
  const dialect = {
    ...duckdb,
    tokenizerOptions: {
      ...tokenizerOptions,
      reservedFunctionNames: [...new Set([...tokenizerOptions.reservedFunctionNames, ...names])],
    },
  };
  try {
    const formatted = formatDialect(sql.replace(MACRO, `${STAND_IN}$1`), {
      dialect,
      keywordCase: 'upper',
      expressionWidth: 100,
      paramTypes: { custom: [{ regex: VARIABLES }] },
    });
    return formatted.replaceAll(STAND_IN, '$__');
  } catch (error) {
    const place = /at (line \d+ column \d+)/.exec(error instanceof Error ? error.message : '')?.[1];
    throw new ApitrailError(
      'APITRAIL_BAD_VALUE',
      `The SQL cannot be laid out: it is not finished${place ? `, ${place}` : ''}.`
    );
  }
}

const NOT_CALLED = new Set(
  'AND OR NOT IN AS ON FROM JOIN WHERE SELECT WITH USING VALUES OVER FILTER ANY ALL EXISTS THEN ELSE WHEN BY UNION'.split(
    ' '
  )
);

/** Names right before a bracket: functions, that none are put apart from their arguments. */
function called(sql: string): string[] {
  return [...sql.matchAll(/\b([a-z_]\w*)\(/gi)]
    .map(([, name]) => name)
    .filter((name) => !NOT_CALLED.has(name.toUpperCase()));
}
