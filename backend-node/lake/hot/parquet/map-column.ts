import { writeBitPacked } from './bits';
import { Bytes } from './bytes';
import type { Chunk, HotColumn } from './column';
import { PhysicalType, schemaOf } from './format';
import { TextValues } from './text-values';
import type { ThriftValue } from './thrift';

/** Definition levels of the key: no map, or an entry. Maps without entries are null. */
export const NO_MAP = 0;
export const ENTRY = 2;

/** Maps of text to text, as two columns of keys and values with the levels that say which belong to which row. */
export class MapColumn implements HotColumn {
  private readonly keys = new TextValues();
  private readonly values = new TextValues();
  /** A level for each entry, and for each row without one. */
  private repetition = new Uint8Array(256);
  private definition = new Uint8Array(256);
  private levels = 0;
  private rows = 0;
  isEmpty = true;

  constructor(readonly name: string) {}

  set(row: number, entries: Readonly<Record<string, string>>): void {
    let repeated = 0;
    for (const key in entries) {
      if (repeated === 0) {
        this.fillTo(row);
      }
      this.level(repeated, ENTRY);
      this.keys.add(key);
      this.values.add(entries[key]!);
      repeated = 1;
    }
    if (repeated === 1) {
      this.rows = row + 1;
      this.isEmpty = false;
    }
  }

  schema(): ThriftValue[] {
    return schemaOf.map(this.name);
  }

  chunks(rows: number): Chunk[] {
    this.fillTo(rows);
    return [this.chunk('key', this.keys, 2, 0), this.chunk('value', this.values, 2, 1)];
  }

  /** `further` is what the leaf’s own level adds to that of an entry: a value may be null, a key may not. */
  private chunk(leaf: string, texts: TextValues, width: number, further: number): Chunk {
    const repetition = new Bytes((this.levels >>> 3) + 16);
    writeBitPacked(repetition, this.repetition, this.levels, 1);
    const definition = new Bytes((this.levels >>> 2) + 16);
    const defined = this.definition.subarray(0, this.levels);
    writeBitPacked(
      definition,
      further === 0 ? defined : defined.map((level) => (level === ENTRY ? level + further : level)),
      this.levels,
      width
    );
    const content = new Bytes(repetition.length + definition.length + texts.size + 64);
    for (const levels of [repetition, definition]) {
      content.uint32(levels.length);
      content.bytes(levels.view());
    }
    texts.write(content);
    const dictionary = texts.dictionaryPage();
    return {
      ...{ path: [this.name, 'key_value', leaf], type: PhysicalType.BYTE_ARRAY, encoding: texts.encoding },
      ...(dictionary ? { dictionary } : {}),
      data: { values: this.levels, content },
    };
  }

  private fillTo(row: number): void {
    for (; this.rows < row; this.rows++) {
      this.level(0, NO_MAP);
    }
  }

  private level(repetition: number, definition: number): void {
    if (this.levels === this.repetition.length) {
      this.repetition = doubled(this.repetition);
      this.definition = doubled(this.definition);
    }
    this.repetition[this.levels] = repetition;
    this.definition[this.levels++] = definition;
  }
}

function doubled(levels: Uint8Array): Uint8Array<ArrayBuffer> {
  const larger = new Uint8Array(levels.length * 2);
  larger.set(levels);
  return larger;
}
