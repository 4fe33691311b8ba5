import type { BodyWords } from './body-words';
import { InternTable } from './intern-table';

/** Different keys that are remembered. */
const MOST_KEYS = 1024;

/**
 * The keys of lines, and for each the pair of key and value that it had last in the rows that are read: where it stands,
 * and what was made of it. Most pairs of a line begin as the one of the line before, and many are the same throughout.
 */
export class PairsBefore {
  /** By key: where its last pair stands, from the quote on; -1 without one. */
  readonly starts = new Int32Array(MOST_KEYS + 2).fill(-1);
  /** By key: bytes from there to its value. */
  readonly values = new Int32Array(MOST_KEYS + 2);
  /** By key: bytes of the whole pair. */
  readonly lengths = new Int32Array(MOST_KEYS + 2);
  /** By key: the id or number that was made of the value. */
  readonly made = new Float64Array(MOST_KEYS + 2);
  private readonly keys = new InternTable();
  private readonly followers = new Int16Array(MOST_KEYS + 2).fill(-1);

  /** What stands for the key before the first one. */
  static readonly FIRST = MOST_KEYS + 1;

  /** How many keys there are. */
  get count(): number {
    return this.keys.count;
  }

  /** Pairs that were read hold no longer: other rows are read. */
  forget(): void {
    this.starts.fill(-1, 0, this.keys.count);
  }

  /** Which key comes behind another, as far as lines before tell; -1 when they do not. */
  behind(key: number): number {
    return this.followers[key]!;
  }

  /** The id of a key, which comes behind another; a new one when `count` has grown, and -1 when there are too many. `hash` is what `hashOf` gives for it. */
  idOf(body: BodyWords, start: number, end: number, hash: number, before: number): number {
    const id = this.keys.count > MOST_KEYS ? -1 : this.keys.idOf(body, start, end, hash);
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
