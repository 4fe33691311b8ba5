import { Reject } from '../../formats';
import { normaliseRecord, type RequestRecord } from '../../normalise';
import type { DecodedReject, Decoded } from '../../intake/decoder';

/** Puts together what a decoder makes of the items of a body, each of which is a record, a reject or ignored. */
export class Collector {
  private readonly records: RequestRecord[] = [];
  private readonly indexes: number[] = [];
  private readonly rejects: DecodedReject[] = [];
  private ignored = 0;
  private index = 0;

  constructor(
    private readonly source: string,
    private readonly receivedAt: number
  ) {}

  /** Items so far. */
  get items(): number {
    return this.index;
  }

  /** The next item, and what it looks like. */
  add(record: RequestRecord | Reject, text: () => string): void {
    const reason =
      record instanceof Reject ? record.reason : normaliseRecord(record, { source: this.source }, this.receivedAt);
    if (reason !== undefined || record instanceof Reject) {
      this.reject(reason ?? '', text());
      return;
    }
    this.records.push(record);
    this.indexes.push(this.index++);
  }

  reject(reason: string, text: string): void {
    this.rejects.push({ index: this.index++, reason, text });
  }

  /** An item that is no request and is not meant to be one. */
  ignore(): void {
    this.ignored++;
    this.index++;
  }

  get decoded(): Decoded {
    const { records, indexes, rejects, ignored } = this;
    return { records, indexes, rejects, ...(ignored > 0 ? { ignored } : {}) };
  }
}
