import type { Resource } from './resource';
import { ResourceRow } from './resource-row';
import type { JsonNames } from './item-text';
import { DEFAULTS, Items } from './items';
import { ProtobufItem } from './protobuf-item';
import type { Shape } from './protobuf-shapes';
import { readAttribute } from './protobuf-values';
import { contested, RESOURCE_FIELDS } from './signals';
import type { SpanRowReader } from './span-row-reader';
import { SpanRows } from './span-rows';
import { WireReader } from './wire-reader';
import type { DecodeContext, Decoded } from '../../intake/decoder';

/** Reads a span or log record that ends at `end`, and gives it to the items. */
export type ItemReader = (reader: WireReader, end: number, items: Items, resource: Resource) => void;

/** How the items of a signal are read, and what they are called in JSON. */
export interface ProtobufSignal {
  names: JsonNames;
  shape: Shape;
  read: ItemReader;
  /** Reads items the short way, where there is one. */
  short?: SpanRowReader;
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
export function decodeProtobuf(body: Buffer, context: DecodeContext, signal: ProtobufSignal): Decoded {
  const { receivedAt, judgedAt = receivedAt, recordsOnly = false } = context;
  const reader = new WireReader(body);
  const source = new ProtobufItem(body, signal.names, signal.shape);
  const rows = signal.short && !recordsOnly ? new SpanRows(body, DEFAULTS, judgedAt) : undefined;
  const items = new Items(context, contested, source, rows);
  const readItem = itemReader(signal, rows, judgedAt);
  each(reader, 0, body.length, OF_EXPORT, (end) => readResource(reader, end, items, source, readItem));
  return items.result();
}

/** Reads an item the short way or, where that is nothing for it, the long one. */
type EitherReader = (
  reader: WireReader,
  end: number,
  items: Items,
  source: ProtobufItem,
  from: { resource: Resource; row: ResourceRow | undefined }
) => void;

function itemReader({ read, short }: ProtobufSignal, rows: SpanRows | undefined, nowUs: number): EitherReader {
  return (reader, end, items, source, { resource, row }) => {
    const start = reader.position;
    if (short && rows && row && short.read(rows, start, end, items, { resource, row }, nowUs)) {
      return;
    }
    items.begin();
    source.start = start;
    source.end = end;
    read(reader, end, items, resource);
  };
}

/**
 * What belongs to a resource. Its attributes may stand behind the spans they are for, and are read for each scope: where they
 * are is looked for once, and what is read again counts.
 */
function readResource(
  reader: WireReader,
  end: number,
  items: Items,
  source: ProtobufItem,
  readItem: EitherReader
): void {
  const start = reader.position;
  source.resource = { start, end };
  const parts: Array<{ start: number; end: number }> = [];
  each(reader, start, end, RESOURCE, (stop) => parts.push({ start: reader.position, end: stop }));
  const bytes = parts.reduce((sum, part) => sum + 1 + part.end - part.start, 0);
  each(reader, start, end, OF_RESOURCE, (scopeEnd) => {
    const scopeStart = reader.position;
    source.scope = { start: scopeStart, end: scopeEnd };
    items.begin();
    items.readAgain(bytes);
    for (const part of parts) {
      reader.position = part.start;
      readAttributes(reader, part.end, 1, items);
    }
    each(reader, scopeStart, scopeEnd, SCOPE, (stop) => readAttributes(reader, stop, 3, items));
    const resource = items.resource();
    const from = { resource, row: items.hasRows ? new ResourceRow(resource) : undefined };
    each(reader, scopeStart, scopeEnd, OF_SCOPE, (stop) => readItem(reader, stop, items, source, from));
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
