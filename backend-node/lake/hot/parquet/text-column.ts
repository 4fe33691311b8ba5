import { Presence } from './bits';
import type { Chunk, HotColumn } from './column';
import { PhysicalType, schemaOf } from './format';
import { withLevels } from './number-column';
import { TextValues } from './text-values';
import type { ThriftValue } from './thrift';

/** Text. */
export class TextColumn implements HotColumn {
  private readonly present = new Presence();
  private readonly values: TextValues;

  /** `distinct` says that nearly every row has another text. */
  constructor(
    readonly name: string,
    distinct = false
  ) {
    this.values = new TextValues(distinct);
  }

  get isEmpty(): boolean {
    return this.present.count === 0;
  }

  set(row: number, value: string): void {
    this.present.set(row);
    this.values.add(value);
  }

  /** Sets a text that the caller knows by a number in a table of its own; see `TextValues.addKnown`. */
  setKnown(row: number, table: object, number: number, value: string): void {
    this.present.set(row);
    this.values.addKnown(table, number, value);
  }

  /** Sets a text as `setKnown` does, where it was set before. Says whether it was. */
  setAgain(row: number, table: object, number: number): boolean {
    const again = this.values.addAgain(table, number);
    if (again) {
      this.present.set(row);
    }
    return again;
  }

  /** Sets the ASCII text in `from[start, end)`. */
  setAscii(row: number, from: Buffer, start: number, end: number): void {
    this.present.set(row);
    this.values.addAscii(from, start, end);
  }

  /** Sets the bytes in `from[start, end)`, in lower-case hexadecimal. */
  setHex(row: number, from: Buffer, start: number, end: number): void {
    this.present.set(row);
    this.values.addHex(from, start, end);
  }

  schema(): ThriftValue[] {
    return schemaOf.text(this.name);
  }

  chunks(rows: number): Chunk[] {
    const { values } = this;
    const content = withLevels(this.present, rows, values.size);
    values.write(content);
    const dictionary = values.dictionaryPage();
    return [
      {
        ...{ path: [this.name], type: PhysicalType.BYTE_ARRAY, encoding: values.encoding },
        ...(dictionary ? { dictionary } : {}),
        data: { values: rows, content },
      },
    ];
  }
}
