import { normaliseRecord, type RequestRecord } from '../normalise';
import type { RowDefaults } from './append-rows';
import { BodyWords } from './body-words';
import { RecordLineReader } from './record-line-reader';
import { RecordRows } from './record-rows';
import { RepeatedColumns } from './repeated-values';
import { capacityFor } from './row-tables';
import type { ShortRows } from './short-rows';

/** Fewer bytes than most lines have. */
const LINE_BYTES = 128;

/** What the reader and the tables know is only how to be quick; bodies share it. */
const reader = new RecordLineReader();
const columns = new RepeatedColumns();

/** The rows of a body of lines that were read the short way. */
export class RecordChunks implements ShortRows {
  /** Rows that lie together: few enough to be worked on without holding up others. */
  readonly chunks: RecordRows[] = [];
  count = 0;
  ids?: Array<string | undefined>;
  places?: number[];
  private readonly words: BodyWords;
  private rows: RecordRows | undefined;

  /** `nowUs` is when the body came in, microseconds since the epoch. */
  constructor(
    private readonly body: Buffer,
    readonly defaults: RowDefaults,
    private readonly nowUs: number
  ) {
    this.words = new BodyWords(body);
  }

  /** Reads the line at `start`: gives what is just behind it, or undefined when it is not for the short way. */
  read(start: number): number | undefined {
    let { rows } = this;
    if (!rows || rows.count === rows.capacity) {
      columns.renew();
      rows = new RecordRows(this.body, [...columns.columns], capacityFor((this.body.length - start) / LINE_BYTES));
      this.chunks.push(rows);
      this.rows = rows;
    }
    if (!reader.read(this.words, start, rows, this.nowUs)) {
      return undefined;
    }
    this.count++;
    return reader.end;
  }

  /** The rows are in no use any more: what they lie in is taken for others. `count` stays. */
  release(): void {
    this.chunks.forEach((rows) => rows.release());
    this.rows = undefined;
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
