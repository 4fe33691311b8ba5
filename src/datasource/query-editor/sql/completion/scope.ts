import type { SqlTable } from '@apitrail/contract';

import { CLAUSES } from './keywords';
import { isWord, nameOf, type Token } from './tokens';

/** A column as it is suggested. */
export type ScopeColumn = SqlTable['columns'][number];

/** What may be read from at a place: a table, a common table expression, or either under another name. */
export interface Source {
  /** As it is called in the query. */
  name: string;
  kind: 'table' | 'expression';
  description: string;
  columns: ScopeColumn[];
}

export interface Scope {
  /** Tables and common table expressions that FROM may name. */
  available: Source[];
  /** What the SELECT around the place reads from. */
  sources: Source[];
}

/** What names mean at a place of a text that may not be finished. */
export function scopeAt(tokens: readonly Token[], offset: number, tables: readonly SqlTable[]): Scope {
  const code = tokens.filter(({ kind }) => kind !== 'comment');
  const known: Source[] = tables.map(({ name, description, columns }) => ({
    name,
    kind: 'table',
    description,
    columns,
  }));
  const available = [...expressionsOf(code, known), ...known];
  return { available, sources: sourcesOf(selectAround(code, offset), available) };
}

/** Common table expressions, each knowing those before it; the latest first. */
function expressionsOf(code: readonly Token[], tables: readonly Source[]): Source[] {
  const found: Source[] = [];
  code.forEach((token, index) => {
    const opens = code[index + 2]?.text === '(' && isWord(code[index + 1], 'AS');
    const begins = isWord(code[index - 1], 'WITH', 'RECURSIVE') || code[index - 1]?.text === ',';
    if ((token.kind === 'word' || token.kind === 'quoted') && opens && begins) {
      const end = closing(code, index + 2);
      const body = code.slice(index + 3, end);
      found.unshift({
        name: nameOf(token),
        kind: 'expression',
        description: 'Named by WITH.',
        columns: columnsOf(body, [...found, ...tables]),
      });
    }
  });
  return found;
}

/** Columns that a SELECT gives, as far as they have names. */
function columnsOf(body: readonly Token[], available: readonly Source[]): ScopeColumn[] {
  const start = body.findIndex((token, index) => isWord(token, 'SELECT') && depthAt(body, index) === 0);
  if (start < 0) {
    return [];
  }
  const select = body.slice(start + 1);
  const end = select.findIndex(
    (token, index) => isWord(token, 'FROM', 'UNION', 'WHERE') && depthAt(select, index) === 0
  );
  const list = end < 0 ? select : select.slice(0, end);
  const sources = sourcesOf(select, available);
  const columns = splitAt(list, ',').flatMap((item): ScopeColumn[] => {
    const last = item.at(-1);
    if (item[0]?.text === '*' || last?.text === '*') {
      const qualifier = item.length > 2 ? nameOf(item[0]!) : undefined;
      return sources
        .filter(({ name }) => qualifier === undefined || name === qualifier)
        .flatMap((source) => source.columns);
    }
    if (last?.kind !== 'word' && last?.kind !== 'quoted') {
      return [];
    }
    const name = nameOf(last);
    const same = sources.flatMap((source) => source.columns).find((column) => column.name === name);
    const isColumn = item.length === 1 || item.at(-2)?.text === '.';
    return isColumn && same ? [same] : isWord(last, 'END') ? [] : [{ name, type: '', description: '' }];
  });
  return columns.filter(({ name }, index) => columns.findIndex((other) => other.name === name) === index);
}

/** The tokens of the innermost SELECT that a place is in, without those of subqueries. */
function selectAround(code: readonly Token[], offset: number): Token[] {
  let [from, to] = [0, code.length];
  code.forEach((token, index) => {
    if (token.text !== '(' || token.end > offset) {
      return;
    }
    const end = closing(code, index);
    const inside = end >= code.length || code[end]!.start >= offset;
    if (inside && isWord(code[index + 1], 'SELECT', 'WITH', 'FROM')) {
      [from, to] = [index + 1, end];
    }
  });
  const inner = code.slice(from, to);
  const parts = splitAtWords(inner, 'UNION', 'INTERSECT', 'EXCEPT');
  return parts.findLast((part) => (part[0]?.start ?? Infinity) <= offset) ?? parts[0] ?? [];
}

/** What FROM and JOIN name, by the names it has in the query. */
function sourcesOf(select: readonly Token[], available: readonly Source[]): Source[] {
  const found: Source[] = [];
  let reading = false;
  select.forEach((token, index) => {
    if (depthAt(select, index) > 0) {
      return;
    }
    if (isWord(token, 'FROM', 'JOIN')) {
      reading = true;
      return;
    }
    const begins = isWord(select[index - 1], 'FROM', 'JOIN') || (reading && select[index - 1]?.text === ',');
    if (begins && (token.kind === 'word' || token.kind === 'quoted')) {
      const source = available.find(({ name }) => name.toLowerCase() === nameOf(token).toLowerCase());
      const alias = isWord(select[index + 1], 'AS') ? select[index + 2] : select[index + 1];
      const named =
        alias && (alias.kind === 'word' || alias.kind === 'quoted') && !CLAUSES.has(alias.text.toUpperCase());
      if (source) {
        found.push(named ? { ...source, name: nameOf(alias) } : source);
      }
    } else if (token.kind === 'word' && CLAUSES.has(token.text.toUpperCase())) {
      reading = false;
    }
  });
  return found;
}

/** Index of the bracket that closes the one at an index; the end when none does. */
function closing(code: readonly Token[], open: number): number {
  let depth = 0;
  for (let index = open; index < code.length; index++) {
    depth += code[index]!.text === '(' ? 1 : code[index]!.text === ')' ? -1 : 0;
    if (depth === 0) {
      return index;
    }
  }
  return code.length;
}

function depthAt(code: readonly Token[], end: number): number {
  let depth = 0;
  for (let index = 0; index < end; index++) {
    const { text } = code[index]!;
    depth += text === '(' || text === '[' ? 1 : text === ')' || text === ']' ? -1 : 0;
  }
  return depth;
}

function splitAt(code: readonly Token[], sign: string): Token[][] {
  return split(code, (token) => token.text === sign);
}

function splitAtWords(code: readonly Token[], ...words: string[]): Token[][] {
  return split(code, (token) => isWord(token, ...words));
}

/** The parts between tokens that stand in no brackets. */
function split(code: readonly Token[], separates: (token: Token) => boolean): Token[][] {
  const parts: Token[][] = [[]];
  let depth = 0;
  for (const token of code) {
    if (depth === 0 && separates(token)) {
      parts.push([]);
      continue;
    }
    depth += token.text === '(' || token.text === '[' ? 1 : token.text === ')' || token.text === ']' ? -1 : 0;
    parts.at(-1)!.push(token);
  }
  return parts;
}
