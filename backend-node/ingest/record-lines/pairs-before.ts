import { BodyWords, hashOf } from './body-words';
import { InternTable } from './intern-table';

/**
 * The keys that lines may have, and for each the pair of key and value that it had last in the rows that are read: where it stands,
 * and what was made of it. Most pairs of a line begin as the one of the line before, and many are the same throughout.
 */
export class PairsBefore {
  /** By key: where its last pair stands, from the quote on; -1 without one. */
  readonly starts: Int32Array;
  /** By key: bytes from there to its value. */
  readonly values: Int32Array;
  /** By key: bytes of the whole pair. */
  readonly lengths: Int32Array;
  /** By key: the id or number that was made of the value. */
  readonly made: Float64Array;
  /** What stands for the key before the first one. */
  readonly first: number;
  private readonly keys = new InternTable();
  private readonly followers: Int16Array;

  /** Keys are numbered as they are named here, from 0. What senders call theirs is not remembered. */
  constructor(names: readonly string[]) {
    for (const name of names) {
      const words = new BodyWords(Buffer.from(name));
      this.keys.idOf(words, 0, words.bytes.length, hashOf(words, 0, words.bytes.length));
    }
    this.first = names.length;
    this.starts = new Int32Array(names.length).fill(-1);
    this.values = new Int32Array(names.length);
    this.lengths = new Int32Array(names.length);
    this.made = new Float64Array(names.length);
    this.followers = new Int16Array(names.length + 1).fill(-1);
  }

  /** Pairs that were read hold no longer: other rows are read. */
  forget(): void {
    this.starts.fill(-1);
  }

  /** Which key comes behind another, as far as lines before tell; -1 when they do not. */
  behind(key: number): number {
    return this.followers[key]!;
  }

  /** The number of a key, which comes behind another; -1 when it is none of them. `hash` is what `hashOf` gives for it. */
  idOf(body: BodyWords, start: number, end: number, hash: number, before: number): number {
    const id = this.keys.find(body, start, end, hash);
    this.followers[before] = id;
    return id;
  }

  /** A pair was read. */
  note(key: number, start: number, value: number, end: number, made: number): void {
    this.starts[key] = start;
    this.values[key] = value - start;
    this.lengths[key] = end - start;
    this.made[key] = made;
  }
}
