import { RequestRecord } from '../normalise/request-record';
import type { RepeatedValues } from './repeated-values';
import { NUMBERS, REPEATED, VERBATIM } from './columns';

const NULL = -1;

/** Rows of lines that were read the short way: what a column’s value is stands in tables, not in objects. */
export class RecordRows {
  count = 0;
  /** By row and column of `REPEATED`: ids in `values`, -1 for null. */
  repeated: Int32Array;
  /** By row and column of `VERBATIM`: where the text begins and ends in `body`; both 0 for null. */
  verbatim: Int32Array;
  /** By row and column of `NUMBERS`; NaN for null. */
  numbers: Float64Array;

  /** `capacity` is how many rows there may be. */
  constructor(
    readonly body: Buffer,
    readonly values: readonly RepeatedValues[],
    capacity: number
  ) {
    this.repeated = new Int32Array(capacity * REPEATED.length).fill(NULL);
    this.verbatim = new Int32Array(capacity * VERBATIM.length * 2);
    this.numbers = new Float64Array(capacity * NUMBERS.length).fill(NaN);
  }

  /** Takes back what was put into the row that is begun. */
  clearRow(): void {
    const { count } = this;
    this.repeated.fill(NULL, count * REPEATED.length, (count + 1) * REPEATED.length);
    this.verbatim.fill(0, count * VERBATIM.length * 2, (count + 1) * VERBATIM.length * 2);
    this.numbers.fill(NaN, count * NUMBERS.length, (count + 1) * NUMBERS.length);
  }

  /** A row as the long way would have made it, before sessions, policy and routes. */
  record(row: number): RequestRecord {
    const record = new RequestRecord();
    record.seen = true;
    REPEATED.forEach((column, index) => {
      const id = this.repeated[row * REPEATED.length + index]!;
      if (id !== NULL) {
        record[column] = this.values[index]!.values[id];
      }
    });
    VERBATIM.forEach((column, index) => {
      const cell = (row * VERBATIM.length + index) * 2;
      if (this.verbatim[cell + 1] !== 0) {
        record[column] = this.body.toString('latin1', this.verbatim[cell], this.verbatim[cell + 1]);
      }
    });
    NUMBERS.forEach((column, index) => {
      const value = this.numbers[row * NUMBERS.length + index]!;
      if (!Number.isNaN(value)) {
        record[column] = value;
      }
    });
    return record;
  }
}
