import { RECORD_COLUMNS } from '@apitrail/contract';

import type { RequestRecord } from '../../normalise';

const COLUMNS = RECORD_COLUMNS.map(({ name }) => name as keyof RequestRecord).filter(
  (name) => name !== 'time' && name !== 'attributes'
);

/** What is known beside a message and is the same for many: what of a record is filled, found out once. */
export class Beside {
  private readonly columns: Array<[string, unknown]>;
  private readonly attributes: Array<[string, string]>;

  /** The attributes it puts into records, which share them. */
  get shared(): RequestRecord['attributes'] {
    return this.record.attributes;
  }

  constructor(private readonly record: RequestRecord) {
    this.columns = COLUMNS.map((name): [string, unknown] => [name, record[name]]).filter(
      ([, value]) => value !== undefined
    );
    this.attributes = Object.entries(record.attributes ?? {});
  }

  /** Puts what it has where the record has nothing. `seen` stays the record’s own: what stands beside is no request. */
  fillIn(record: RequestRecord): void {
    const columns = record as unknown as Record<string, unknown>;
    for (const [name, value] of this.columns) {
      columns[name] ??= value;
    }
    if (record.attributes === undefined && this.attributes.length > 0) {
      // One by one they would be put into one larger object after the other.
      record.attributes = { ...this.shared };
    } else {
      for (const [name, value] of this.attributes) {
        if (record.attributes?.[name] === undefined) {
          record.setAttribute(name, value);
        }
      }
    }
    if (Number.isNaN(record.time)) {
      record.time = this.record.time;
    }
  }
}
