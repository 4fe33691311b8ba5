import { canonicalAddress } from '../normalise/address';
import type { FieldSetter } from '../normalise/fields';
import { RequestRecord } from '../normalise/request-record';
import { hashOf, type BodyWords } from './body-words';
import { REPEATED, repeatedSetters, type RepeatedColumn } from './columns';
import { InternTable } from './intern-table';

/** Different texts a column may have, and bytes that they may take, before it is begun anew. */
const MOST_TEXTS = 65_536;
const MOST_BYTES = 2 * 2 ** 20;
/** Bytes of a text beyond which it is not remembered: the row goes the long way. */
const LONGEST = 4096;

/** The different values of a column that were seen. */
export class RepeatedValues {
  readonly texts = new InternTable();
  /** The value that the column’s setter makes of a text; undefined where it makes more or something else of it. */
  readonly values: Array<string | undefined> = [];
  /** What the policy makes of a value, once it was asked; null where nothing is left of it. */
  readonly protectedValues: Array<string | null | undefined> = [];
  private protector: ((record: RequestRecord) => void) | undefined;
  /** Ids of the texts that have no value. */
  private readonly unusable = new Set<number>();

  constructor(
    readonly column: RepeatedColumn,
    private readonly set: FieldSetter
  ) {}

  get isFull(): boolean {
    return this.texts.count >= MOST_TEXTS || this.texts.bytes >= MOST_BYTES;
  }

  /** The id of the UTF-8 text in `from[start, end)`, or -1 when a row with it must go the long way. `hash` is what `hashOf` gives for it. */
  idOf(from: BodyWords, start: number, end: number, hash = hashOf(from, start, end)): number {
    if (end - start > LONGEST) {
      return -1;
    }
    const id = this.texts.idOf(from, start, end, hash);
    if (id === this.values.length) {
      const value = this.normalised(from.bytes.toString('utf8', start, end));
      this.values.push(value);
      this.protectedValues.push(undefined);
      if (value === undefined) {
        this.unusable.add(id);
      }
    }
    return this.unusable.size > 0 && this.unusable.has(id) ? -1 : id;
  }

  /** Under the policy; the same text is asked about once. */
  protectedBy(protect: (record: RequestRecord) => void, id: number): string | null {
    if (this.protector !== protect) {
      // What another policy made of them says nothing.
      this.protector = protect;
      this.protectedValues.fill(undefined);
    }
    let value = this.protectedValues[id];
    if (value === undefined) {
      const record = new RequestRecord();
      record[this.column] = this.values[id];
      protect(record);
      value = record[this.column] ?? null;
      this.protectedValues[id] = value;
    }
    return value;
  }

  private normalised(text: string): string | undefined {
    const record = new RequestRecord();
    this.set(record, text);
    const value = record[this.column];
    if (value === undefined || record.unusable !== undefined || record.attributes !== undefined) {
      return undefined;
    }
    if (this.column === 'path') {
      // A target that is more than a path sets other columns, too.
      return value === text ? value : undefined;
    }
    return this.column === 'client_ip' ? (canonicalAddress(value) ?? value) : value;
  }
}

/** The values of all such columns. A full column is begun anew; rows that were read keep the old one. */
export class RepeatedColumns {
  readonly columns: RepeatedValues[];

  /** `setters` make a column’s value of a text, each for the column of `REPEATED` at its place. */
  constructor(private readonly setters: readonly FieldSetter[] = repeatedSetters()) {
    this.columns = REPEATED.map((column, index) => new RepeatedValues(column, setters[index]!));
  }

  /** Begins full columns anew. Only between chunks, since ids of one chunk must be of one table. */
  renew(): void {
    this.columns.forEach(({ isFull, column }, index) => {
      if (isFull) {
        this.columns[index] = new RepeatedValues(column, this.setters[index]!);
      }
    });
  }
}
