import { ApitrailError } from '@apitrail/contract';

import { localOffsetMillis, monthOf, utcMillis, zoneOffsetMinutes } from '../normalise/time';

interface TimeFields {
  year?: number;
  month?: number;
  day?: number;
  dayOfYear?: number;
  hour?: number;
  hour12?: number;
  afternoon?: boolean;
  minute?: number;
  second?: number;
  micros?: number;
  epoch?: number;
  zone?: string;
}

interface Piece {
  source: string;
  read?: (fields: TimeFields, text: string) => void;
}

const number = (source: string, key: keyof TimeFields): Piece => ({
  source,
  read: (fields, text) => {
    (fields as Record<string, unknown>)[key] = Number(text);
  },
});
const word: Piece = { source: '[A-Za-z]+' };

const PIECES: Record<string, Piece> = {
  Y: number('\\d{4}', 'year'),
  y: { source: '\\d{2}', read: (fields, text) => (fields.year = Number(text) + (Number(text) < 69 ? 2000 : 1900)) },
  m: number('\\d{1,2}', 'month'),
  d: number('\\d{1,2}', 'day'),
  e: { source: '[ \\d]\\d', read: (fields, text) => (fields.day = Number(text)) },
  j: number('\\d{3}', 'dayOfYear'),
  H: number('\\d{1,2}', 'hour'),
  k: { source: '[ \\d]\\d', read: (fields, text) => (fields.hour = Number(text)) },
  I: number('\\d{1,2}', 'hour12'),
  p: { source: '[AaPp][Mm]', read: (fields, text) => (fields.afternoon = /^p/i.test(text)) },
  M: number('\\d{1,2}', 'minute'),
  S: number('\\d{1,2}', 'second'),
  s: number('\\d+', 'epoch'),
  f: { source: '\\d{1,9}', read: (fields, text) => (fields.micros = Number(text.padEnd(6, '0').slice(0, 6))) },
  b: { source: '[A-Za-z]{3}', read: (fields, text) => (fields.month = monthOf(text) + 1) },
  B: { source: '[A-Za-z]+', read: (fields, text) => (fields.month = monthOf(text.slice(0, 3)) + 1) },
  z: { source: '[+-]\\d{2}:?\\d{2}|Z', read: (fields, text) => (fields.zone = text) },
  Z: { source: '[A-Za-z]+', read: (fields, text) => (fields.zone = text) },
  a: word,
  A: word,
  n: { source: '\\s+' },
  t: { source: '\\s+' },
  '%': { source: '%' },
  // Apache’s fractions of a second, as the whole text of a %{…}t.
  '\x01': { source: '\\d{3}', read: (fields, text) => (fields.micros = Number(text) * 1000) },
  '\x02': { source: '\\d{6}', read: (fields, text) => (fields.micros = Number(text)) },
};
const SHORTHANDS: Record<string, string> = {
  T: '%H:%M:%S',
  R: '%H:%M',
  D: '%m/%d/%y',
  F: '%Y-%m-%d',
  h: '%b',
  r: '%I:%M:%S %p',
  c: '%a %b %e %H:%M:%S %Y',
};

/** Specifiers for Apache’s msec_frac and usec_frac inside a strftime format. */
export const MILLISECONDS = '%\x01';
export const MICROSECONDS = '%\x02';

/**
 * Compiles a strftime format to a reader of such times: microseconds, NaN when a text does not fit. A time without an
 * offset is read in `zone`. Throws APITRAIL_BAD_FORMAT for an unknown specifier or when no whole time can come of it.
 */
export function strftimeReader(format: string, zone = 'UTC'): (text: string) => number {
  const readers: Array<Piece['read']> = [];
  const names = new Set<string>();
  const source = expand(format).replace(/%[-_0E]?([\s\S])|[^%]+|%$/g, (part, specifier: string | undefined) => {
    if (specifier === undefined) {
      return part.replace(/[\\^$.*+?()[\]{}|/-]/g, '\\$&');
    }
    const piece = PIECES[specifier];
    if (!piece) {
      throw badFormat(format, `has no meaning for %${specifier}`);
    }
    names.add(specifier);
    readers.push(piece.read);
    return `(${piece.source})`;
  });
  const has = (...any: string[]): boolean => any.some((name) => names.has(name));
  if (!has('s') && !(has('Y', 'y') && ((has('m', 'b', 'B') && has('d', 'e')) || has('j')) && has('H', 'k', 'I'))) {
    throw badFormat(format, 'does not make a whole time: it needs year, month, day and hour, or %s');
  }
  const expression = new RegExp(`^${source}$`);
  return (text) => {
    const match = expression.exec(text);
    if (!match) {
      return NaN;
    }
    const fields: TimeFields = {};
    readers.forEach((read, index) => read?.(fields, match[index + 1]!));
    return toMicros(fields, zone);
  };
}

function expand(format: string): string {
  return format.replace(/%([TRDFhrc])/g, (_, name: string) => SHORTHANDS[name]!);
}

function toMicros(fields: TimeFields, zone: string): number {
  const micros = fields.micros ?? 0;
  if (fields.epoch !== undefined) {
    return fields.epoch * 1e6 + micros;
  }
  const hour = fields.hour12 === undefined ? fields.hour! : (fields.hour12 % 12) + (fields.afternoon ? 12 : 0);
  const minute = fields.minute ?? 0;
  const second = fields.second ?? 0;
  const local =
    fields.dayOfYear === undefined
      ? utcMillis(fields.year!, fields.month! - 1, fields.day!, hour, minute, second)
      : utcMillis(fields.year!, 0, 1, hour, minute, second) + (fields.dayOfYear - 1) * 86_400_000;
  const offset = fields.zone === undefined ? localOffsetMillis(local, zone) : zoneOffsetMinutes(fields.zone) * 60_000;
  return (local - offset) * 1000 + micros;
}

function badFormat(format: string, why: string): ApitrailError {
  return new ApitrailError('APITRAIL_BAD_FORMAT', `The time format ${JSON.stringify(format)} ${why}.`, {
    where: 'format',
  });
}
