import { LogFacts, takeLogRecord } from './log-record';
import type { ItemReader } from './protobuf-export';
import { readAttribute, readId, readText, readValue } from './protobuf-values';
import { LOG_FIELDS } from './signals';

const facts = new LogFacts();

/** A LogRecord. Tags are numbers and wire types of its fields (opentelemetry-proto 1.x). */
export const readLogRecord: ItemReader = (reader, end, items, resource) => {
  facts.reset();
  let tag: number;
  while ((tag = reader.tag(end)) !== 0) {
    switch (tag) {
      case 0x32: // attributes
        readAttribute(reader, reader.end(end), items, LOG_FIELDS);
        break;
      case 0x09:
        reader.nanos(end, facts.time);
        break;
      case 0x59:
        reader.nanos(end, facts.observed);
        break;
      case 0x1a:
        facts.severity = readText(reader, reader.end(end));
        break;
      case 0x2a:
        facts.body = readValue(reader, reader.end(end), 0) ?? facts.body;
        break;
      case 0x4a:
        facts.traceId = readId(reader, reader.end(end), 16);
        break;
      case 0x52:
        facts.spanId = readId(reader, reader.end(end), 8);
        break;
      case 0x62:
        facts.eventName = readText(reader, reader.end(end));
        break;
      default:
        reader.skip(tag, end);
    }
  }
  takeLogRecord(items, facts, resource);
};
