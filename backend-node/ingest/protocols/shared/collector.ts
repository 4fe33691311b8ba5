import { Reject } from '../../formats';
import { normaliseRecord, type RequestRecord } from '../../normalise';
import type { DecodeContext, DecodedReject, Decoded } from '../../intake/decoder';
import { BodyBounds } from './body-bounds';

/** Puts together what a decoder makes of the items of a body, each of which is a record, a reject or ignored. */
export class Collector {
  private readonly records: RequestRecord[] = [];
  private readonly indexes: number[] = [];
  private readonly rejects: DecodedReject[] = [];
  private ignored = 0;
  private index = 0;
  private readonly judgedAt: number;

  constructor(
    private readonly source: string,
    { receivedAt, judgedAt = receivedAt }: DecodeContext,
    private readonly bounds = new BodyBounds()
  ) {
    this.judgedAt = judgedAt;
  }

  /** Items so far. */
  get items(): number {
    return this.index;
  }

  /** The next item, and what it looks like. `shared` are attributes that it may share with others. */
  add(record: RequestRecord | Reject, text: () => string, shared?: RequestRecord['attributes']): void {
    const reason =
      record instanceof Reject ? record.reason : normaliseRecord(record, { source: this.source }, this.judgedAt);
    if (reason !== undefined || record instanceof Reject) {
      this.reject(reason ?? '', text());
      return;
    }
    this.bounds.item();
    this.bounds.record(record, shared);
    this.records.push(record);
    this.indexes.push(this.index++);
  }

  reject(reason: string, text: string, cut = false): void {
    this.bounds.item();
    this.bounds.reject(text.length);
    this.rejects.push({ index: this.index++, reason, text, ...(cut ? { cut } : {}) });
  }

  /** An item that is no request and is not meant to be one. */
  ignore(): void {
    this.bounds.item();
    this.ignored++;
    this.index++;
  }

  get decoded(): Decoded {
    const { records, indexes, rejects, ignored } = this;
    const { memory } = this.bounds;
    return { records, indexes, rejects, memory, ...(ignored > 0 ? { ignored } : {}) };
  }
}
