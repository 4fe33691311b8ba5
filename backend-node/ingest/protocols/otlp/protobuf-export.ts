import type { Resource } from './resource';
import { Items } from './items';
import { readAttribute } from './protobuf-values';
import { contested, RESOURCE_FIELDS } from './signals';
import { WireReader } from './wire-reader';
import type { Decoded } from '../../intake/decoder';

/** Reads a span or log record that ends at `end`, and gives it to the items. */
export type ItemReader = (reader: WireReader, end: number, items: Items, resource: Resource) => void;

/** A field of this number that has a length: number and wire type as they stand in the bytes. */
const field = (number: number): number => number * 8 + 2;
const RESOURCE = field(1);
const SCOPE = field(1);
const OF_EXPORT = field(1);
const OF_RESOURCE = field(2);
const OF_SCOPE = field(2);

/**
 * Records of an ExportTraceServiceRequest or ExportLogsServiceRequest, which are alike down to the spans and log records:
 * `read` reads those. Throws APITRAIL_BAD_BODY.
 */
export function decodeProtobuf(body: Buffer, receivedAt: number, read: ItemReader): Decoded {
  const reader = new WireReader(body);
  const items = new Items(receivedAt, contested);
  each(reader, 0, body.length, OF_EXPORT, (end) => readResource(reader, end, items, read));
  return items.result();
}

/** What belongs to a resource. Its attributes may stand behind the spans they are for. */
function readResource(reader: WireReader, end: number, items: Items, read: ItemReader): void {
  const start = reader.position;
  each(reader, start, end, OF_RESOURCE, (scopeEnd) => {
    const scopeStart = reader.position;
    items.begin();
    each(reader, start, end, RESOURCE, (stop) => readAttributes(reader, stop, 1, items));
    each(reader, scopeStart, scopeEnd, SCOPE, (stop) => readAttributes(reader, stop, 3, items));
    const resource = items.resource();
    each(reader, scopeStart, scopeEnd, OF_SCOPE, (stop) => {
      items.begin();
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
