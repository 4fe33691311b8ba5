import { Resource } from './resource';
import { ApitrailError } from '@apitrail/contract';

import type { AttributeValue } from './attribute-value';
import type { Contested } from './contested';
import type { Field, FieldTable } from './field-table';
import type { ItemSource } from './item-text';
import { measure, type Measure } from './measured';
import type { SpanRows } from './span-rows';
import type { DecodeContext, DecodedReject, Decoded } from '../../intake/decoder';
import { normaliseRecord, RequestRecord } from '../../normalise';
import {
  ATTRIBUTE_BYTES,
  BodyBounds,
  COLUMN_ATTRIBUTE_BYTES,
  RECORD_BYTES,
  SHARED_ATTRIBUTE_BYTES,
} from '../shared/body-bounds';

/** Attributes of one span or log record; SDKs stop at 128. */
const MOST_ATTRIBUTES = 1024;
/** Characters of the attributes of one span or log record: what a line of an import may have. */
const MOST_TEXT = 1024 * 1024;
/** Roughly what a row takes that was read the short way, without its attributes. */
const ROW_BYTES = 320;
/** Characters of what is rejected of one body: each item has its resource with it. */
const MOST_REJECTED_TEXT = 32 * 1024 * 1024;

/** Where the row came from. */
export const DEFAULTS = { source: 'otlp' };

/** What became of the items of a body, and the one that is being read. */
export class Items {
  /** The record that attributes are put into. */
  record = new RequestRecord();
  private readonly counted: Measure = { attributes: 0, characters: 0 };
  private readonly bounds = new BodyBounds();
  /** Sets of attributes that rows have. */
  private readonly sets = new Set<object>();
  private rejectedText = 0;
  private readonly judgedAt: number;
  private index = 0;
  private accepted = 0;
  private saved = 0;
  private readonly decoded: Required<Omit<Decoded, 'ids' | 'rows' | 'memory'>> & { ids: Array<string | undefined> } = {
    records: [],
    indexes: [],
    rejects: [],
    ignored: 0,
    ids: [],
  };

  constructor(
    { receivedAt, judgedAt = receivedAt }: DecodeContext,
    readonly contested: Contested,
    private readonly source: ItemSource,
    private readonly rows?: SpanRows
  ) {
    this.judgedAt = judgedAt;
  }

  /** Whether items may be read the short way. */
  get hasRows(): boolean {
    return this.rows !== undefined;
  }

  /** Begins with a new item, resource or scope. */
  begin(): void {
    this.record = new RequestRecord();
    this.counted.attributes = 0;
    this.counted.characters = 0;
    this.contested.reset();
  }

  /** Puts an attribute into the record. What is too much is not, and the item will be a reject. */
  put(fields: FieldTable, field: Field, value: AttributeValue): void {
    const { counted } = this;
    counted.attributes++;
    measure(value, counted);
    if (counted.attributes <= MOST_ATTRIBUTES && counted.characters <= MOST_TEXT) {
      fields.put(this.record, field, value);
    }
  }

  /** So many bytes are read for another scope of their resource. */
  readAgain(bytes: number): void {
    this.bounds.take(bytes);
  }

  /** The record so far as what a resource and its scope say. */
  resource(): Resource {
    this.bounds.group();
    this.bounds.take(this.counted.attributes * ATTRIBUTE_BYTES + this.counted.characters);
    this.contested.settle(this.record);
    return new Resource(this.record);
  }

  /** The item is no request. */
  ignore(): void {
    this.bounds.item();
    this.decoded.ignored++;
    this.index++;
  }

  /**
   * The item is a request: a record, or a reject when it cannot be a row. It counts what was sent with it and what it has of
   * its resource, or `bytes` where it takes more.
   */
  take(record: RequestRecord, id: string | undefined, resource: Resource, bytes = 0): void {
    this.bounds.item();
    this.bounds.take(Math.max(sizeOf(this.counted, resource), bytes));
    const reason = this.tooMuch() ?? normaliseRecord(record, DEFAULTS, this.judgedAt);
    if (reason === undefined) {
      this.decoded.records.push(record);
      this.decoded.indexes.push(this.index);
      this.decoded.ids.push(id);
      this.accepted++;
    } else {
      this.decoded.rejects.push({ index: this.index, reason, ...this.textOf(record) });
    }
    this.index++;
  }

  /**
   * The item is a request that was read the short way, as the last of the rows. It counts what it would as a record: a body
   * that can be read the one way can be read the other. In memory the `set` of its attributes
   * is there once for all rows that have it.
   */
  takeRow(
    id: string | undefined,
    counted: Measure,
    { resource, set }: { resource: Resource; set: object | undefined }
  ) {
    const bytes = sizeOf(counted, resource);
    this.bounds.item();
    this.bounds.take(bytes);
    if (set === undefined || this.sets.has(set)) {
      this.saved += bytes - ROW_BYTES - COLUMN_ATTRIBUTE_BYTES * (counted.attributes + resource.attributes);
    } else {
      this.sets.add(set);
    }
    this.rows!.take(id, this.accepted++, this.index++);
  }

  /** The item whole, while there is room; of what cannot be put into JSON, or is too much, what it is about. */
  private textOf(record: RequestRecord): Pick<DecodedReject, 'text' | 'cut'> {
    if (this.rejectedText < MOST_REJECTED_TEXT) {
      try {
        const text = this.source.text();
        this.rejectedText += text.length;
        this.bounds.reject(text.length);
        return { text };
      } catch (error) {
        if (!(error instanceof ApitrailError)) {
          throw error;
        }
      }
    }
    return { text: described(record), cut: true };
  }

  /** Whether the item has more than an item may have. */
  tooMuch(): string | undefined {
    const { attributes, characters } = this.counted;
    return attributes > MOST_ATTRIBUTES
      ? `has more than ${MOST_ATTRIBUTES} attributes`
      : characters > MOST_TEXT
        ? `has attributes of more than ${MOST_TEXT} characters`
        : undefined;
  }

  /** What was made of the body. */
  result(): Decoded {
    const { rows } = this;
    const memory = this.bounds.memory - this.saved;
    return { ...this.decoded, memory, ...(rows && rows.count > 0 ? { rows } : {}) };
  }
}

function sizeOf({ attributes, characters }: Measure, resource: Resource): number {
  return (
    RECORD_BYTES +
    attributes * ATTRIBUTE_BYTES +
    2 * characters +
    // Their text is there once.
    resource.attributes * SHARED_ATTRIBUTE_BYTES
  );
}

function described(record: RequestRecord): string {
  const { service, method, route, path, status, trace_id: traceId, span_id: spanId } = record;
  return JSON.stringify({ service, method, route, path, status, trace_id: traceId, span_id: spanId });
}
