import { decodeSegment } from './path';
import { isMachineText, isMachineToken } from './randomness';

/**
 * What a segment looks like by itself. `word` is text a person chose (static until the population of paths says
 * otherwise), `fixed` is static text with slots inside (`Orders(key={key})`), `bad` never names a resource
 * (control characters, `..`), and the rest are identifiers of a recognised kind.
 */
export type ShapeKind =
  | 'word'
  | 'fixed'
  | 'bad'
  | 'uuid'
  | 'integer'
  | 'number'
  | 'date'
  | 'ip'
  | 'email'
  | 'locale'
  | 'list'
  | 'text'
  | 'id';

export interface Shape {
  kind: ShapeKind;
  /** What segments are compared by: case does not matter in static text. */
  key: string;
  /** What is left when the changing part is taken out: `{}`, `{}.json`, `{}:cancel`. */
  form: string;
  /** The changing part, decoded: the segment without the affix. */
  stem: string;
}

const UUID = /^\{?[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}\}?$/i;
const NUMBER = /^[+-]?\d+\.\d+$/;
const DATE = /^(?:19|20)\d\d[-._](?:0?[1-9]|1[0-2])(?:[-._](?:0?[1-9]|[12]\d|3[01]))?(?:[T _]\d\d.*)?$/;
const IPV4 = /^\d{1,3}\.\d{1,3}\.\d{1,3}\.\d{1,3}(?:[:/]\d{1,5})?$/;
const IPV6 = /^\[?(?:[0-9a-f]{0,4}:){3,7}[0-9a-f]{0,4}\]?(?:\/\d{1,3})?$/i;
const EMAIL = /^[^@\s/]+@[^@\s/]+\.[a-z]{2,}$/i;
const LOCALE = /^[a-z]{2,3}[-_](?:[A-Z]{2}|[A-Z][a-z]{3})(?:[-_][A-Z]{2})?$/;
/** `v1`, `V4`, `v2.1`, `v1alpha1`: part of the address, not an identifier. */
const VERSION = /^v\d{1,3}(?:[._]\d{1,3})?(?:(?:alpha|beta|rc|preview)\d*)?$/i;
const RELEASE = /^v?\d+\.\d+(?:\.\d+)+(?:[-+.][0-9a-z.-]+)?$/i;
const SLOTS = /^([A-Za-z_$][\w$.-]*)\((.*)\)$/s;
const PAIRS = /^[A-Za-z_][\w.-]*=[^=;,]*(?:[;,][A-Za-z_][\w.-]*=[^=;,]*)*$/;
const VERB = /^(.+):([a-z]+(?:[A-Z][a-z]+)*)$/s;
/** Representations a resource is offered in; what goes before the dot is the resource. */
const FORMAT =
  /^(.+)\.(json|jsonp|jsonl|ndjson|geojson|xml|csv|tsv|x?html?|ya?ml|rss|atom|txt|md|pdf|xlsx?|ics|km[lz]|gpx)$/is;

