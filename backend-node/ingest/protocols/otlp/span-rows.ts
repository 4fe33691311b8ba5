import { spanProtocol } from './request-fields';
import { normaliseRecord, type RequestRecord } from '../../normalise';
import { storableText } from '../../normalise/values';
import type { RowDefaults, ShortRows } from '../../record-lines';
import { BodyWords } from '../../record-lines/body-words';
import { REPEATED, repeatedSetters } from '../../record-lines/columns';
import { RecordRows } from '../../record-lines/record-rows';
import { RepeatedColumns } from '../../record-lines/repeated-values';
import { capacityFor } from '../../record-lines/row-tables';

/** Fewer bytes than most spans have. */
const SPAN_BYTES = 256;

/** What the tables know is only how to be quick; bodies share it. */
const columns = new RepeatedColumns(
  repeatedSetters().map((known, index) => {
    const set = REPEATED[index] === 'protocol' ? spanProtocol : known;
    return (record, value) => set(record, typeof value === 'string' ? storableText(value) : value);
  })
);

/** The spans of a body that were read the short way, as rows. */
export class SpanRows implements ShortRows {
  readonly chunks: RecordRows[] = [];
  readonly ids: Array<string | undefined> = [];
  readonly places: number[] = [];
  /** Their places among the items of the body. */
  readonly indexes: number[] = [];
  count = 0;
  private rows: RecordRows | undefined;
  private readonly words: BodyWords;

  /** `nowUs` is when it is told whether times can be true, microseconds since the epoch. */
  constructor(
    body: Buffer,
    readonly defaults: RowDefaults,
    private readonly nowUs: number
  ) {
    this.words = new BodyWords(body);
  }

  /** The bytes that the rows are read from. */
  get bytes(): BodyWords {
    return this.words;
  }

  /** The rows with room for another, for a span that begins at `start`. */
  room(start: number): RecordRows {
    let { rows } = this;
    if (!rows || rows.count === rows.capacity) {
      columns.renew();
      const { bytes } = this.words;
      rows = new RecordRows(bytes, [...columns.columns], capacityFor((bytes.length - start) / SPAN_BYTES));
      rows.binaryIds = true;
      this.chunks.push(rows);
      this.rows = rows;
    }
    return rows;
  }

  /** Ends the row that was begun. */
  take(id: string | undefined, place: number, index: number): void {
    this.rows!.count++;
    this.count++;
    this.ids.push(id);
    this.places.push(place);
    this.indexes.push(index);
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
