/** A piece of SQL and where it stands, in UTF-16 units. */
export interface Token {
  kind: 'word' | 'quoted' | 'text' | 'number' | 'comment' | 'macro' | 'sign';
  text: string;
  start: number;
  end: number;
  /** Whether a string, quoted name or comment ends where it should; always true of others. */
  closed: boolean;
}

const PATTERNS: ReadonlyArray<[Token['kind'], RegExp]> = [
  ['comment', /--[^\r\n]*/y],
  ['comment', /\/\*[\s\S]*?(?:\*\/|$)/y],
  ['text', /'(?:[^']|'')*(?:'|$)/y],
  ['quoted', /"(?:[^"]|"")*(?:"|$)/y],
  ['macro', /\$\{[^}\s]*\}?|\$\w*/y],
  ['word', /[A-Za-z_\u0080-\uffff][\w\u0080-\uffff]*/y],
  ['number', /\d[\w.]*/y],
  ['sign', /[^\s]/y],
];

/** The pieces of a text, blanks left out. What is not finished yet is taken as it is. */
export function tokensOf(sql: string): Token[] {
  const tokens: Token[] = [];
  for (let at = 0; at < sql.length;) {
    const token = tokenAt(sql, at);
    if (token) {
      tokens.push(token);
    }
    at = token?.end ?? at + 1;
  }
  return tokens;
}

function tokenAt(sql: string, at: number): Token | undefined {
  for (const [kind, pattern] of PATTERNS) {
    pattern.lastIndex = at;
    const text = pattern.exec(sql)?.[0];
    if (text) {
      return { kind, text, start: at, end: at + text.length, closed: isClosed(kind, text) };
    }
  }
  return undefined;
}

function isClosed(kind: Token['kind'], text: string): boolean {
  switch (kind) {
    case 'text':
      return text.length > 1 && (text.match(/'/g)?.length ?? 0) % 2 === 0;
    case 'quoted':
      return text.length > 1 && (text.match(/"/g)?.length ?? 0) % 2 === 0;
    case 'comment':
      return text.startsWith('/*') && text.endsWith('*/');
    default:
      return true;
  }
}

/** Whether a token is that keyword. */
export function isWord(token: Token | undefined, ...words: string[]): boolean {
  return token?.kind === 'word' && words.includes(token.text.toUpperCase());
}

/** The name that a word or a quoted name stands for. */
export function nameOf(token: Token): string {
  return token.kind === 'quoted'
    ? token.text.slice(1, token.closed ? -1 : undefined).replaceAll('""', '"')
    : token.text;
}