const BAD = /[\u0000-\u001f\u007f\\<>"`]|(?:^|\/)\.\.(?:\/|$)|^\.+$/;

const MAX_CACHED = 50_000;
const MAX_CACHED_LENGTH = 128;
const lastSegments = new Map<string, Shape>();
const innerSegments = new Map<string, Shape>();

/** The shape of one segment of a path. A format (`.json`) is looked for only at the end of the path. */
export function shapeOf(segment: string, last: boolean): Shape {
  if (isDigits(segment)) {
    // Cheaper than to look it up, and there are any number of them.
    return { kind: 'integer', key: '{}', form: '{}', stem: segment };
  }
  const cache = last ? lastSegments : innerSegments;
  let shape = cache.get(segment);
  if (shape === undefined) {
    shape = classify(segment, last);
    if (cache.size >= MAX_CACHED) {
      cache.clear();
    }
    if (segment.length <= MAX_CACHED_LENGTH) {
      cache.set(segment, shape);
    }
  }
  return shape;
}

/** Whether a text is digits and nothing else. */
export function isDigits(text: string): boolean {
  for (let index = 0; index < text.length; index++) {
    const code = text.charCodeAt(index);
    if (code < 48 || code > 57) {
      return false;
    }
  }
  return text !== '';
}

/** Whether the segment by itself is an identifier. */
export function isIdentifier(shape: Shape): boolean {
  return shape.kind !== 'word' && shape.kind !== 'fixed' && shape.kind !== 'bad';
}

const PLAIN = /^[A-Za-z0-9]+(?:[-_][A-Za-z0-9]+)*$/;

function classify(segment: string, last: boolean): Shape {
  if (PLAIN.test(segment)) {
    const kind = kindOf(segment);
    return { kind, key: kind === 'word' ? segment.toLowerCase() : '{}', form: '{}', stem: segment };
  }
  const text = decodeSegment(segment);
  if (BAD.test(text)) {
    return { kind: 'bad', key: segment, form: '{}', stem: text };
  }
  const fixed = withSlots(text);
  if (fixed !== undefined) {
    return { kind: 'fixed', key: fixed.toLowerCase(), form: fixed, stem: text };
  }
  const whole = kindOf(text);
  if (whole !== 'word' && whole !== 'id' && whole !== 'text') {
    return { kind: whole, key: '{}', form: '{}', stem: text };
  }
  const affixed = (last ? FORMAT.exec(text) : null) ?? VERB.exec(text);
  if (affixed?.[1] !== undefined && affixed[2] !== undefined) {
    const suffix = text.slice(affixed[1].length);
    const kind = kindOf(affixed[1]);
    const form = `{}${suffix.startsWith('.') ? suffix.toLowerCase() : suffix}`;
    return { kind, key: kind === 'word' ? text.toLowerCase() : form, form, stem: affixed[1] };
  }
  return { kind: whole, key: whole === 'word' ? text.toLowerCase() : '{}', form: '{}', stem: text };
}

/** The static text of `Name(1)`, `Name(a=1,b='x')`, `a=1;b=2`, with a named slot for every value. */
function withSlots(text: string): string | undefined {
  const call = SLOTS.exec(text);
  if (call?.[1] !== undefined && call[2] !== undefined) {
    return `${call[1]}(${call[2] === '' ? '' : slots(call[2])})`;
  }
  return PAIRS.test(text) ? slots(text) : undefined;
}

function slots(list: string): string {
  const names = [...list.replace(/'(?:[^']|'')*'/g, "''").matchAll(/(?:^|[,;])\s*([A-Za-z_][\w.-]*)\s*=/g)];
  if (names.length === 0) {
    return '{key}';
  }
  const separator = list.includes(';') && !list.includes(',') ? ';' : ',';
  return names.map(([, name]) => `${name}={${name}}`).join(separator);
}

function kindOf(text: string): ShapeKind {
  if (/^[+-]?\d+$/.test(text)) {
    return 'integer';
  }
  if (VERSION.test(text)) {
    return 'word';
  }
  if (UUID.test(text)) {
    return 'uuid';
  }
  if (DATE.test(text)) {
    return 'date';
  }
  if (IPV4.test(text) || IPV6.test(text)) {
    return 'ip';
  }
  if (NUMBER.test(text)) {
    return 'number';
  }
  if (RELEASE.test(text)) {
    return 'id';
  }
  if (EMAIL.test(text)) {
    return 'email';
  }
  if (LOCALE.test(text)) {
    return 'locale';
  }
  if (/[^,]+,[^,]+/.test(text) && !/\s/.test(text)) {
    return 'list';
  }
  if (/[\s/|*,;]/.test(text)) {
    return 'text';
  }
  if (/^[@!#~]./.test(text) || /^\$.*[^a-zA-Z]/.test(text)) {
    return 'id';
  }
  return text.split(/[^A-Za-z0-9]+/).some(isMachineToken) || isMachineText(text) ? 'id' : 'word';
}
