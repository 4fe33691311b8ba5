import { endOfQuoted } from './sql-quotes';

/**
 * `$name` and `${name}`. `$__name` is a macro, which the companion puts in place, and `[[status]]` a list in a list; `$1` and
 * `$$` are for the engine to judge.
 */
const IN_CODE = /(?<!\$)\$(?:\{(?!__)[A-Za-z_][^}]*\}|(?!__)[A-Za-z_]\w*)/;

/** A literal that is nothing but a variable, with wildcards of LIKE around it perhaps. */
const WHOLE_LITERAL = /^[eE]?'%?(\$(?!__)[A-Za-z_]\w*)%?'$/;
const IN_LITERAL = /\$\{(?!__)[A-Za-z_][^}]*\}/;

/**
 * The dashboard variable that was left in SQL, if any. What Grafana knows it has put in place, so `$five` in a longer
 * literal, and all that stands in dollar quotes, quoted names and comments, is text. A literal that is `'$name'` as a whole, or
 * holds `${name}`, is a variable still: taken as text it would match nothing, which looks like an answer.
 */
export function findSqlVariable(sql: string): string | undefined {
  let code = '';
  for (let offset = 0; offset < sql.length;) {
    const end = endOfQuoted(sql, offset);
    if (end === undefined) {
      code += sql[offset];
      offset++;
      continue;
    }
    const quoted = sql.slice(offset, end);
    const variable = /^[eE]?'/.test(quoted)
      ? (WHOLE_LITERAL.exec(quoted)?.[1] ?? IN_LITERAL.exec(quoted)?.[0])
      : undefined;
    if (variable !== undefined) {
      return variable;
    }
    code += ' ';
    offset = end;
  }
  return IN_CODE.exec(code)?.[0];
}
