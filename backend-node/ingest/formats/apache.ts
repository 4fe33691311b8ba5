import { ApitrailError } from '@apitrail/contract';

import { apacheDirective } from './apache-directives';
import { unescapeLog } from './escapes';
import { fittingShare, type Format } from './format';
import { MICROSECONDS, MILLISECONDS, strftimeReader } from './strftime';
import { compileTemplate, type TemplatePart, type TemplateVariable } from './template';
import { timeField } from '../normalise/fields';
import type { RequestRecord } from '../normalise/request-record';
import { clfTimeReader, epochMicros } from '../normalise/time';

const DIRECTIVE = /%(?:!?\d{3}(?:,\d{3})*)?[<>]?(?:\{([^}]*)\})?(\^(?:ti|to|FU|FB)|[A-Za-z])|%%/g;
const LINE = /^\s*(?:LogFormat|CustomLog\s+\S+)\s+"((?:[^"\\]|\\.)*)"(?:\s+\S+)*\s*$/;
const BETWEEN = '\x1f';

/**
 * The format an Apache `LogFormat` string describes. Takes the bare string or the whole directive, with quotes escaped as
 * in httpd.conf or not. Throws APITRAIL_BAD_FORMAT for directives that do not exist and for formats no line can be cut by.
 */
export function apacheFormat(text: string): Format {
  const pattern = (LINE.exec(text)?.[1] ?? text).replace(/\\(["\\tn])/g, (_, char: string) =>
    char === 't' ? '\t' : char === 'n' ? '' : char
  );
  const compile = () => {
    const { parts, timeIsEnd } = apacheParts(pattern);
    return { parse: compileTemplate(parts, { unescape: unescapeLog, quotesEscaped: true }), timeIsEnd };
  };
  compile();
  return {
    name: 'apache',
    describe: `Apache LogFormat ${pattern}`,
    detect: (sample) => fittingShare(sample, compile().parse),
    parser: () => ({ kind: 'lines', ...compile() }),
  };
}

function apacheParts(pattern: string): { parts: TemplatePart[]; timeIsEnd: boolean } {
  const parts: TemplatePart[] = [];
  const times: TimeDirective[] = [];
  let literal = '';
  let from = 0;
  const flush = () => {
    if (literal !== '') {
      parts.push(literal);
      literal = '';
    }
  };
  for (const match of pattern.matchAll(DIRECTIVE)) {
    literal += pattern.slice(from, match.index);
    from = match.index + match[0].length;
    const [whole, argument, letter] = match;
    if (whole === '%%') {
      literal += '%';
      continue;
    }
    if (letter === 't' && argument === undefined) {
      literal += '[';
      flush();
      parts.push({ name: '%t', shape: 'text', set: timeField(clfTimeReader()) });
      times.push({ kind: 'whole', end: false });
      literal = ']';
      continue;
    }
    flush();
    if (letter === 't') {
      const time = timeDirective(argument!);
      times.push(time);
      parts.push({ name: whole, shape: time.kind === 'strftime' ? 'text' : 'number', set: () => {} });
      continue;
    }
    const variable = letter!.startsWith('^F')
      ? apacheDirective('n', letter === '^FB' ? 'first_byte_us' : 'trailer')
      : apacheDirective(letter!, argument);
    parts.push({ name: whole, ...variable });
  }
  literal += pattern.slice(from);
  flush();
  if (times.length === 0) {
    throw new ApitrailError(
      'APITRAIL_BAD_FORMAT',
      `The Apache format ${JSON.stringify(pattern)} logs no time: it needs %t.`,
      {
        where: 'format',
      }
    );
  }
  bindTimes(parts, times);
  return { parts, timeIsEnd: times.every((time) => time.end) };
}

type TimeDirective =
  | { kind: 'whole'; end: boolean }
  | { kind: 'epoch'; unit: 's' | 'ms' | 'us'; end: boolean }
  | { kind: 'strftime'; format: string; end: boolean }
  | { kind: 'fraction'; format: string; end: boolean };

function timeDirective(argument: string): TimeDirective {
  const end = argument.startsWith('end:');
  const format = argument.replace(/^(?:begin|end):/, '');
  switch (format) {
    case 'sec':
      return { kind: 'epoch', unit: 's', end };
    case 'msec':
      return { kind: 'epoch', unit: 'ms', end };
    case 'usec':
      return { kind: 'epoch', unit: 'us', end };
    case 'msec_frac':
      return { kind: 'fraction', format: MILLISECONDS, end };
    case 'usec_frac':
      return { kind: 'fraction', format: MICROSECONDS, end };
    default:
      return { kind: 'strftime', format, end };
  }
}

/**
 * Times may be logged in pieces (`%{%d/%b/%Y:%T}t.%{msec_frac}t %{%z}t`): the pieces are put together again and read by
 * one strftime format when the last of them has come.
 */
function bindTimes(parts: TemplatePart[], times: readonly TimeDirective[]): void {
  const variables = parts.filter(
    (part): part is TemplateVariable => typeof part === 'object' && /\}t$|^%t$/.test(part.name)
  );
  const pieces: Array<{ format: string; variable: TemplateVariable }> = [];
  times.forEach((time, index) => {
    const variable = variables[index]!;
    if (time.kind === 'epoch') {
      variable.set = timeField((text) => epochMicros(text, time.unit));
    } else if (time.kind !== 'whole') {
      pieces.push({ format: time.format, variable });
    }
  });
  if (pieces.length > 0 && times.every((time) => time.kind === 'fraction' || time.kind === 'strftime')) {
    const read = strftimeReader(pieces.map((piece) => piece.format).join(BETWEEN));
    let texts: string[] = [];
    pieces.forEach(({ variable }, index) => {
      variable.set = (record: RequestRecord, value) => {
        texts[index] = String(value);
        if (index === pieces.length - 1) {
          timeField(read)(record, texts.join(BETWEEN));
          texts = [];
        }
      };
    });
  } else {
    bindFraction(pieces, times);
  }
}

/** A fraction beside `%t` or `%{sec}t` is added to it. */
function bindFraction(
  pieces: ReadonlyArray<{ format: string; variable: TemplateVariable }>,
  times: readonly TimeDirective[]
): void {
  for (const { format, variable } of pieces) {
    if (format !== MILLISECONDS && format !== MICROSECONDS) {
      const kinds = times.map((time) => time.kind).join(', ');
      throw new ApitrailError('APITRAIL_BAD_FORMAT', `The format logs the time twice (${kinds}); leave one out.`, {
        where: 'format',
      });
    }
    const factor = format === MILLISECONDS ? 1000 : 1;
    variable.set = (record: RequestRecord, value) => {
      record.time += Number(value) * factor;
    };
  }
}
