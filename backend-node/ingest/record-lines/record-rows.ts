import { RequestRecord } from '../normalise/request-record';
import { NUMBERS, REPEATED, VERBATIM } from './columns';
import type { RepeatedValues } from './repeated-values';
import type { RowAttributes } from './row-attributes';
import { giveTables, takeTables, type RowTables } from './row-tables';

const NULL = -1;

/**
 * Rows that were read the short way: what a column’s value is stands in tables, not in objects. Each table has a stretch of
 * `capacity` entries for every column, one for each row.
 */
export class RecordRows implements RowTables {
  count = 0;
  /** By column of `REPEATED` and row: ids in `values`, -1 for null. */
  repeated: Int32Array;
  /** By column of `VERBATIM` and row: where the text begins in `body`. */
  starts: Int32Array;
  /** By column of `VERBATIM` and row: just behind the text in `body`; 0 for null. */
  ends: Int32Array;
  /** By column of `NUMBERS` and row; NaN for null. */
  numbers: Float64Array;
  /** The ids of trace and span stand in `body` as their bytes, not in hexadecimal. */
  binaryIds = false;
  /** By row, where any has some. */
  attributes: Array<RowAttributes | undefined> | undefined = undefined;
  /** By row, where any has one: the query string. */
  queries: Array<string | undefined> | undefined = undefined;
  /** By row, where any has one: the session that was derived. */
  sessions: Array<string | undefined> | undefined = undefined;

  /** `capacity` is how many rows there may be. */
  constructor(
    readonly body: Buffer,
    readonly values: readonly RepeatedValues[],
    readonly capacity: number
  ) {
    ({ repeated: this.repeated, starts: this.starts, ends: this.ends, numbers: this.numbers } = takeTables(capacity));
  }

  /** Takes back what was put into the row that is begun. */
  clearRow(): void {
    const { count, capacity, repeated, ends, numbers } = this;
    for (let index = 0; index < REPEATED.length; index++) {
      repeated[index * capacity + count] = NULL;
    }
    for (let index = 0; index < VERBATIM.length; index++) {
      ends[index * capacity + count] = 0;
    }
    for (let index = 0; index < NUMBERS.length; index++) {
      numbers[index * capacity + count] = NaN;
    }
  }

  /** Gives the tables back, for other rows. These have none any more. */
  release(): void {
    const { repeated, starts, ends, numbers, capacity, count } = this;
    if (repeated !== RELEASED) {
      this.repeated = this.starts = this.ends = RELEASED;
      this.numbers = NO_NUMBERS;
      this.attributes = this.queries = this.sessions = undefined;
      this.count = 0;
      giveTables({ repeated, starts, ends, numbers }, capacity, count);
    }
  }

  /** A row as the long way would have made it, before sessions, policy and routes. */
  record(row: number): RequestRecord {
    const { capacity } = this;
    const record = new RequestRecord();
    record.seen = true;
    REPEATED.forEach((column, index) => {
      const id = this.repeated[index * capacity + row]!;
      if (id !== NULL) {
        record[column] = this.values[index]!.values[id];
      }
    });
    VERBATIM.forEach((column, index) => {
      const cell = index * capacity + row;
      if (this.ends[cell] !== 0) {
        const encoding = this.binaryIds && column !== 'request_id' ? 'hex' : 'latin1';
        record[column] = this.body.toString(encoding, this.starts[cell], this.ends[cell]);
      }
    });
    NUMBERS.forEach((column, index) => {
      const value = this.numbers[index * capacity + row]!;
      if (!Number.isNaN(value)) {
        record[column] = value;
      }
    });
    record.query = this.queries?.[row];
    const attributes = this.attributes?.[row];
    record.attributes = attributes && { ...attributes.values };
    return record;
  }
}

const RELEASED = new Int32Array(0);
const NO_NUMBERS = new Float64Array(0);
