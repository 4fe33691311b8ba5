import { DEEPEST_VALUE, type AttributeValue } from './attribute-value';
import type { FieldTable } from './field-table';
import { idOfBytes, type Id } from './ids';
import type { Items } from './items';
import { TextCache } from './text-cache';
import { badBytes, type WireReader } from './wire-reader';
import { storableText } from '../../normalise/values';

const texts = new TextCache();

/** A string that ends at `end`. */
export function readText(reader: WireReader, end: number): string {
  const start = reader.position;
  reader.position = end;
  return texts.read(reader.bytes, start, end);
}

/** An id that ends at `end`. */
export function readId(reader: WireReader, end: number, length: 8 | 16): Id {
  const start = reader.position;
  reader.position = end;
  return idOfBytes(reader.bytes, start, end, length);
}

/** A KeyValue that ends at `end`, put into the record; without a value it says nothing. */
export function readAttribute(reader: WireReader, end: number, items: Items, fields: FieldTable): void {
  let keyStart = 0;
  let keyEnd = 0;
  let value: AttributeValue | undefined;
  let tag: number;
  while ((tag = reader.tag(end)) !== 0) {
    if (tag === 0x0a) {
      keyEnd = reader.end(end);
      keyStart = reader.position;
      reader.position = keyEnd;
    } else if (tag === 0x12) {
      value = readValue(reader, reader.end(end), 0) ?? value;
    } else {
      reader.skip(tag, end);
    }
  }
  if (value !== undefined && keyEnd > keyStart) {
    items.put(fields, fields.read(reader.bytes, keyStart, keyEnd), value);
  }
}

/** An AnyValue that ends at `end`; undefined when it has none. */
export function readValue(reader: WireReader, end: number, depth: number): AttributeValue | undefined {
  if (depth > DEEPEST_VALUE) {
    throw badBytes(`a value nested deeper than ${DEEPEST_VALUE} levels`, reader.position);
  }
  let value: AttributeValue | undefined;
  let tag: number;
  while ((tag = reader.tag(end)) !== 0) {
    switch (tag) {
      case 0x0a:
        value = readText(reader, reader.end(end));
        break;
      case 0x10:
        value = reader.varint(end) !== 0;
        break;
      case 0x18:
        value = reader.int64(end);
        break;
      case 0x21:
        value = reader.double(end);
        if (!Number.isFinite(value)) {
          value = String(value);
        }
        break;
      case 0x2a:
        value = readList(reader, reader.end(end), depth + 1);
        break;
      case 0x32:
        value = readMap(reader, reader.end(end), depth + 1);
        break;
      case 0x3a: {
        const stop = reader.end(end);
        value = reader.bytes.toString('base64', reader.position, stop);
        reader.position = stop;
        break;
      }
      default:
        reader.skip(tag, end);
    }
  }
  return value;
}

function readList(reader: WireReader, end: number, depth: number): AttributeValue {
  const list: AttributeValue[] = [];
  let tag: number;
  while ((tag = reader.tag(end)) !== 0) {
    if (tag === 0x0a) {
      const value = readValue(reader, reader.end(end), depth);
      if (value !== undefined) {
        list.push(value);
      }
    } else {
      reader.skip(tag, end);
    }
  }
  return list;
}

function readMap(reader: WireReader, end: number, depth: number): AttributeValue {
  const map = Object.create(null) as { [key: string]: AttributeValue };
  let tag: number;
  while ((tag = reader.tag(end)) !== 0) {
    if (tag === 0x0a) {
      readMember(reader, reader.end(end), depth, map);
    } else {
      reader.skip(tag, end);
    }
  }
  return map;
}

function readMember(reader: WireReader, end: number, depth: number, map: { [key: string]: AttributeValue }): void {
  let key = '';
  let value: AttributeValue | undefined;
  let tag: number;
  while ((tag = reader.tag(end)) !== 0) {
    if (tag === 0x0a) {
      const stop = reader.end(end);
      key = storableText(reader.bytes.toString('utf8', reader.position, stop));
      reader.position = stop;
    } else if (tag === 0x12) {
      value = readValue(reader, reader.end(end), depth) ?? value;
    } else {
      reader.skip(tag, end);
    }
  }
  if (key !== '' && value !== undefined) {
    map[key] = value;
  }
}
