import type { Resource } from './resource';
import type { JsonNames } from './item-text';
import { Items } from './items';
import { ProtobufItem } from './protobuf-item';
import type { Shape } from './protobuf-shapes';
import { readAttribute } from './protobuf-values';
import { contested, RESOURCE_FIELDS } from './signals';
import { WireReader } from './wire-reader';
import type { DecodeContext, Decoded } from '../../intake/decoder';

/** Reads a span or log record that ends at `end`, and gives it to the items. */
export type ItemReader = (reader: WireReader, end: number, items: Items, resource: Resource) => void;

/** How the items of a signal are read, and what they are called in JSON. */
export interface ProtobufSignal {
  names: JsonNames;
  shape: Shape;
  read: ItemReader;
}

/** A field of this number that has a length: number and wire type as they stand in the bytes. */
const field = (number: number): number => number * 8 + 2;
const RESOURCE = field(1);
const SCOPE = field(1);
const OF_EXPORT = field(1);
const OF_RESOURCE = field(2);
const OF_SCOPE = field(2);

/**
 * Records of an ExportTraceServiceRequest or ExportLogsServiceRequest, which are alike down to the spans and log records:
 * the signal says how those are read. Throws APITRAIL_BAD_BODY.
 */
export function decodeProtobuf(body: Buffer, context: DecodeContext, { names, shape, read }: ProtobufSignal): Decoded {
  const reader = new WireReader(body);
  const source = new ProtobufItem(body, names, shape);
  const items = new Items(context, contested, source);
  each(reader, 0, body.length, OF_EXPORT, (end) => readResource(reader, end, items, source, read));
  return items.result();
}

/** What belongs to a resource. Its attributes may stand behind the spans they are for. */
function readResource(reader: WireReader, end: number, items: Items, source: ProtobufItem, read: ItemReader): void {
  const start = reader.position;
  source.resource = { start, end };
  each(reader, start, end, OF_RESOURCE, (scopeEnd) => {
    const scopeStart = reader.position;
    source.scope = { start: scopeStart, end: scopeEnd };
    items.begin();
    each(reader, start, end, RESOURCE, (stop) => readAttributes(reader, stop, 1, items));
    each(reader, scopeStart, scopeEnd, SCOPE, (stop) => readAttributes(reader, stop, 3, items));
    const resource = items.resource();
    each(reader, scopeStart, scopeEnd, OF_SCOPE, (stop) => {
      items.begin();
      source.start = reader.position;
      source.end = stop;
      read(reader, stop, items, resource);
    });
  });
}

function readAttributes(reader: WireReader, end: number, number: number, items: Items): void {
  each(reader, reader.position, end, field(number), (stop) => readAttribute(reader, stop, items, RESOURCE_FIELDS));
}

/** Every field of one kind in the message between `start` and `end`; the others are gone past. */
export function each(reader: WireReader, start: number, end: number, kind: number, read: (end: number) => void): void {
  reader.position = start;
  let tag: number;
  while ((tag = reader.tag(end)) !== 0) {
    if (tag === kind) {
      const stop = reader.end(end);
      read(stop);
      reader.position = stop;
    } else {
      reader.skip(tag, end);
    }
  }
}
