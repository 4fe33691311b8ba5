import { each, type ItemReader } from './protobuf-export';
import { readAttribute, readId, readText } from './protobuf-values';
import { EXCEPTION_FIELDS, SPAN_FIELDS } from './signals';
import { CLIENT, SERVER, SpanFacts, takeSpan } from './span';
import type { Items } from './items';
import type { WireReader } from './wire-reader';

const facts = new SpanFacts();

/** A Span. Tags are numbers and wire types of its fields (opentelemetry-proto 1.x). */
export const readSpan: ItemReader = (reader, end, items, resource) => {
  facts.reset();
  let passedOver = false;
  let tag: number;
  while ((tag = reader.tag(end)) !== 0) {
    switch (tag) {
      case 0x4a: // attributes
        if (passedOver) {
          reader.position = reader.end(end);
        } else {
          readAttribute(reader, reader.end(end), items, SPAN_FIELDS);
        }
        break;
      case 0x0a:
        facts.traceId = readId(reader, reader.end(end), 16);
        break;
      case 0x12:
        facts.spanId = readId(reader, reader.end(end), 8);
        break;
      case 0x1a:
        facts.traceState = readText(reader, reader.end(end));
        break;
      case 0x30:
        facts.kind = reader.varint(end);
        passedOver = facts.kind !== SERVER && facts.kind !== CLIENT;
        break;
      case 0x39:
        reader.nanos(end, facts.start);
        break;
      case 0x41:
        reader.nanos(end, facts.end);
        break;
      case 0x5a:
        readEvent(reader, reader.end(end), items);
        break;
      case 0x7a:
        readStatus(reader, reader.end(end));
        break;
      default:
        reader.skip(tag, end);
    }
  }
  takeSpan(items, facts, resource);
};

/** An Event: of exceptions type and message. The last one is that which got through. */
function readEvent(reader: WireReader, end: number, items: Items): void {
  const start = reader.position;
  let name = '';
  each(reader, start, end, 0x12, (stop) => {
    name = readText(reader, stop);
  });
  if (name === 'exception') {
    items.contested.forgetException();
    each(reader, start, end, 0x1a, (stop) => readAttribute(reader, stop, items, EXCEPTION_FIELDS));
  }
  reader.position = end;
}

function readStatus(reader: WireReader, end: number): void {
  let tag: number;
  while ((tag = reader.tag(end)) !== 0) {
    if (tag === 0x12) {
      facts.statusMessage = readText(reader, reader.end(end));
    } else if (tag === 0x18) {
      facts.statusCode = reader.varint(end);
    } else {
      reader.skip(tag, end);
    }
  }
}
