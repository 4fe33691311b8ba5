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

const SHAPES: Record<Exclude<ValueShape, 'text'>, string> = {
  token: '[^ ]*',
  number: '(?:-|[0-9]+(?:\\.[0-9]+)?)',
  list: '(?:-|[^ ,"]+)(?:(?:, ?| : )(?:-|[^ ,"]+))*',
};

const quoteRegExp = (text: string): string => text.replace(/[\\^$.*+?()[\]{}|/-]/g, '\\$&');

/**
 * Compiles a format string, cut into literals and variables, to one parser. Each variable matches in one way only, so
 * that no line can make the expression try many.
 */
export function compileTemplate(parts: readonly TemplatePart[], options: TemplateOptions): LineParser {
  const variables = parts.filter((part): part is TemplateVariable => typeof part !== 'string');
  const sources = parts.map((part, index) =>
    typeof part === 'string' ? quoteRegExp(part) : `(${valuePattern(parts, index, options)})`
  );
  const expression = new RegExp(`^${sources.join('')} *$`);
  const looser = options.quotesEscaped ? looserExpression(parts, sources) : undefined;
  // The group of further fields stands behind those of the variables up to the last quoted one.
  const quotedVariables = parts.slice(0, lastClosingQuote(parts)).filter((part) => typeof part !== 'string').length;
  const explain = explainer(parts, sources);
  return (line) => {
    const strict = expression.exec(line);
    const match = strict ?? looser?.exec(line);
    if (!match) {
      return explain(line);
    }
    const record = new RequestRecord();
    if (!strict && match.groups?.further) {
      furtherFields(match.groups.further).forEach((value, index) =>
        record.setAttribute(extraName(value, index), value)
      );
    }
    for (let index = 0; index < variables.length; index++) {
      const value = match[strict || index < quotedVariables ? index + 1 : index + 2]!;
      if (value !== '' && value !== '-') {
        variables[index]!.set(record, options.unescape(value));
      } else if (isRequest(variables[index]!)) {
        record.seen = true;
      }
    }
    return record;
  };
}

const FURTHER = '(?<further>(?: "(?:[^"\\\\]|\\\\.)*")*)';

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
    ? new RegExp(`^${before}(?:"${FURTHER} *)?$`)
    : new RegExp(`^${before}"${FURTHER}${rest}${after} *$`);
}

const isRequest = (variable: TemplateVariable): boolean =>
  /^\$request$|^%[<>]?r$|status$|^%[<>]?s$/.test(variable.name);

function valuePattern(parts: readonly TemplatePart[], index: number, { quotesEscaped }: TemplateOptions): string {
  const variable = parts[index] as TemplateVariable;
  const before = parts[index - 1];
  const after = parts[index + 1];
  const quoted =
    typeof before === 'string' && before.endsWith('"') && typeof after === 'string' && after.startsWith('"');
  if (quoted && quotesEscaped) {
    return '(?:[^"\\\\]|\\\\.)*';
  }
  if (typeof after === 'object' && (variable.shape === 'text' || variable.shape === 'token')) {
    throw new ApitrailError(
      'APITRAIL_BAD_FORMAT',
      `Nothing stands between ${variable.name} and ${after.name} in the format, so that a line cannot be cut there. ` +
        'Put a character between them that the first cannot hold.',
      { where: 'format' }
    );
  }
  if (!quoted && (variable.shape === 'number' || variable.shape === 'list')) {
    return SHAPES[variable.shape];
  }
  if (after === undefined) {
    return variable.shape === 'token' ? SHAPES.token : '.*';
  }
  const literal = after as string;
  if (literal.length === 1) {
    return `[^${quoteRegExp(literal)}]*`;
  }
  return variable.shape === 'token' && literal.startsWith(' ') && !quoted
    ? SHAPES.token
    : `(?:(?!${quoteRegExp(literal)}).)*`;
}

/** Says at which part of the format a line ceases to fit. */
function explainer(parts: readonly TemplatePart[], sources: readonly string[]): (line: string) => Reject {
  const prefixes: RegExp[] = [];
  return (line) => {
    for (let index = 0; index < parts.length; index++) {
      prefixes[index] ??= new RegExp(`^${sources.slice(0, index + 1).join('')}`);
      if (!prefixes[index]!.test(line)) {
        const part = parts[index]!;
        const previous = parts[index - 1];
        const what = typeof part === 'string' ? `${JSON.stringify(part)} is missing` : `${part.name} does not fit`;
        return new Reject(typeof previous === 'object' ? `${what} after ${previous.name}` : what);
      }
    }
    return new Reject('there is more on the line than the format has');
  };
}
