import { Presence } from '../hot/parquet/bits';
import { Encoding, PhysicalType } from '../hot/parquet/format';
import type { HotInput, InputFile } from './hot-input';
import type { GatheredColumn, PageRoom, SortedChunk } from './sorted-chunk';
import { TextEntries } from './text-entries';
import { writeTexts } from './write-texts';

/** Longer bounds are left out of statistics. */
const MOST_BOUND_BYTES = 256;

const NULL = 0xffff_ffff;

export interface TextOptions {
  /** Whether bounds are worth anything. Default: no. */
  bounded?: boolean;
  /** Whether it has ids of single rows. Default: no. */
  distinct?: boolean;
  /** What its memory is for: another name where others are to be read before it is used up. */
  use?: string;
}

/** A column of text. */
export class TextGathered implements GatheredColumn {
  readonly entries: TextEntries;
  /** Numbers of entries of all rows. */
  private rows: Uint32Array;
  /** Whether no row is null. */
  private complete = true;

  constructor(
    private readonly input: HotInput,
    private readonly name: string,
    private readonly room: PageRoom,
    private readonly options: TextOptions = {}
  ) {
    const { use = '' } = options;
    this.entries = new TextEntries(input, name, use);
    this.rows = input.scratch.numbers(`rows${use}`, input.rows);
    input.files.forEach((file) => this.read(file));
  }

  /** The number of the entry of a row; undefined is null. */
  entry(row: number): number | undefined {
    const entry = this.rows[row]!;
    return entry === NULL ? undefined : entry;
  }

  *chunks(order: Uint32Array): Iterable<SortedChunk> {
    const values = this.input.scratch.numbers('values', order.length);
    const { bounded = false, distinct = false } = this.options;
    const { rows } = this;
    const presence = this.complete ? undefined : new Presence();
    let count = 0;
    for (let row = 0; row < order.length; row++) {
      const entry = rows[order[row]!]!;
      if (entry !== NULL) {
        presence?.set(row);
        values[count++] = entry;
      }
    }
    const data = { values: order.length, content: this.room.begin(presence, order.length) };
    const nulls = order.length - count;
    const head = { path: [this.name], type: PhysicalType.BYTE_ARRAY, data };
    if (count === 0) {
      yield { ...head, encoding: Encoding.PLAIN, statistics: { nulls } };
      return;
    }
    const { encoding, dictionary, used } = writeTexts(this.input, this.entries, values.subarray(0, count), this.room);
    const bounds = bounded ? this.bounds(used) : undefined;
    yield {
      ...head,
      encoding,
      ...(dictionary === undefined ? {} : { dictionary: { values: dictionary, content: this.room.dictionary } }),
      statistics: { nulls, ...(bounds && this.within(bounds) ? bounds : {}) },
      ...(bounds ? { bounds: { min: bounds.min.toString('utf8'), max: bounds.max.toString('utf8') } } : {}),
      distinct,
    };
  }

  private read({ first, rows, chunks }: InputFile): void {
    const chunk = chunks.get(this.name);
    if (!chunk) {
      this.rows.fill(NULL, first, first + rows);
      this.complete = false;
      return;
    }
    const { levels, present, end } = this.input.presence(chunk);
    const values = this.entries.read(chunk, end, present);
    if (present === this.input.rows) {
      this.rows = values;
    } else if (present === rows) {
      this.rows.set(values, first);
    } else {
      this.complete = false;
      for (let row = 0, index = 0; row < rows; row++) {
        this.rows[first + row] = levels![row] === 1 ? values[index++]! : NULL;
      }
    }
  }

  private bounds(used: Uint32Array): { min: Buffer; max: Buffer } {
    let min = used[0]!;
    let max = min;
    for (const entry of used) {
      if (this.entries.compare(entry, min) < 0) {
        min = entry;
      } else if (this.entries.compare(entry, max) > 0) {
        max = entry;
      }
    }
    const bytes = (entry: number): Buffer => {
      const { start, end } = this.entries.text(entry);
      return this.input.bytes.subarray(start, end);
    };
    return { min: bytes(min), max: bytes(max) };
  }

  private within({ min, max }: { min: Buffer; max: Buffer }): boolean {
    return min.length <= MOST_BOUND_BYTES && max.length <= MOST_BOUND_BYTES;
  }
}
