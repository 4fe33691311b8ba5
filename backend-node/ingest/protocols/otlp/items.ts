import { Resource } from './resource';
import { ApitrailError } from '@apitrail/contract';

import type { AttributeValue } from './attribute-value';
import type { Contested } from './contested';
import type { Field, FieldTable } from './field-table';
import type { ItemSource } from './item-text';
import type { DecodeContext, DecodedReject, Decoded } from '../../intake/decoder';
import { normaliseRecord, RequestRecord } from '../../normalise';
import { BodyBounds } from '../shared/body-bounds';

/** Attributes of one span or log record; SDKs stop at 128. */
const MOST_ATTRIBUTES = 1024;
/** Characters of the attributes of one span or log record: what a line of an import may have. */
const MOST_TEXT = 1024 * 1024;
const RECORD_BYTES = 512;
const ATTRIBUTE_BYTES = 64;
/** Characters of what is rejected of one body: each item has its resource with it. */
const MOST_REJECTED_TEXT = 32 * 1024 * 1024;

/** Where the row came from. */
const DEFAULTS = { source: 'otlp' };

/** What became of the items of a body, and the one that is being read. */
export class Items {
  /** The record that attributes are put into. */
  record = new RequestRecord();
  private attributes = 0;
  private text = 0;
  private readonly bounds = new BodyBounds();
  private rejectedText = 0;
  private readonly judgedAt: number;
  private index = 0;
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
    private readonly source: ItemSource
  ) {
    this.judgedAt = judgedAt;
  }

  /** Begins with a new item, resource or scope. */
  begin(): void {
    this.record = new RequestRecord();
    this.attributes = 0;
    this.text = 0;
    this.contested.reset();
  }

  /** Puts an attribute into the record. What is too much is not, and the item will be a reject. */
  put(fields: FieldTable, field: Field, value: AttributeValue): void {
    this.attributes++;
    if (typeof value === 'string') {
      this.text += value.length;
    } else if (typeof value === 'object') {
      this.measure(value);
    }
    if (this.attributes <= MOST_ATTRIBUTES && this.text <= MOST_TEXT) {
      fields.put(this.record, field, value);
    }
  }

  private measure(value: AttributeValue[] | { [key: string]: AttributeValue }): void {
    for (const [key, inner] of Object.entries(value)) {
      if (!Array.isArray(value)) {
        this.attributes++;
      }
      this.text += key.length + (typeof inner === 'string' ? inner.length : 8);
      if (typeof inner === 'object') {
        this.measure(inner);
      }
    }
  }

  /** The record so far as what a resource and its scope say. */
  resource(): Resource {
    this.bounds.group();
    this.contested.settle(this.record);
    return new Resource(this.record);
  }

  /** The item is no request. */
  ignore(): void {
    this.bounds.item();
    this.decoded.ignored++;
    this.index++;
  }

  /** The item is a request: a record, or a reject when it cannot be a row. */
  take(record: RequestRecord, id: string | undefined): void {
    this.bounds.item();
    this.bounds.take(RECORD_BYTES + this.attributes * ATTRIBUTE_BYTES + this.text);
    const reason = this.tooMuch() ?? normaliseRecord(record, DEFAULTS, this.judgedAt);
    if (reason === undefined) {
      this.decoded.records.push(record);
      this.decoded.indexes.push(this.index);
      this.decoded.ids.push(id);
    } else {
      this.decoded.rejects.push({ index: this.index, reason, ...this.textOf(record) });
    }
    this.index++;
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
    return this.attributes > MOST_ATTRIBUTES
      ? `has more than ${MOST_ATTRIBUTES} attributes`
      : this.text > MOST_TEXT
        ? `has attributes of more than ${MOST_TEXT} characters`
        : undefined;
  }

  /** What was made of the body. */
  result(): Decoded {
    return { ...this.decoded, memory: this.bounds.memory };
  }
}

function described(record: RequestRecord): string {
  const { service, method, route, path, status, trace_id: traceId, span_id: spanId } = record;
  return JSON.stringify({ service, method, route, path, status, trace_id: traceId, span_id: spanId });
}
