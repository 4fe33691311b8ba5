/** Texts and names between quotes, remarks, and the breaks before lines that hold something. */
const LINES = /('(?:[^']|'')*'|"(?:[^"]|"")*"|--[^\n]*)|\n(?!\n|$)/g;

/** A statement moved in by two spaces; lines within texts stay as they are, since they are part of them. */
export function indent(sql: string): string {
  return `  ${sql.replace(LINES, (_, kept: string | undefined) => kept ?? '\n  ')}`;
}

export interface Select {
  columns: readonly string[];
  from: string;
  /** Joined with AND. */
  where?: readonly string[];
  /** What follows: GROUP BY, ORDER BY, LIMIT, a line each. */
  rest?: readonly string[];
}

/** A SELECT as people lay it out: a column per line, a condition per line. */
export function select({ columns, from, where = [], rest = [] }: Select): string {
  const first = columns.length === 1 ? `SELECT ${columns[0]}` : `SELECT\n${indent(columns.join(',\n'))}`;
  return [first, `FROM ${from}`, ...(where.length > 0 ? [`WHERE ${where.join('\n  AND ')}`] : []), ...rest].join('\n');
}

/** A SELECT after the tables it is made from, in order. */
export function withTables(tables: ReadonlyArray<readonly [name: string, sql: string]>, main: string): string {
  return tables.length === 0
    ? main
    : `WITH ${tables.map(([name, sql]) => `${name} AS (\n${indent(sql)}\n)`).join(', ')}\n${main}`;
}

/** Remarks above a statement, a line each. */
export function remarked(notes: readonly string[], sql: string): string {
  return [...new Set(notes)].map((note) => `-- ${note}\n`).join('') + sql;
}
