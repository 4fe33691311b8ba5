import { join, literal, sql, type Sql } from '../engine/sql';

/** What functions of DuckDB that take files need as literals, because they take no parameters in its place. */

/** `['a', 'b']`. */
export function listOfLiterals(texts: readonly string[]): Sql {
  return sql`[${join(texts.map(literal))}]`;
}

/** `{'name': 'text'}`. */
export function structOfLiterals(members: Readonly<Record<string, string>>): Sql {
  return sql`{${join(Object.entries(members).map(([name, text]) => sql`${literal(name)}: ${literal(text)}`))}}`;
}

/** A path for functions that take patterns, so that it stands for itself alone. */
export function escapeGlob(path: string): string {
  return path.replaceAll(/[*?[]/g, '[$&]');
}
