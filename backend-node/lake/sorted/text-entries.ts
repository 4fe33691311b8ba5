import type { StoredChunk } from '../hot/parquet/read-file';
import type { HotInput } from './hot-input';

/** The texts of a leaf column, each once as far as files have them in dictionaries. */
export class TextEntries {
  /** Where texts begin: their lengths of four bytes, then their bytes in UTF-8. */
  starts: Uint32Array<ArrayBuffer>;
  count = 0;
  /** Whether most values have a text of their own, so that a dictionary of them is of no use. */
  readonly plain: boolean;
  private readonly known: Map<string, number> | undefined;

  constructor(
    private readonly input: HotInput,
    private readonly path: string,
    /** What its memory is for: another name where others are to be read before it is used up. */
    private readonly use = ''
  ) {
    const chunks = input.files.flatMap(({ chunks: of }) => of.get(path) ?? []);
    const entries = chunks.reduce((sum, { dictionary }) => sum + (dictionary?.values ?? 0), 0);
    const values = chunks.reduce((sum, { data }) => sum + data.values, 0);
    this.plain = entries > values / 2 || chunks.some(({ dictionary }) => !dictionary);
    this.starts = input.scratch.numbers(
      `starts${use}`,
      chunks.reduce((sum, chunk) => sum + (chunk.dictionary ?? chunk.data).values, 0)
    );
    this.known = this.plain || chunks.length === 1 ? undefined : new Map();
  }

  /** The bytes of a text, without its length. */
  text(entry: number): { start: number; end: number } {
    const start = this.starts[entry]! + 4;
    return { start, end: start + this.input.view.getUint32(start - 4, true) };
  }

  /** Whether the text of an entry comes before that of another, byte by byte. */
  compare(a: number, b: number): number {
    const [left, right] = [this.text(a), this.text(b)];
    return this.input.bytes.compare(this.input.bytes, right.start, right.end, left.start, left.end);
  }

  /**
   * The entries of `count` values of a file’s chunk, which begin at a place of its data page. They are overwritten when other
   * values are read for the same use.
   */
  read(chunk: StoredChunk, at: number, count: number): Uint32Array {
    const { dictionary, data } = chunk;
    const { use } = this;
    const first = this.count;
    if (!dictionary) {
      this.add(at, data.end, count);
      const own = this.input.scratch.numbers(`ids${use}`, count);
      for (let index = 0; index < count; index++) {
        own[index] = first + index;
      }
      return own;
    }
    this.add(dictionary.start, dictionary.end, dictionary.values);
    const ids = this.input.indexes(at, { end: data.end, count, use });
    if (this.known) {
      const entries = this.unify(first);
      for (let index = 0; index < count; index++) {
        ids[index] = entries[ids[index]!]!;
      }
    } else if (first > 0) {
      for (let index = 0; index < count; index++) {
        ids[index]! += first;
      }
    }
    return ids;
  }

  /** Which entries those from `first` on are; what is there twice is taken out again. */
  private unify(first: number): Uint32Array {
    const { known, starts } = this;
    const { bytes } = this.input;
    const entries = this.input.scratch.numbers('unified', this.count - first);
    let kept = first;
    for (let entry = first; entry < this.count; entry++) {
      const { start, end } = this.text(entry);
      const text = bytes.toString('latin1', start, end);
      const there = known!.get(text);
      if (there === undefined) {
        known!.set(text, kept);
        starts[kept] = starts[entry]!;
        entries[entry - first] = kept++;
      } else {
        entries[entry - first] = there;
      }
    }
    this.count = kept;
    return entries;
  }

  private add(from: number, end: number, count: number): void {
    const { starts } = this;
    const { view } = this.input;
    let at = from;
    for (let index = 0; index < count; index++) {
      if (at + 4 > end) {
        throw new RangeError(`${this.path}: fewer texts than there should be`);
      }
      starts[this.count++] = at;
      at += 4 + view.getUint32(at, true);
    }
    if (at !== end && count > 0) {
      throw new RangeError(`${this.path}: texts do not end where they should`);
    }
  }
}
