import { storableText } from '../../normalise/values';

const SLOTS = 8192;
/** Longer texts are seldom the same. */
const LONGEST = 256;
/** Of texts longer than this only some bytes say where they are looked for. */
const HASHED_WHOLE = 12;

/**
 * Texts by their bytes: those that come again and again (names of attributes, methods, hosts, user agents) are made once.
 * Of a fixed size; what it holds never changes what is read.
 */
export class TextCache {
  private readonly slots: Array<string | undefined> = new Array<string | undefined>(SLOTS).fill(undefined);

  /** The text in a part of the bytes, as the lake can hold it: what is not UTF-8 is replaced. */
  read(bytes: Buffer, start: number, end: number): string {
    const length = end - start;
    if (length === 0) {
      return '';
    }
    if (length > LONGEST) {
      return longText(bytes, start, end);
    }
    const slot = slotOf(bytes, start, end) & (SLOTS - 1);
    const known = this.slots[slot];
    if (known !== undefined && sameText(known, bytes, start, length)) {
      return known;
    }
    if (!isPlain(bytes, start, end)) {
      return longText(bytes, start, end);
    }
    const text = bytes.toString('latin1', start, end);
    this.slots[slot] = text;
    return text;
  }
}

/** Where a text is looked for, 16 bits: by its length and, of a longer one, by bytes from its beginning, middle and end. */
export function slotOf(bytes: Buffer, start: number, end: number): number {
  const length = end - start;
  let hash = length;
  if (length <= HASHED_WHOLE) {
    hash = hashOf(bytes, start, end, hash);
  } else {
    const middle = start + (length >> 1);
    hash = hashOf(bytes, start, start + 3, hash);
    hash = hashOf(bytes, middle, middle + 3, hash);
    hash = hashOf(bytes, end - 6, end, hash);
  }
  return Math.imul(hash, 0x9e3779b1) >>> 16;
}

function hashOf(bytes: Buffer, start: number, end: number, begin: number): number {
  let hash = begin;
  for (let at = start; at < end; at++) {
    hash = (Math.imul(hash, 31) + bytes[at]!) | 0;
  }
  return hash;
}

/** Whether a text of plain characters is what stands in the bytes. */
export function sameText(text: string, bytes: Buffer, start: number, length: number): boolean {
  if (text.length !== length) {
    return false;
  }
  for (let at = 0; at < length; at++) {
    if (text.charCodeAt(at) !== bytes[start + at]) {
      return false;
    }
  }
  return true;
}

/** Whether all bytes are ASCII other than NUL. */
export function isPlain(bytes: Buffer, start: number, end: number): boolean {
  for (let at = start; at < end; at++) {
    const byte = bytes[at]!;
    if (byte >= 0x80 || byte === 0) {
      return false;
    }
  }
  return true;
}

function longText(bytes: Buffer, start: number, end: number): string {
  return storableText(bytes.toString('utf8', start, end));
}
