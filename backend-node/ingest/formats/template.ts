import { ApitrailError } from '@apitrail/contract';

import { Reject, type LineParser } from './format';
import { extraName, furtherFields } from './further-fields';
import { RequestRecord } from '../normalise/request-record';
import type { FieldSetter } from '../normalise/fields';

/**
 * What values of a variable look like where they are not in quotes: a `token` has no space, a `number` is digits or `-`,
 * a `list` is nginx’s upstream list, `text` goes on to the next literal.
 */
export type ValueShape = 'token' | 'number' | 'list' | 'text';

export interface TemplateVariable {
  /** As the format string has it, for messages. */
  name: string;
  shape: ValueShape;
  set: FieldSetter;
}

export type TemplatePart = string | TemplateVariable;

export interface TemplateOptions {
  /** Undoes the escapes the server wrote. */
  unescape: (text: string) => string;
  /** Whether quotes inside a quoted value are escaped by a backslash; otherwise it ends where the next literal begins. */
  quotesEscaped: boolean;
}

/** Characters of a line that is looked at; a longer one is no line of a log that is described by a format. */
const LONGEST_LINE = 256 * 1024;
const TOO_LONG = new Reject(`is longer than ${LONGEST_LINE} characters`);
const TOKEN = '[^ ]*';

const quoteRegExp = (text: string): string => text.replace(/[\\^$.*+?()[\]{}|/-]/g, '\\$&');

/**
 * Compiles a format string, cut into literals and variables, to one parser. Each variable matches in one way only, so
 * that no line can make the expression try many.
 */
export function compileTemplate(parts: readonly TemplatePart[], options: TemplateOptions): LineParser {
  const variables = parts.filter((part): part is TemplateVariable => typeof part !== 'string');
  const sources = parts.map((part, index) =>
    typeof part === 'string' ? quoteRegExp(part) : groupPattern(parts, index, options)
  );
  const expression = new RegExp(`^${sources.join('')} *$`, 's');
  const looser = options.quotesEscaped ? looserExpression(parts, sources) : undefined;
  const groups = parts.flatMap((part, index) => (typeof part === 'string' ? [] : [groupName(index)]));
  const explain = explainer(parts, sources);
  return (line) => {
    if (line.length > LONGEST_LINE) {
      return TOO_LONG;
    }
    const strict = expression.exec(line);
    const match = strict ?? looser?.exec(line);
    if (!match) {
      return explain(line);
    }
    const record = new RequestRecord();
    const further = match.groups?.further;
    if (further) {
      furtherFields(further).forEach((value, index) => record.setAttribute(extraName(value, index), value));
    }
    for (let index = 0; index < variables.length; index++) {
      const value = match.groups![groups[index]!]!;
      if (value !== '' && value !== '-') {
        variables[index]!.set(record, options.unescape(value));
      } else if (isRequest(variables[index]!)) {
        record.seen = true;
      }
    }
    return record;
  };
}

const FURTHER = atomic('further', '(?: "(?:[^"\\\\]|\\\\.)*")*');

const groupName = (index: number): string => `v${index}`;

/** A group that keeps what it first took: once it has matched, the expression does not come back to it for less. */
function atomic(name: string, source: string): string {
  return `(?=(?<${name}>${source}))\\k<${name}>`;
}

function lastClosingQuote(parts: readonly TemplatePart[]): number {
  return parts.findLastIndex((part, index) => index > 0 && typeof part === 'string' && part.startsWith('"'));
}

/**
 * The format with what real logs have beside it: further quoted fields after the last quoted one, and a last quoted
 * field without its closing quote where a line was cut short. Undefined when the format has no quoted field.
 */
function looserExpression(parts: readonly TemplatePart[], sources: readonly string[]): RegExp | undefined {
  const closing = lastClosingQuote(parts);
  if (closing < 0) {
    return undefined;
  }
  const before = sources.slice(0, closing).join('');
  const after = sources.slice(closing + 1).join('');
  const rest = quoteRegExp((parts[closing] as string).slice(1));
  return closing === parts.length - 1 && rest === ''
    ? new RegExp(`^${before}(?:"${FURTHER} *)?$`, 's')
    : new RegExp(`^${before}"${FURTHER}${rest}${after} *$`, 's');
}

