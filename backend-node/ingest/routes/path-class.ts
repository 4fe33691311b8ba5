import { decodeSegment } from './classifier/path';
import { isDigits } from './classifier/shapes';

/** Longest path, in bytes, that is given a class, and the most that the class of one takes. */
export const MAX_CLASSED = 512;
export const MAX_CLASS = (MAX_CLASSED / 2) * 5;

/** Kinds of bytes. */
const DIGIT = 1;
const LOWER_HEX = 2;
const UPPER_HEX = 4;
const DASH = 8;
const OTHER = 16;
/** What a path is cut or trimmed at, and what could be taken for a mark of a class. */
const ODD = 32;
const HEX = DIGIT | LOWER_HEX | UPPER_HEX;

const SLASH = 47;
/** Marks that stand for a segment, with its length or its alphabet behind: no path that is given a class has such bytes. */
const INTEGER_MARK = 1;
const HEX_MARK = 2;
const UUID_MARK = 3;

const KINDS = Uint8Array.from({ length: 256 }, (_, byte) => {
  const sign = String.fromCharCode(byte);
  if (byte <= 32 || byte >= 127 || sign === '?' || sign === '#') {
    return ODD;
  }
  return isDigits(sign)
    ? DIGIT
    : /[a-f]/.test(sign)
      ? LOWER_HEX
      : /[A-F]/.test(sign)
        ? UPPER_HEX
        : sign === '-'
          ? DASH
          : OTHER;
});

/** Digits that may be the version of an API (`/api/3`, `/2010`): so many at most, in the first two segments. */
const VERSION = { digits: 4, depth: 1 };
const UUID = { length: 36, dashes: [8, 13, 18, 23] };

/**
 * Writes the class of the path in `from[start, end)` to `to`, from `at` on, and gives the end of it. Paths of one class are
 * the same to the classifier: they differ in numbers of equal length, in UUIDs, and in hexadecimal ids of equal length, each
 * made of the same kinds of digits, and of those it looks at nothing else. `exact` makes a class of each path.
 */
export function writePathClass(
  from: Uint8Array,
  start: number,
  end: number,
  to: Uint8Array,
  at: number,
  exact: boolean
): number {
  if (exact || from[start] !== SLASH) {
    return copy(from, start, end, to, at);
  }
  let out = at;
  let next = start;
  let depth = -1;
  while (next < end) {
    to[out++] = SLASH;
    const segment = ++next;
    const written = out;
    let kinds = 0;
    for (let byte = from[next]!; next < end && byte !== SLASH; byte = from[++next]!) {
      kinds |= KINDS[byte]!;
      to[out++] = byte;
    }
    if (kinds < OTHER) {
      const length = next - segment;
      depth += length > 0 ? 1 : 0;
      const mark = markOf(from, segment, length, kinds, depth);
      if (mark !== 0) {
        to[written] = mark;
        to[written + 1] = kinds;
        to[written + 2] = length & 255;
        to[written + 3] = 1 + (length >>> 8);
        out = written + 4;
      }
    } else if (kinds >= ODD) {
      return copy(from, start, end, to, at);
    } else {
      depth++;
    }
  }
  return out;
}

/** Whether a static segment could be taken for one of those that are not told apart. */
export function isInterchangeable(segment: string, depth: number): boolean {
  const bytes = Buffer.from(segment);
  let kinds = 0;
  for (const byte of bytes) {
    kinds |= KINDS[byte]!;
  }
  return kinds < OTHER && markOf(bytes, 0, bytes.length, kinds, depth) !== 0;
}

/**
 * Whether a segment of a template (`users`, `{id}`, `*`, `{id}.json`) may fit one path of a class and not another. `depth` is
 * where it stands.
 */
export function tellsApart(segment: string, depth: number): boolean {
  if (segment === '*' || /^\{[^{}]+\}$/.test(segment)) {
    return false;
  }
  return segment.includes('{')
    ? !segment.split(/\{[^{}]+\}/).some((text) => /[^0-9a-f-]/i.test(decodeSegment(text)))
    : isInterchangeable(decodeSegment(segment), depth);
}

function markOf(from: Uint8Array, start: number, length: number, kinds: number, depth: number): number {
  if (kinds === DIGIT) {
    return length > VERSION.digits || depth > VERSION.depth ? INTEGER_MARK : 0;
  }
  if ((kinds & DASH) === 0) {
    return length >= 16 || (length >= 8 && (kinds & DIGIT) !== 0) ? HEX_MARK : 0;
  }
  return length === UUID.length && (kinds & HEX) !== 0 && isUuid(from, start) ? UUID_MARK : 0;
}

function isUuid(from: Uint8Array, start: number): boolean {
  let dashes = 0;
  for (let index = 0; index < UUID.length; index++) {
    dashes += KINDS[from[start + index]!] === DASH ? 1 : 0;
  }
  return dashes === 4 && UUID.dashes.every((index) => KINDS[from[start + index]!] === DASH);
}

function copy(from: Uint8Array, start: number, end: number, to: Uint8Array, at: number): number {
  let out = at;
  for (let next = start; next < end; next++) {
    to[out++] = from[next]!;
  }
  return out;
}
