/** What Grafana takes for a variable and the companion for a macro or a variable nobody resolved. */
const REFERENCE = /\$(?=[A-Za-z_{])|\[(?=\[\w)/;

/**
 * A text as an SQL literal that reads back as the very same text, whatever is in it. Nothing in it is taken for a variable or
 * a macro.
 */
export function sqlLiteral(value: string): string {
  const pieces = value
    .split(new RegExp(`(${REFERENCE.source}|\0)`))
    .map((piece, index) => (index % 2 === 1 ? `chr(${piece.charCodeAt(0)})` : piece && sqlQuoted(piece)))
    .filter((piece) => piece !== '');
  return pieces.length === 0 ? "''" : pieces.length === 1 ? pieces[0]! : `(${pieces.join(' || ')})`;
}

/** A text between single quotes, those in it doubled. */
export function sqlQuoted(value: string): string {
  return `'${value.replaceAll("'", "''")}'`;
}