const isRequest = (variable: TemplateVariable): boolean =>
  /^\$request$|^%[<>]?r$|status$|^%[<>]?s$/.test(variable.name);

const isQuoted = (before: TemplatePart | undefined, after: TemplatePart | undefined): boolean =>
  typeof before === 'string' && before.endsWith('"') && typeof after === 'string' && after.startsWith('"');

/** The group of a variable. It can match in one way only: it ends where the next literal begins, or is atomic. */
function groupPattern(parts: readonly TemplatePart[], index: number, options: TemplateOptions): string {
  const variable = parts[index] as TemplateVariable;
  const after = parts[index + 1];
  const quoted = isQuoted(parts[index - 1], after);
  if (quoted && options.quotesEscaped) {
    return `(?<${groupName(index)}>(?:[^"\\\\]|\\\\.)*)`;
  }
  checkBorder(variable, after, quoted);
  if (!quoted && variable.shape === 'number') {
    return atomic(groupName(index), numberPattern(after));
  }
  return !quoted && variable.shape === 'list'
    ? atomic(groupName(index), listPattern(after as string | undefined))
    : `(?<${groupName(index)}>${textPattern(variable, after as string | undefined, quoted)})`;
}

/** Throws APITRAIL_BAD_FORMAT where nothing tells the end of a value from what follows it. */
function checkBorder(variable: TemplateVariable, after: TemplatePart | undefined, quoted: boolean): void {
  const endless =
    typeof after === 'object'
      ? variable.shape !== 'number' || after.shape === 'number' || after.shape === 'list'
      : variable.shape === 'number' && !quoted && /^[0-9]/.test(after ?? '');
  if (endless) {
    const next = typeof after === 'object' ? after.name : JSON.stringify(after);
    throw new ApitrailError(
      'APITRAIL_BAD_FORMAT',
      `Nothing stands between ${variable.name} and ${next} in the format, so that a line cannot be cut there. ` +
        'Put a character between them that the first cannot hold.',
      { where: 'format' }
    );
  }
}

const numberPattern = (after: TemplatePart | undefined): string =>
  typeof after === 'string' && after.startsWith('.') ? '(?:-|[0-9]+)' : '(?:-|[0-9]+(?:\\.[0-9]+)?)';

/** nginx’s list, whose items hold neither what stands between items nor what the format has behind the list. */
function listPattern(literal = ''): string {
  const item =
    literal.length > 1
      ? `(?:(?!${quoteRegExp(literal)})[^ ,"])+`
      : `[^ ,"${literal === '' ? '' : quoteRegExp(literal)}]+`;
  const separators = [
    ...(literal.startsWith(',') ? (literal.startsWith(', ') ? [] : [', ']) : [', ?']),
    ...(literal.startsWith(' :') ? [] : [' : ']),
  ];
  return `${item}(?:(?:${separators.join('|')})${item})*`;
}

function textPattern({ shape }: TemplateVariable, literal: string | undefined, quoted: boolean): string {
  if (literal === undefined) {
    return shape === 'token' ? TOKEN : '.*';
  }
  if (literal.length === 1) {
    return `[^${quoteRegExp(literal)}]*`;
  }
  return shape === 'token' && literal.startsWith(' ') && !quoted ? TOKEN : `(?:(?!${quoteRegExp(literal)}).)*`;
}

/** Says at which part of the format a line ceases to fit. */
function explainer(parts: readonly TemplatePart[], sources: readonly string[]): (line: string) => Reject {
  const prefixes: RegExp[] = [];
  return (line) => {
    for (let index = 0; index < parts.length; index++) {
      prefixes[index] ??= new RegExp(`^${sources.slice(0, index + 1).join('')}`, 's');
      if (!prefixes[index]!.test(line)) {
        const part = parts[index]!;
        const previous = parts[index - 1];
        const what = typeof part === 'string' ? `lacks ${JSON.stringify(part)}` : `has no ${part.name} that fits`;
        return new Reject(typeof previous === 'object' ? `${what} after ${previous.name}` : what);
      }
    }
    return new Reject('has more than the format describes');
  };
}
