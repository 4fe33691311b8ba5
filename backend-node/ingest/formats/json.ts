import { compileMapping, type CompiledMapping, type Mapping } from './mapping';
import { Reject, fittingShare, type Format, type LineParser } from './format';
import { knownFields } from './known-fields';
import type { FieldSetter } from '../normalise/fields';
import { RequestRecord } from '../normalise/request-record';
import { storableText } from '../normalise/values';

const NOT_JSON = new Reject('is not a JSON object');
/** Objects nested deeper than this become JSON; whole records nested deeper than `DEEPEST` are rejected. */
const DEEPEST_FIELD = 8;
const DEEPEST = 100;
const TOO_DEEP = new Reject(`is nested deeper than ${DEEPEST} levels`);
const LONG_NUMBER = /\d{16}/;
const STRING_OR_LONG_NUMBER = /"(?:[^"\\]|\\.)*"|(?<![\d.eE+-])-?\d{16,}(?![\d.eE])/g;
/** Wrappers of OpenTelemetry’s log model: their keys count as if they stood outside. */
const WRAPPERS = new Set(['attributes', 'resource', 'resource.attributes', 'Attributes', 'Resource']);

/** What becomes of the fields of a record that comes as keys and values. */
export interface FieldSink {
  /** Puts in the constants of a mapping. */
  begin(record: RequestRecord): void;
  put(record: RequestRecord, field: string, value: string | number): void;
  /** Fields of the mapping that have not occurred. */
  missing(): string[];
}

/** A sink by the names that are known, or by a mapping. */
export function fieldSink(mapping: Mapping | undefined): FieldSink {
  return mapping ? mappedSink(compileMapping(mapping)) : namedSink(knownFields());
}

/** A sink by names: fields without a setter become attributes. */
export function namedSink(fields: Map<string, FieldSetter>): FieldSink {
  return {
    begin: () => {},
    put: (record, field, value) => {
      const set = fields.get(field);
      if (set) {
        set(record, value);
      } else {
        record.setAttribute(field, String(value));
      }
    },
    missing: () => [],
  };
}

function mappedSink({ fields, constants, keepOthers }: CompiledMapping): FieldSink {
  const unseen = new Set(fields.keys());
  return {
    begin: (record) => constants.forEach(({ set, value }) => set(record, value)),
    put: (record, field, value) => {
      const set = fields.get(field);
      if (set) {
        if (unseen.size > 0) {
          unseen.delete(field);
        }
        set(record, value);
      } else if (keepOthers) {
        record.setAttribute(field, String(value));
      }
    },
    missing: () => [...unseen],
  };
}

/** Names that are remembered; senders may make up any number of them. */
const MOST_NAMES = 20_000;
const LONGEST_NAME = 256;
let remembered = 0;

/** The name of a nested field, joined by dots once and not for every record. */
class FieldName {
  private readonly children = new Map<string, FieldName>();

  constructor(
    readonly field: string,
    private readonly prefix = WRAPPERS.has(field) ? '' : `${field}.`
  ) {}

  of(key: string): FieldName {
    let name = this.children.get(key);
    if (name === undefined) {
      name = new FieldName(this.prefix + key);
      if (remembered < MOST_NAMES && name.field.length <= LONGEST_NAME) {
        remembered++;
        this.children.set(key, name);
      }
    }
    return name;
  }
}

const ROOT = new FieldName('', '');

/** Makes a record of an object: nested keys are joined by dots, lists become their JSON. */
export function recordOf(object: object, sink: FieldSink): RequestRecord {
  const record = new RequestRecord();
  sink.begin(record);
  putObject(record, object, ROOT, sink, 0);
  return record;
}

function putObject(record: RequestRecord, object: object, parent: FieldName, sink: FieldSink, depth: number): void {
  for (const key of Object.keys(object)) {
    const value = (object as Record<string, unknown>)[key];
    if (value === null || value === undefined) {
      continue;
    }
    const name = parent.of(key);
    if (typeof value === 'string') {
      sink.put(record, name.field, storableText(value));
    } else if (typeof value === 'number') {
      sink.put(record, name.field, value);
    } else if (typeof value === 'object' && !Array.isArray(value) && depth < DEEPEST_FIELD) {
      putObject(record, value, name, sink, depth + 1);
    } else {
      sink.put(record, name.field, storableText(typeof value === 'object' ? JSON.stringify(value) : String(value)));
    }
  }
}

/** A JSON value. Whole numbers too long for a double come as text, so that ids keep their digits. Throws a SyntaxError. */
export function parseJson(json: string): unknown {
  return JSON.parse(
    LONG_NUMBER.test(json)
      ? json.replace(STRING_OR_LONG_NUMBER, (token) => (token.startsWith('"') ? token : `"${token}"`))
      : json
  );
}

/** The object a line holds, read as `parseJson` does. */
export function parseObject(line: string): object | undefined {
  try {
    const value = parseJson(line);
    return typeof value === 'object' && value !== null && !Array.isArray(value) ? value : undefined;
  } catch {
    return undefined;
  }
}

/** Makes a record of a parsed object, as the format `json` does of a line: `TOO_DEEP` when it is nested too deep. */
export function recordOfParsed(object: object, sink: FieldSink): RequestRecord | Reject {
  return isDeeperThan(object, DEEPEST) ? TOO_DEEP : recordOf(object, sink);
}

/** Whether what is within each other goes deeper than so many levels. */
export function isDeeperThan(value: object, levels: number): boolean {
  if (levels === 0) {
    return true;
  }
  for (const key in value) {
    const inner = (value as Record<string, unknown>)[key];
    if (typeof inner === 'object' && inner !== null && isDeeperThan(inner, levels - 1)) {
      return true;
    }
  }
  return false;
}

function jsonParser(sink: FieldSink): LineParser {
  return (line) => {
    const object = parseObject(line);
    return object ? recordOfParsed(object, sink) : NOT_JSON;
  };
}

export const json: Format = {
  name: 'json',
  describe: 'JSON lines, by the record’s own names, OpenTelemetry’s, nginx’s, or a mapping',
  detect: (sample) => fittingShare(sample, jsonParser(fieldSink(undefined))),
  parser: ({ mapping }) => {
    const sink = fieldSink(mapping);
    return { kind: 'lines', parse: jsonParser(sink), missing: () => sink.missing() };
  },
};
