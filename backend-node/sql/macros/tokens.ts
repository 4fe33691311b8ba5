import { endOfQuoted } from '@apitrail/contract';

/** A piece of SQL that is code: neither blank, comment, string nor quoted identifier. */
export interface CodeToken {
  text: string;
  /** UTF-16 units from the start. */
  offset: number;
}

const WORD = /[A-Za-z_\x80-\uffff$][A-Za-z0-9_$\x80-\uffff]*/y;
const NUMBER = /\d[\w.]*/y;

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

/** The word, number or sign that stands at an offset where nothing quoted begins. */
export function tokenAt(text: string, offset: number): string {
  for (const pattern of [WORD, NUMBER]) {
    pattern.lastIndex = offset;
    const found = pattern.exec(text)?.[0];
    if (found !== undefined) {
      return found;
    }
  }
  return text[offset]!;
}
