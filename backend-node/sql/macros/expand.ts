import { ApitrailError, endOfQuoted, nearest } from '@apitrail/contract';

import { placeOf, positionAt } from '../gate/position';
import { COLUMN, MACROS, MACROS_BY_NAME, type MacroArgument } from './macros';
import type { ExpandedSql, MacroOptions } from './options';

/** Text that goes into the result, and where it comes from. */
interface Piece {
  text: string;
  /** Offset in what the user wrote. */
  from: number;
  /** Whether the text is the user's own, so that every character has its place. */
  own: boolean;
}

interface Expansion extends MacroOptions {
  /** The macro in whose argument it stands. */
  within?: string;
}

/** `$__name` or `${__name}`. */
const MACRO = /\$__([A-Za-z0-9_]*)(?!\$)|\$\{__([A-Za-z0-9_]*)\}/y;

/**
 * Puts what they stand for in the place of macros. In strings, quoted identifiers and comments they are left alone. Throws
 * an ApitrailError with the place for macros that do not exist and for wrong arguments.
 */
export function expandMacros(text: string, options: MacroOptions): ExpandedSql {
  const pieces = expandSlice(text, 0, text.length, options);
  return { sql: pieces.map((piece) => piece.text).join(''), text, originalPosition: positionsOf(pieces, text.length) };
}

function expandSlice(text: string, start: number, end: number, options: Expansion): Piece[] {
  const pieces: Piece[] = [];
  let copied = start;
  for (let offset = start; offset < end;) {
    const quoted = endOfQuoted(text, offset);
    if (quoted !== undefined) {
      offset = quoted;
      continue;
    }
    const match = text[offset] === '$' ? macroAt(text, offset) : undefined;
    if (!match) {
      offset++;
      continue;
    }
    pieces.push({ text: text.slice(copied, offset), from: copied, own: true });
    const expanded = expandMacro(text, offset, match, options);
    pieces.push(...expanded.pieces);
    offset = copied = expanded.end;
  }
  pieces.push({ text: text.slice(copied, end), from: copied, own: true });
  return pieces.filter((piece) => piece.text !== '');
}

function macroAt(text: string, offset: number): { name: string; end: number } | undefined {
  MACRO.lastIndex = offset;
  const match = MACRO.exec(text);
  return match ? { name: match[1] ?? match[2] ?? '', end: MACRO.lastIndex } : undefined;
}

function expandMacro(
  text: string,
  offset: number,
  { name, end }: { name: string; end: number },
  options: Expansion
): { pieces: Piece[]; end: number } {
  const macro = MACROS_BY_NAME.get(name);
  if (!macro) {
    const names = MACROS.map((known) => known.name);
    const near = nearest(name, names);
    const hint = near ? `Did you mean $__${near}?` : `There are ${names.map((known) => `$__${known}`).join(', ')}.`;
    throw syntaxError(text, offset, `$__${name} is not a macro. ${hint}`);
  }
  if (macro.arguments === undefined) {
    return { pieces: [{ text: macro.expand([], options), from: offset, own: false }], end };
  }
  if (options.within !== undefined) {
    // The outer one may write its argument several times, and so would the inner one.
    throw syntaxError(text, offset, `$__${name} cannot stand within $__${options.within}. Use a subquery or WITH.`);
  }
  const found = argumentsAt(text, end);
  if (!found) {
    throw syntaxError(text, offset, `$__${name} needs its arguments in parentheses: ${macro.signature}.`);
  }
  const { least, most } = macro.arguments;
  if (found.slices.length < least || found.slices.length > most) {
    throw syntaxError(text, offset, `$__${name} takes ${macro.arguments.words}: ${macro.signature}.`);
  }
  const column = found.slices[0]!;
  const rest = found.slices.slice(1).map((slice): MacroArgument => ({
    text: text.slice(slice.start, slice.end).trim(),
    refuse: (message) => syntaxError(text, firstCode(text, slice.start, slice.end), message),
  }));
  const inner = expandSlice(text, column.start, column.end, { ...options, within: name });
  const parts = macro.expand(rest, options).split(COLUMN);
  const pieces = parts.flatMap((part, index): Piece[] => [
    ...(index === 0 ? [] : inner),
    { text: part, from: offset, own: false },
  ]);
  return { pieces: pieces.filter((piece) => piece.text !== ''), end: found.end };
}

interface Slice {
  start: number;
  end: number;
}

/** The arguments in the parentheses that stand at an offset; undefined when there are none or they are not closed. */
function argumentsAt(text: string, offset: number): { slices: Slice[]; end: number } | undefined {
  const open = /\s*\(/y;
  open.lastIndex = offset;
  if (!open.test(text)) {
    return undefined;
  }
  const slices: Slice[] = [];
  let start = open.lastIndex;
  let depth = 0;
  for (let at = start; at < text.length;) {
    const quoted = endOfQuoted(text, at);
    if (quoted !== undefined) {
      at = quoted;
      continue;
    }
    const character = text[at]!;
    if (depth === 0 && (character === ')' || character === ',')) {
      slices.push({ start, end: at });
      start = at + 1;
      if (character === ')') {
        const only = slices.length === 1 && text.slice(slices[0]!.start, slices[0]!.end).trim() === '';
        return { slices: only ? [] : slices, end: at + 1 };
      }
    }
    depth += '([{'.includes(character) ? 1 : ')]}'.includes(character) ? -1 : 0;
    at++;
  }
  return undefined;
}

function firstCode(text: string, start: number, end: number): number {
  const blank = /^\s*/.exec(text.slice(start, end))![0].length;
  return start + blank;
}

function syntaxError(text: string, offset: number, message: string): ApitrailError {
  return new ApitrailError('APITRAIL_SQL_SYNTAX', message, { where: placeOf(positionAt(text, offset)) });
}

function positionsOf(pieces: readonly Piece[], length: number): (offset: number) => number {
  const starts: number[] = [];
  let total = 0;
  for (const piece of pieces) {
    starts.push(total);
    total += piece.text.length;
  }
  return (offset) => {
    const index = starts.findLastIndex((start) => start <= offset);
    const piece = pieces[index];
    if (!piece || offset >= total) {
      return length;
    }
    return piece.own ? piece.from + offset - starts[index]! : piece.from;
  };
}
