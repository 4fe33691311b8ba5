/** How a text in dollars begins and ends: any letter that is not ASCII may stand in its tag. */
const DOLLAR_QUOTE = /\$(?:[A-Za-z_\x80-\uffff][A-Za-z0-9_\x80-\uffff]*)?\$/y;

/**
 * The end of the comment, string or quoted identifier that begins at an offset of SQL, as DuckDB reads it, or undefined
 * when none does. One that is not closed ends with the text. A comment within a comment counts, as in PostgreSQL.
 */
export function endOfQuoted(text: string, offset: number): number | undefined {
  const two = text.slice(offset, offset + 2);
  if (two === '--') {
    const end = text.slice(offset).search(/[\r\n]/);
    return end < 0 ? text.length : offset + end;
  }
  if (two === '/*') {
    return endOfBlockComment(text, offset);
  }
  const [first] = two;
  if (first === "'" || first === '"') {
    return endOfDoubled(text, offset + 1, first);
  }
  if (/^[eE]'$/.test(two) && !/[A-Za-z0-9_$]/.test(text[offset - 1] ?? '')) {
    return endOfEscaped(text, offset + 2);
  }
  if (first === '$') {
    DOLLAR_QUOTE.lastIndex = offset;
    const quote = DOLLAR_QUOTE.exec(text)?.[0];
    if (quote === undefined) {
      return undefined;
    }
    const end = text.indexOf(quote, offset + quote.length);
    return end < 0 ? text.length : end + quote.length;
  }
  return undefined;
}

function endOfBlockComment(text: string, offset: number): number {
  let depth = 0;
  for (let at = offset; at < text.length; at++) {
    const two = text.slice(at, at + 2);
    if (two === '/*') {
      depth++;
      at++;
    } else if (two === '*/') {
      depth--;
      at++;
      if (depth === 0) {
        return at + 1;
      }
    }
  }
  return text.length;
}

/** The end of a quoted piece in which the quote is written twice to mean itself. */
function endOfDoubled(text: string, offset: number, quote: string): number {
  for (let at = offset; at < text.length; at++) {
    if (text[at] === quote) {
      if (text[at + 1] !== quote) {
        return at + 1;
      }
      at++;
    }
  }
  return text.length;
}

/** The end of `E'…'`, in which a backslash takes the next character with it. */
function endOfEscaped(text: string, offset: number): number {
  for (let at = offset; at < text.length; at++) {
    if (text[at] === '\\') {
      at++;
    } else if (text[at] === "'") {
      if (text[at + 1] !== "'") {
        return at + 1;
      }
      at++;
    }
  }
  return text.length;
}
