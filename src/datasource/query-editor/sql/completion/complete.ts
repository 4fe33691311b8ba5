import type { SqlSchema } from '@apitrail/contract';

import { KEYWORDS } from './keywords';
import { scopeAt, type ScopeColumn, type Source } from './scope';
import { isWord, nameOf, type Token, tokensOf } from './tokens';

/** What SQL may name, beside what stands in it. */
export interface SqlKnowledge {
  schema: SqlSchema;
  /** Names of attributes that occur in the dataset. */
  attributes: readonly string[];
  /** Dashboard variables as they are written: `$service`. */
  variables: readonly string[];
}

export type SuggestionKind = 'table' | 'column' | 'function' | 'macro' | 'keyword' | 'attribute' | 'variable' | 'text';

export interface Suggestion {
  label: string;
  kind: SuggestionKind;
  /** What it puts in place of the text from `from` to `to`. */
  insert: string;
  /** Where the cursor goes within `insert`; its end when absent. */
  cursor?: number;
  from: number;
  to: number;
  /** Type of a column, or how a macro is written. */
  detail?: string;
  description?: string;
}

const WIDTHS = ['10s', '1m', '5m', '15m', '1h', '1d', '1w'];

/** What may stand at an offset of a text, nothing where nobody can know. The editor picks by what was typed. */
export function complete(sql: string, offset: number, knowledge: SqlKnowledge): Suggestion[] {
  const tokens = tokensOf(sql);
  const at = tokens.find(({ start, end, closed }) => start < offset && (offset < end || (offset === end && !closed)));
  const typed = at ?? tokens.find((token) => token.end === offset && ['word', 'macro'].includes(token.kind));
  if (at?.kind === 'comment') {
    return [];
  }
  const before = tokens.filter(({ end, kind }) => end <= (typed?.start ?? offset) && kind !== 'comment');
  if (at?.kind === 'text') {
    return completeText(at, before, knowledge);
  }
  if (typed?.kind === 'number') {
    return [];
  }
  const span = { from: typed?.start ?? offset, to: Math.max(typed?.end ?? offset, offset) };
  if (typed?.kind === 'macro') {
    return [...macros(knowledge, span), ...variables(knowledge, span)];
  }
  const last = before.at(-1);
  if (last?.text === '[' && isWord(before.at(-2), 'ATTRIBUTES')) {
    return attributes(knowledge, span, "'");
  }
  const scope = scopeAt(tokens, offset, knowledge.schema.tables);
  if (last?.text === '.') {
    const qualifier = before.at(-2);
    const source = [...scope.sources, ...scope.available].find(
      ({ name }) => qualifier !== undefined && name.toLowerCase() === nameOf(qualifier).toLowerCase()
    );
    return (source?.columns ?? []).map((column) => columnSuggestion(column, span, source!.name));
  }
  if (isWord(last, 'FROM', 'JOIN')) {
    return scope.available.map((source) => sourceSuggestion(source, span));
  }
  if (isWord(last, 'AS')) {
    return [];
  }
  const sources =
    scope.sources.length > 0 ? scope.sources : scope.available.filter(({ kind }) => kind === 'table').slice(0, 1);
  return [
    ...columnsOf(sources, span),
    ...(scope.sources.length > 1 ? scope.sources.map((source) => sourceSuggestion(source, span)) : []),
    ...knowledge.schema.functions.map(({ name, description }): Suggestion => ({
      label: name,
      kind: 'function',
      insert: `${name}()`,
      cursor: name.length + 1,
      description,
      ...span,
    })),
    ...macros(knowledge, span),
    ...KEYWORDS.map((label): Suggestion => ({ label, kind: 'keyword', insert: label, ...span })),
  ];
}

type Span = Pick<Suggestion, 'from' | 'to'>;

/** Inside a string: names of attributes, and widths of buckets. */
function completeText(text: Token, before: readonly Token[], knowledge: SqlKnowledge): Suggestion[] {
  const span = { from: text.start, to: text.end };
  if (before.at(-1)?.text === '[' && isWord(before.at(-2), 'ATTRIBUTES')) {
    return attributes(knowledge, span, "'");
  }
  const call = before.findLastIndex((token) => token.kind === 'macro');
  const inGroup = before[call]?.text === '$__timeGroup' && before.at(-1)?.text === ',';
  const open = before.slice(call).filter(({ text: sign }) => sign === '(' || sign === ')');
  return inGroup && open.at(-1)?.text === '('
    ? WIDTHS.map((width): Suggestion => ({ label: `'${width}'`, kind: 'text', insert: `'${width}'`, ...span }))
    : [];
}

function attributes({ attributes: names }: SqlKnowledge, span: Span, quote: string): Suggestion[] {
  return names.map((name): Suggestion => {
    const insert = `${quote}${name.replaceAll("'", "''")}${quote}`;
    return { label: insert, kind: 'attribute', insert, description: `The attribute ${name}.`, ...span };
  });
}

function macros({ schema }: SqlKnowledge, span: Span): Suggestion[] {
  return schema.macros.map(({ name, description, example }): Suggestion => {
    const label = name.startsWith('$') ? name : `$__${name}`;
    const takes = example.includes('(');
    return {
      label,
      kind: 'macro',
      insert: takes ? `${label}(time)` : label,
      detail: example,
      description,
      ...span,
    };
  });
}

function variables({ variables: names }: SqlKnowledge, span: Span): Suggestion[] {
  return names.map((label): Suggestion => ({
    label,
    kind: 'variable',
    insert: label,
    description: 'A variable of the dashboard; several values become a list for IN.',
    ...span,
  }));
}

/** Columns of all sources, each name once; one that several have is suggested with where it is from. */
function columnsOf(sources: readonly Source[], span: Span): Suggestion[] {
  const all = sources.flatMap((source) => source.columns.map((column) => ({ column, source })));
  return all.map(({ column, source }) => {
    const shared = sources.length > 1 && all.filter((other) => other.column.name === column.name).length > 1;
    const suggestion = columnSuggestion(column, span, source.name);
    return shared
      ? {
          ...suggestion,
          label: `${source.name}.${column.name}`,
          insert: `${quotedName(source.name)}.${suggestion.insert}`,
        }
      : suggestion;
  });
}

function columnSuggestion(column: ScopeColumn, span: Span, source: string): Suggestion {
  const { name, type, description } = column;
  return {
    label: name,
    kind: 'column',
    insert: quotedName(name),
    detail: type === '' ? source : type,
    ...(description === '' ? {} : { description }),
    ...span,
  };
}

function sourceSuggestion({ name, description }: Source, span: Span): Suggestion {
  return { label: name, kind: 'table', insert: quotedName(name), description, ...span };
}

function quotedName(name: string): string {
  return /^[A-Za-z_]\w*$/.test(name) ? name : `"${name.replaceAll('"', '""')}"`;
}
