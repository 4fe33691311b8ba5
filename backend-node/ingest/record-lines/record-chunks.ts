import { normaliseRecord, type RequestRecord } from '../normalise';
import type { RowDefaults } from './append-rows';
import { RecordLineReader } from './record-line-reader';
import { RecordRows } from './record-rows';
import { RepeatedColumns } from './repeated-values';

/** Rows that lie together: few enough to be worked on without holding up others. */
const ROWS_PER_CHUNK = 1024;

/** What the reader and the tables know is only how to be quick; bodies share it. */
const reader = new RecordLineReader(true);
const columns = new RepeatedColumns();

/** The rows of a body that were read the short way. */
export class RecordChunks {
  readonly chunks: RecordRows[] = [];
  count = 0;

  /** `nowUs` is when the body came in, microseconds since the epoch. */
  constructor(
    private readonly body: Buffer,
    readonly defaults: RowDefaults,
    private readonly nowUs: number
  ) {}

  /** Reads the line at `start`: gives what is just behind it, or undefined when it is not for the short way. */
  read(start: number): number | undefined {
    let rows = this.chunks.at(-1);
    if (!rows || rows.count === ROWS_PER_CHUNK) {
      columns.renew();
      rows = new RecordRows(this.body, [...columns.columns], ROWS_PER_CHUNK);
      this.chunks.push(rows);
    }
    if (!reader.read(this.body, start, rows, this.nowUs)) {
      return undefined;
    }
    this.count++;
    return reader.end;
  }

  /** The rows as records that have been through `normaliseRecord`. */
  *records(): Generator<RequestRecord> {
    for (const chunk of this.chunks) {
      for (let row = 0; row < chunk.count; row++) {
        const record = chunk.record(row);
        normaliseRecord(record, this.defaults, this.nowUs);
        yield record;
      }
    }
  }
}
