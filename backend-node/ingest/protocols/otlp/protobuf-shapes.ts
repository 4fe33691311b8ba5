/** What a field of a message is: a value, or a message of its own. */
export type FieldKind =
  'text' | 'id' | 'nanos' | 'number' | 'boolean' | 'int64' | 'double' | 'bytes' | { message: Shape; repeated?: true };

/** Fields of a message as JSON calls them, by number and wire type as they stand in the bytes. */
export type Shape = Map<number, { name: string; kind: FieldKind }>;

type Fields = Record<string, [tag: number, kind: FieldKind]>;

const shape = (fields: Fields): Shape =>
  new Map(Object.entries(fields).map(([name, [tag, kind]]) => [tag, { name, kind }]));

/** Spans and log records as opentelemetry-proto 1.x has them. */
const VALUE: Shape = shape({
  stringValue: [0x0a, 'text'],
  boolValue: [0x10, 'boolean'],
  intValue: [0x18, 'int64'],
  doubleValue: [0x21, 'double'],
  bytesValue: [0x3a, 'bytes'],
});
const KEY_VALUE = shape({ key: [0x0a, 'text'], value: [0x12, { message: VALUE }] });
VALUE.set(0x2a, {
  name: 'arrayValue',
  kind: { message: shape({ values: [0x0a, { message: VALUE, repeated: true }] }) },
});
VALUE.set(0x32, {
  name: 'kvlistValue',
  kind: { message: shape({ values: [0x0a, { message: KEY_VALUE, repeated: true }] }) },
});

const attributes = (tag: number): Fields => ({ attributes: [tag, { message: KEY_VALUE, repeated: true }] });

export const RESOURCE = shape(attributes(0x0a));

export const SCOPE = shape({ name: [0x0a, 'text'], version: [0x12, 'text'], ...attributes(0x1a) });

export const SPAN = shape({
  traceId: [0x0a, 'id'],
  spanId: [0x12, 'id'],
  traceState: [0x1a, 'text'],
  parentSpanId: [0x22, 'id'],
  name: [0x2a, 'text'],
  kind: [0x30, 'number'],
  startTimeUnixNano: [0x39, 'nanos'],
  endTimeUnixNano: [0x41, 'nanos'],
  ...attributes(0x4a),
  events: [
    0x5a,
    { message: shape({ timeUnixNano: [0x09, 'nanos'], name: [0x12, 'text'], ...attributes(0x1a) }), repeated: true },
  ],
  status: [0x7a, { message: shape({ message: [0x12, 'text'], code: [0x18, 'number'] }) }],
});

export const LOG_RECORD = shape({
  timeUnixNano: [0x09, 'nanos'],
  severityNumber: [0x10, 'number'],
  severityText: [0x1a, 'text'],
  body: [0x2a, { message: VALUE }],
  ...attributes(0x32),
  traceId: [0x4a, 'id'],
  spanId: [0x52, 'id'],
  observedTimeUnixNano: [0x59, 'nanos'],
  eventName: [0x62, 'text'],
});
