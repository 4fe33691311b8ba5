/** A piece of SQL that is code: neither blank, comment, string nor quoted identifier. */
export interface CodeToken {
  text: string;
  /** UTF-16 units from the start. */
  offset: number;
}

/** Ends of what is not code, by how it begins. A comment within a comment counts, as in PostgreSQL. */
const DOLLAR_QUOTE = /\$(?:[A-Za-z_\x80-\uffff][A-Za-z0-9_\x80-\uffff]*)?\$/y;
const WORD = /[A-Za-z_\x80-\uffff$][A-Za-z0-9_$\x80-\uffff]*/y;
const NUMBER = /\d[\w.]*/y;

/**
 * The end of the comment, string or quoted identifier that begins at an offset, or undefined when none does. One that is
 * not closed ends with the text.
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

/** Where the first comment stands that has more than a number of others within. */
export function crowdedComment(text: string, most: number): number | undefined {
  for (let offset = 0; offset < text.length;) {
    const end = endOfQuoted(text, offset);
    if (end !== undefined && text.startsWith('/*', offset) && text.slice(offset, end).split('/*').length - 2 > most) {
      return offset;
    }
    offset = end ?? offset + 1;
  }
  return undefined;
}

/** The code of a text, in order: words, numbers and single signs. */
export function codeTokens(text: string): CodeToken[] {
  const tokens: CodeToken[] = [];
  for (let offset = 0; offset < text.length;) {
    const quoted = endOfQuoted(text, offset);
    if (quoted !== undefined) {
      offset = quoted;
      continue;
    }
    const token = tokenAt(text, offset);
    if (token.trim() !== '') {
      tokens.push({ text: token, offset });
    }
    offset += token.length;
  }
  return tokens;
}

function tokenAt(text: string, offset: number): string {
  for (const pattern of [WORD, NUMBER]) {
    pattern.lastIndex = offset;
    const found = pattern.exec(text)?.[0];
    if (found !== undefined) {
      return found;
    }
  }
  return text[offset]!;
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
