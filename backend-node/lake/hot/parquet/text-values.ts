import { bitWidth, writeBitPacked } from './bits';
import { Bytes } from './bytes';
import { Encoding } from './format';

/** With more different texts than this, and most of them different, a dictionary costs more than it saves. */
const MOST_ENTRIES = 4096;

const DIGITS = Uint8Array.from('0123456789abcdef', (digit) => digit.charCodeAt(0));

/** Texts as Parquet encodes them: by a dictionary while they repeat themselves, else one after the other. */
export class TextValues {
  private readonly known = new Map<string, number>();
  private readonly entries: string[] = [];
  private dictionary = new Bytes(1024);
  private indexes = new Uint32Array(256);
  private plain: Bytes | undefined;
  private count = 0;
  /** Entries by the numbers of the table that `addKnown` was called with last; -1 where there is none yet. */
  private table: object | undefined;
  private byNumber = new Int32Array(0);

  /** `distinct` texts are never looked for in a dictionary. */
  constructor(distinct = false) {
    this.plain = distinct ? new Bytes(4096) : undefined;
  }

  add(value: string): void {
    if (this.plain) {
      this.plain.text(value);
      this.count++;
      return;
    }
    let index = this.known.get(value);
    if (index === undefined) {
      index = this.entries.length;
      if (index >= MOST_ENTRIES && index > this.count / 2) {
        this.toPlain();
        this.add(value);
        return;
      }
      this.known.set(value, index);
      this.entries.push(value);
      this.dictionary.text(value);
    }
    this.push(index);
  }

  /**
   * Adds a text that the caller knows by a number in a table of its own: the same number of the same table is always the
   * same text, so that it is looked for only once.
   */
  addKnown(table: object, number: number, value: string): void {
    if (this.plain) {
      this.add(value);
      return;
    }
    if (this.table !== table) {
      this.table = table;
      this.byNumber.fill(-1);
    }
    if (number >= this.byNumber.length) {
      const larger = new Int32Array(Math.max(256, number + 1, this.byNumber.length * 2)).fill(-1);
      larger.set(this.byNumber);
      this.byNumber = larger;
    }
    const index = this.byNumber[number]!;
    if (index >= 0) {
      this.push(index);
      return;
    }
    this.add(value);
    if (!this.plain) {
      this.byNumber[number] = this.indexes[this.count - 1]!;
    }
  }

  /** Adds a text as `addKnown` does, where it was added before. Says whether it was. */
  addAgain(table: object, number: number): boolean {
    if (this.plain || this.table !== table || number >= this.byNumber.length || this.byNumber[number]! < 0) {
      return false;
    }
    this.push(this.byNumber[number]!);
    return true;
  }

  /** Adds the ASCII text in `from[start, end)`. */
  addAscii(from: Buffer, start: number, end: number): void {
    if (this.plain) {
      this.plain.uint32(end - start);
      const room = this.plain.room(end - start);
      let at = this.plain.length;
      // Most are short: a loop is cheaper than a call into the runtime.
      for (let index = start; index < end; index++) {
        room[at++] = from[index]!;
      }
      this.plain.length = at;
      this.count++;
    } else {
      this.add(from.toString('latin1', start, end));
    }
  }

  /** Adds the bytes in `from[start, end)`, in lower-case hexadecimal. */
  addHex(from: Buffer, start: number, end: number): void {
    if (this.plain) {
      const bytes = (end - start) * 2;
      this.plain.uint32(bytes);
      const room = this.plain.room(bytes);
      let at = this.plain.length;
      for (let index = start; index < end; index++) {
        const byte = from[index]!;
        room[at++] = DIGITS[byte >>> 4]!;
        room[at++] = DIGITS[byte & 15]!;
      }
      this.plain.length = at;
      this.count++;
    } else {
      this.add(from.toString('hex', start, end));
    }
  }

  /** The encoding of what `write` writes. */
  get encoding(): Encoding {
    return this.plain ? Encoding.PLAIN : Encoding.RLE_DICTIONARY;
  }

  /** The dictionary page; undefined without one. */
  dictionaryPage(): { values: number; content: Bytes } | undefined {
    return this.plain ? undefined : { values: this.entries.length, content: this.dictionary };
  }

  /** Bytes that `write` writes, about. */
  get size(): number {
    return this.plain ? this.plain.length : this.count * 2 + 16;
  }

  write(to: Bytes): void {
    if (this.plain) {
      to.bytes(this.plain.view());
      return;
    }
    const width = bitWidth(Math.max(0, this.entries.length - 1));
    to.uint8(width);
    if (width === 0) {
      // One entry: a run of zeroes.
      to.varint(this.count * 2);
    } else {
      writeBitPacked(to, this.indexes, this.count, width);
    }
  }

  private push(index: number): void {
    if (this.count === this.indexes.length) {
      const larger = new Uint32Array(this.count * 2);
      larger.set(this.indexes);
      this.indexes = larger;
    }
    this.indexes[this.count++] = index;
  }

  private toPlain(): void {
    const plain = new Bytes(this.dictionary.length * 2);
    for (let index = 0; index < this.count; index++) {
      plain.text(this.entries[this.indexes[index]!]!);
    }
    this.plain = plain;
    this.known.clear();
    this.entries.length = 0;
    this.dictionary = new Bytes(0);
    this.indexes = new Uint32Array(0);
    this.byNumber = new Int32Array(0);
  }
}
