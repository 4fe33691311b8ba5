import { writeBitPacked } from '../hot/parquet/bits';
import { Encoding, PhysicalType } from '../hot/parquet/format';
import { ENTRY, NO_MAP } from '../hot/parquet/map-column';
import type { HotInput } from './hot-input';
import type { GatheredColumn, PageRoom, SortedChunk } from './sorted-chunk';
import { TextEntries } from './text-entries';
import { writeTexts } from './write-texts';

const LEAVES = ['key', 'value'] as const;
/** Widths of the definition levels of both: a value may be null, a key may not. */
const WIDTH = 2;

/** Keys or values of all entries of all maps. */
interface Leaf {
  name: (typeof LEAVES)[number];
  texts: TextEntries;
  entries: Uint32Array;
}

/** A column of maps of text to text. */
export class MapGathered implements GatheredColumn {
  /** Number of the first entry of each row, and after the last row how many there are. */
  private readonly firsts: Uint32Array;
  private readonly leaves: Leaf[];

  constructor(
    private readonly input: HotInput,
    private readonly name: string,
    private readonly room: PageRoom,
    /** What its memory is for: another name where others are to be read before it is used up. */
    use = ''
  ) {
    this.firsts = input.scratch.numbers(`rows${use}`, input.rows + 1);
    const most = input.files.reduce((sum, { chunks }) => sum + (chunks.get(this.path('key'))?.data.values ?? 0), 0);
    this.leaves = LEAVES.map((leaf) => ({
      name: leaf,
      texts: new TextEntries(input, this.path(leaf), `${leaf}${use}`),
      entries: input.scratch.numbers(`entries ${leaf}${use}`, most),
    }));
    let count = 0;
    for (const { first, rows, chunks } of input.files) {
      const key = chunks.get(this.path('key'));
      const value = chunks.get(this.path('value'));
      if (!key || !value) {
        this.firsts.fill(count, first, first + rows);
        continue;
      }
      const added = this.readRows(first, rows, key.data, count);
      this.leaves.forEach(({ texts, entries }, leaf) => {
        const chunk = leaf === 0 ? key : value;
        const repetition = input.levelsAt(chunk.data.start, chunk.data, 1);
        const definition = input.levelsAt(repetition.end, chunk.data, WIDTH);
        entries.set(texts.read(chunk, definition.end, added), count);
      });
      count += added;
    }
    this.firsts[input.rows] = count;
  }

  *chunks(order: Uint32Array): Iterable<SortedChunk> {
    const total = order.reduce((sum, row) => sum + Math.max(1, this.firsts[row + 1]! - this.firsts[row]!), 0);
    const repetition = new Uint8Array(total);
    const definition = new Uint8Array(total);
    const places = this.input.scratch.numbers('places', total);
    let [level, count] = [0, 0];
    for (const row of order) {
      const [first, last] = [this.firsts[row]!, this.firsts[row + 1]!];
      if (first === last) {
        definition[level++] = NO_MAP;
      }
      for (let entry = first; entry < last; entry++) {
        repetition[level] = entry === first ? 0 : 1;
        definition[level++] = ENTRY;
        places[count++] = entry;
      }
    }
    for (const leaf of this.leaves) {
      const defined = leaf.name === 'key' ? definition : definition.map((one) => (one === ENTRY ? one + 1 : one));
      yield this.chunk(leaf, places.subarray(0, count), { repetition, definition: defined });
    }
  }

  private chunk(
    { name, texts, entries }: Leaf,
    places: Uint32Array,
    { repetition, definition }: { repetition: Uint8Array; definition: Uint8Array }
  ): SortedChunk {
    const { data, extra } = this.room;
    data.length = 0;
    for (const [levels, width] of [[repetition, 1] as const, [definition, WIDTH] as const]) {
      extra.length = 0;
      writeBitPacked(extra, levels, levels.length, width);
      data.uint32(extra.length);
      data.bytes(extra.view());
    }
    const head = {
      ...{ path: [this.name, 'key_value', name], type: PhysicalType.BYTE_ARRAY },
      data: { values: repetition.length, content: data },
    };
    if (places.length === 0) {
      return { ...head, encoding: Encoding.PLAIN };
    }
    const values = this.input.scratch.numbers('values', places.length);
    for (let index = 0; index < places.length; index++) {
      values[index] = entries[places[index]!]!;
    }
    const { encoding, dictionary } = writeTexts(this.input, texts, values, this.room);
    return {
      ...{ ...head, encoding },
      ...(dictionary === undefined ? {} : { dictionary: { values: dictionary, content: this.room.dictionary } }),
    };
  }

  /** Notes which entries the rows of a file have; gives how many there are. */
  private readRows(first: number, rows: number, page: { start: number; end: number; values: number }, before: number) {
    const { end, levels } = this.input.levelsAt(page.start, page, 1);
    const repetition = levels.slice(0, page.values);
    const { levels: definition } = this.input.levelsAt(end, page, WIDTH);
    let [row, added] = [-1, 0];
    for (let index = 0; index < page.values; index++) {
      if (repetition[index] === 0) {
        row++;
        if (row < rows) {
          this.firsts[first + row] = before + added;
        }
      }
      added += definition[index]! >= ENTRY ? 1 : 0;
    }
    if (row !== rows - 1) {
      throw new RangeError(`${this.name}: another number of rows than there should be`);
    }
    return added;
  }

  private path(leaf: string): string {
    return `${this.name}.key_value.${leaf}`;
  }
}
