import { decodeSegment } from '../classifier/path';
import type { ParameterHint } from './declared-route';

const FORMATS: Record<NonNullable<ParameterHint['format']>, RegExp> = {
  uuid: /^[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}$/i,
  date: /^\d{4}-\d{2}-\d{2}$/,
  'date-time': /^\d{4}-\d{2}-\d{2}[Tt ]\d{2}:\d{2}/,
};
const TYPES: Record<NonNullable<ParameterHint['type']>, RegExp> = {
  integer: /^[+-]?\d+$/,
  number: /^[+-]?(?:\d+\.?\d*|\.\d+)(?:e[+-]?\d+)?$/i,
  boolean: /^(?:true|false)$/i,
};
/** Longer values are not held against patterns. */
const MAX_VALUE = 256;

/** How well a value fits what is known of its parameter. */
export type Fit = 'listed' | 'typed' | 'any' | 'unlike';

/** Holds a value, as it stands in a path, against what a document says of its parameter. */
export function fitOf(value: string, hint: ParameterHint | undefined): Fit {
  if (hint === undefined) {
    return 'any';
  }
  const text = decodeSegment(value);
  if (hint.enum !== undefined) {
    return hint.enum.includes(text) ? 'listed' : 'unlike';
  }
  const tests = [
    ...(hint.type === undefined ? [] : [TYPES[hint.type]]),
    ...(hint.format === undefined ? [] : [FORMATS[hint.format]]),
    ...(hint.pattern === undefined || text.length > MAX_VALUE ? [] : [compiled(hint.pattern)]),
  ];
  if (tests.length === 0) {
    return 'any';
  }
  return tests.every((test) => test.test(text)) ? 'typed' : 'unlike';
}

const patterns = new Map<string, RegExp>();

function compiled(pattern: string): RegExp {
  let regex = patterns.get(pattern);
  if (regex === undefined) {
    regex = new RegExp(pattern, 'u');
    patterns.set(pattern, regex);
  }
  return regex;
}

/**
 * Whether an expression may take time that grows without bounds on a path made for it: a group that repeats within a
 * group that repeats, a repeated alternative, a back-reference, or many open repetitions.
 */
export function isCostly(pattern: string): boolean {
  const plain = pattern
    .replace(/\\[1-9k]/g, '\u0001')
    .replace(/\\./gs, 'x')
    .replace(/\[[^\]]*\]/g, 'x');
  if (plain.includes('\u0001') || (plain.match(/[+*]|\{\d+,\d*\}/g) ?? []).length > 4) {
    return true;
  }
  const open: boolean[] = [];
  for (let i = 0; i < plain.length; i++) {
    const char = plain[i] as string;
    if (char === '(') {
      open.push(false);
    } else if (char === ')') {
      const inner = open.pop() ?? false;
      const repeated = /^(?:[+*]|\{\d+,\d*\})/.test(plain.slice(i + 1));
      if (inner && repeated) {
        return true;
      }
      if (open.length > 0 && (inner || repeated)) {
        open[open.length - 1] = true;
      }
    } else if (open.length > 0 && (char === '|' || /^(?:[+*]|\{\d+,\d*\})/.test(plain.slice(i)))) {
      open[open.length - 1] = true;
    }
  }
  return false;
}
