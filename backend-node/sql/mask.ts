/** A comment, a quoted text, an identifier that is quoted or not, or a number: what is first at a place. */
const TOKEN =
  /--[^\n]*|\/\*[\s\S]*?(?:\*\/|$)|\$(\w*)\$[\s\S]*?(?:\$\1\$|$)|[eE]'(?:\\[\s\S]|''|[^'\\])*(?:'|$)|[xXbB]?'(?:[^']|'')*(?:'|$)|"(?:[^"]|"")*(?:"|$)|\$?[A-Za-z_]\w*|\d[\w.]*/g;

/**
 * SQL with everything left out that may name a person: texts and numbers become `?`, comments go. Names of tables, columns
 * and functions stay, so that a log tells what was asked and not about whom.
 */
export function maskSql(sql: string): string {
  return sql
    .replace(TOKEN, (token) => {
      if (token.startsWith('--') || token.startsWith('/*')) {
        return ' ';
      }
      return /^(?:[a-z]?'|\$\w*\$|\d)/i.test(token) ? '?' : token;
    })
    .replace(/\s+/g, ' ')
    .trim();
}
