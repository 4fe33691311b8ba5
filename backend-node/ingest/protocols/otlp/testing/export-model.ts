/** The value of an attribute, told by its kind; whole numbers as text, since OTLP’s have 64 bits. */
export type ModelValue =
  | { string: string }
  | { bool: boolean }
  | { int: string }
  | { double: number }
  | { bytes: Buffer }
  | { list: ModelValue[] }
  | { map: Array<[string, ModelValue]> };

export type ModelAttributes = Array<[name: string, value: ModelValue]>;

export interface ModelSpan {
  /** Hexadecimal. */
  traceId: string;
  spanId: string;
  traceState?: string;
  name: string;
  kind: number;
  /** Nanoseconds since the epoch. */
  start: string;
  end: string;
  attributes: ModelAttributes;
  events?: Array<{ name: string; attributes: ModelAttributes }>;
  status?: { code: number; message?: string };
}

export interface ModelLog {
  traceId: string;
  spanId: string;
  /** Nanoseconds since the epoch. */
  time: string;
  observed: string;
  severity: string;
  body?: ModelValue;
  attributes: ModelAttributes;
}

/** An export request as a test or a benchmark writes it, of either signal. */
export interface ModelExport<Item> {
  resources: Array<{
    attributes: ModelAttributes;
    scopes: Array<{ name: string; attributes: ModelAttributes; items: Item[] }>;
  }>;
}
