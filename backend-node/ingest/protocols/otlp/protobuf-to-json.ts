import { DEEPEST_VALUE } from './attribute-value';
import type { FieldKind, Shape } from './protobuf-shapes';
import { badBytes, type Nanos, type WireReader } from './wire-reader';

/** Levels of messages around a value, and two for each level of it. */
const DEEPEST_MESSAGE = 2 * DEEPEST_VALUE + 8;

type Message = Record<string, unknown>;

/**
 * Puts the fields of the message that ends at `end` into an object as OTLP’s JSON has them; those that the shape has not are
 * left out. A message that comes in parts is put together. Throws APITRAIL_BAD_BODY.
 */
export function intoJson(reader: WireReader, end: number, shape: Shape, into: Message, depth = 0): void {
  if (depth > DEEPEST_MESSAGE) {
    throw badBytes(`a message nested deeper than ${DEEPEST_MESSAGE} levels`, reader.position);
  }
  let tag: number;
  while ((tag = reader.tag(end)) !== 0) {
    const field = shape.get(tag);
    if (!field) {
      reader.skip(tag, end);
    } else if (typeof field.kind === 'string') {
      into[field.name] = valueOf(reader, end, field.kind);
    } else {
      const { message, repeated } = field.kind;
      const inner = repeated ? {} : ((into[field.name] as Message | undefined) ?? {});
      intoJson(reader, reader.end(end), message, inner, depth + 1);
      if (repeated) {
        ((into[field.name] ??= []) as Message[]).push(inner);
      } else {
        into[field.name] = inner;
      }
    }
  }
}

function valueOf(reader: WireReader, end: number, kind: FieldKind & string): unknown {
  switch (kind) {
    case 'text':
      return encoded(reader, end, 'utf8');
    case 'id':
      return encoded(reader, end, 'hex');
    case 'bytes':
      return encoded(reader, end, 'base64');
    case 'number':
      return reader.varint(end);
    case 'boolean':
      return reader.varint(end) !== 0;
    case 'int64':
      return String(reader.int64(end));
    case 'double': {
      const value = reader.double(end);
      return Number.isFinite(value) ? value : String(value);
    }
    case 'nanos': {
      const time: Nanos = { micros: NaN, rest: 0 };
      reader.nanos(end, time);
      return Number.isNaN(time.micros) ? '0' : `${time.micros}${String(time.rest).padStart(3, '0')}`;
    }
  }
}

function encoded(reader: WireReader, end: number, encoding: 'utf8' | 'hex' | 'base64'): string {
  const stop = reader.end(end);
  const text = reader.bytes.toString(encoding, reader.position, stop);
  reader.position = stop;
  return text;
}
