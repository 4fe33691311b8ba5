import { Beside } from './fill-in';
import { jsonValues } from './json-values';
import { readSyslog } from './syslog';
import { Reject, formatNamed, type LineParser } from '../../formats';
import { fieldSink, parseObject, recordOfParsed, type FieldSink } from '../../formats/json';
import { RequestRecord } from '../../normalise';
import { storableText } from '../../normalise/values';

/** What is known of a message beside it. */
export interface MessageHints {
  /**
   * When the message was written, µs since the epoch; for messages without a time of their own. One that names a duration
   * was written when the request had ended, so that the duration is taken off.
   */
  writtenAt?: number;
  /** What a text should be: tried first. */
  format?: TextFormat;
  /** What stands beside the message: filled in where the message says nothing. */
  beside?: Beside;
  /** Where the fields of objects go; by the known names without. */
  sink?: FieldSink;
}

/** Formats a single text may have. */
export type TextFormat = 'json' | 'combined' | 'vhost_combined';

const NAMED = fieldSink(undefined);
const PARSERS: Record<TextFormat, LineParser> = {
  json: lineParser('json'),
  combined: lineParser('combined'),
  vhost_combined: lineParser('vhost_combined'),
};
const LOOKED_FOR = [PARSERS.combined, PARSERS.vhost_combined];
/** Fields in which loggers and shippers put what was logged: text, or an object. */
const INNER = ['message', 'msg', 'log', 'line', 'body', '@message', 'meta'];
/** A message in a message in a message: a shipper’s in a container’s in an application’s. */
const DEEPEST_MESSAGE = 4;

const SYSLOG = /^(?:\d{1,7} )?<\d{1,3}>/;

const EMPTY = new Reject('is empty');
const BROKEN_JSON = new Reject('begins as JSON and is none');
const UNKNOWN = new Reject('is in no known log format');
const NEITHER = new Reject('is neither text nor an object');

/**
 * Makes a record of a message that may be the log of a request: a line of an access log, a JSON text or an object by the
 * known field names, also where a logger or a shipper has wrapped it in an object or in syslog. Says why when it is none
 * of these. Whether the record is that of a request is for `normaliseRecord` to tell. Never throws; the same message and
 * hints always give the same record.
 */
export function messageToRecord(message: unknown, hints: MessageHints = {}): RequestRecord | Reject {
  const record = readMessage(message, hints, DEEPEST_MESSAGE);
  if (record instanceof Reject) {
    return record;
  }
  const { writtenAt, beside } = hints;
  if (Number.isNaN(record.time) && writtenAt !== undefined) {
    record.time = writtenAt - Math.round((record.duration_ms ?? 0) * 1000);
  }
  beside?.fillIn(record);
  return record;
}

function readMessage(message: unknown, hints: MessageHints, levels: number): RequestRecord | Reject {
  if (typeof message === 'string') {
    return readText(storableText(message).trim(), hints, levels);
  }
  return typeof message === 'object' && message !== null && !Array.isArray(message)
    ? readObject(message, hints, levels)
    : NEITHER;
}

function readText(text: string, hints: MessageHints, levels: number): RequestRecord | Reject {
  if (text === '') {
    return EMPTY;
  }
  if (text.startsWith('{')) {
    const object = parseObject(text);
    return object ? readObject(object, hints, levels) : readFollowed(text, hints, levels);
  }
  const wrapped = levels > 0 ? readWrapped(text, hints, levels - 1) : undefined;
  if (wrapped) {
    return wrapped;
  }
  const expected = hints.format === undefined ? undefined : PARSERS[hints.format](text);
  if (expected instanceof RequestRecord) {
    return expected;
  }
  for (const parse of LOOKED_FOR) {
    const record = parse(text);
    if (record instanceof RequestRecord) {
      return record;
    }
  }
  return (levels > 0 ? readTail(text, hints, levels - 1) : undefined) ?? expected ?? UNKNOWN;
}

/** The message in syslog. */
function readWrapped(text: string, hints: MessageHints, levels: number): RequestRecord | Reject | undefined {
  const syslog = SYSLOG.test(text) ? readSyslog(text) : undefined;
  if (!syslog) {
    return undefined;
  }
  const { time, host, application, message } = syslog;
  const record = readText(message.trim(), hints, levels);
  if (record instanceof RequestRecord) {
    outerOf({ ...(time ? { timestamp: time } : {}), 'host.name': host, 'service.name': application }).fillIn(record);
  }
  return record;
}

/**
 * An object and what a logger put behind it: its own fields, as another object, or words. The one that is of a request is
 * the message, the other stands around it.
 */
function readFollowed(text: string, hints: MessageHints, levels: number): RequestRecord | Reject {
  const first = jsonValues(text).next().value;
  const object = first?.whole ? parseObject(first.text) : undefined;
  if (!object) {
    return BROKEN_JSON;
  }
  const rest = text.slice(first!.text.length).trim();
  const behind = parseObject(rest);
  const record = readObject(object, hints, levels);
  if (behind) {
    const other = readObject(behind, hints, levels);
    return isRequest(record) || !isRequest(other) ? within(record, other) : within(other, record);
  }
  if (record instanceof RequestRecord && record.attributes?.message === undefined) {
    record.setAttribute('message', rest);
  }
  return record;
}

function isRequest(record: RequestRecord | Reject): record is RequestRecord {
  return record instanceof RequestRecord && record.seen;
}

/** A record with what stands around it where it says nothing. */
function within(record: RequestRecord | Reject, around: RequestRecord | Reject): RequestRecord | Reject {
  if (record instanceof RequestRecord && around instanceof RequestRecord) {
    new Beside(around).fillIn(record);
  }
  return record;
}

/** Words and then an object, as loggers print a message with its fields. */
function readTail(text: string, hints: MessageHints, levels: number): RequestRecord | undefined {
  const at = text.endsWith('}') ? text.indexOf('{') : -1;
  const object = at > 0 ? parseObject(text.slice(at)) : undefined;
  const record = object && readObject(object, hints, levels);
  if (!(record instanceof RequestRecord) || !record.seen) {
    return undefined;
  }
  if (record.attributes?.message === undefined) {
    record.setAttribute('message', text.slice(0, at).trim());
  }
  return record;
}

/** What stands in the object itself goes before what stands in its message: it is the one that was told apart. */
function readObject(object: object, hints: MessageHints, levels: number): RequestRecord | Reject {
  const sink = hints.sink ?? NAMED;
  const record = recordOfParsed(object, sink);
  if (record instanceof Reject || record.seen || levels === 0) {
    return record;
  }
  for (const name of INNER) {
    const inner = (object as Record<string, unknown>)[name];
    if (!mayHold(inner)) {
      continue;
    }
    const found = readMessage(inner, { ...hints, format: undefined }, levels - 1);
    if (found instanceof RequestRecord && found.seen) {
      const { [name]: _, ...outer } = object as Record<string, unknown>;
      const rest = recordOfParsed(outer, sink);
      if (rest instanceof RequestRecord) {
        new Beside(rest).fillIn(found);
      }
      return found;
    }
  }
  return record;
}

function mayHold(value: unknown): value is string | object {
  return (typeof value === 'string' && value !== '') || (typeof value === 'object' && value !== null);
}

function outerOf(fields: object): Beside {
  const record = recordOfParsed(fields, NAMED);
  return new Beside(record instanceof RequestRecord ? record : new RequestRecord());
}

function lineParser(name: string): LineParser {
  const framing = formatNamed(name).parser({ sample: [] });
  if (framing.kind !== 'lines') {
    throw new Error(`${name} is not a format of lines`);
  }
  return framing.parse;
}
