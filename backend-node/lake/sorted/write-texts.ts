import { bitWidth, writeBitPacked } from '../hot/parquet/bits';
import type { Bytes } from '../hot/parquet/bytes';
import { writeDeltas } from '../hot/parquet/delta';
import { Encoding } from '../hot/parquet/format';
import type { HotInput } from './hot-input';
import type { PageRoom } from './sorted-chunk';
import type { TextEntries } from './text-entries';

/** Texts shorter than this are copied byte by byte, which is cheaper than a call into the runtime. */
const SHORT = 40;

const NONE = 0xffff_ffff;

/** What was written of texts, and which of them they are. */
export interface WrittenTexts {
  encoding: Encoding;
  /** How many entries the dictionary has; undefined without one. */
  dictionary: number | undefined;
  /** The entries of all values, each at least once. */
  used: Uint32Array;
}

/** Writes values, given as numbers of entries, to the data page, whose levels are there already. */
export function writeTexts(input: HotInput, entries: TextEntries, values: Uint32Array, to: PageRoom): WrittenTexts {
  if (entries.plain) {
    writePlain(input, entries, values, to);
    return { encoding: Encoding.DELTA_LENGTH_BYTE_ARRAY, dictionary: undefined, used: values };
  }
  const used = renumber(input, entries, values);
  const { dictionary } = to;
  dictionary.length = 0;
  for (const entry of used) {
    const { start, end } = entries.text(entry);
    copy(input.bytes, start - 4, end, dictionary);
  }
  writeIndexes(to.data, values, bitWidth(Math.max(0, used.length - 1)));
  return { encoding: Encoding.RLE_DICTIONARY, dictionary: used.length, used };
}

/** The lengths, then the bytes. */
function writePlain(
  { bytes, view, scratch }: HotInput,
  entries: TextEntries,
  values: Uint32Array,
  { data }: PageRoom
): void {
  const lengths = scratch.numbers('lengths', values.length);
  let total = 0;
  for (let index = 0; index < values.length; index++) {
    const length = view.getUint32(entries.starts[values[index]!]!, true);
    lengths[index] = length;
    total += length;
  }
  writeDeltas(data, lengths, lengths.length);
  data.room(total);
  for (let index = 0; index < values.length; index++) {
    const start = entries.starts[values[index]!]! + 4;
    copy(bytes, start, start + lengths[index]!, data);
  }
}

function copy(from: Buffer, start: number, end: number, to: Bytes): void {
  const room = to.room(end - start);
  const at = to.length;
  if (end - start < SHORT) {
    for (let index = start; index < end; index++) {
      room[at + index - start] = from[index]!;
    }
  } else {
    from.copy(room, at, start, end);
  }
  to.length = at + end - start;
}

/** Gives the entries that values have, in the order in which they come first, and puts the numbers of this order in their place. */
function renumber({ scratch }: HotInput, entries: TextEntries, values: Uint32Array): Uint32Array {
  const numbers = scratch.numbers('numbers', entries.count).fill(NONE);
  const used = scratch.numbers('used', entries.count);
  let count = 0;
  for (let index = 0; index < values.length; index++) {
    const entry = values[index]!;
    let number = numbers[entry]!;
    if (number === NONE) {
      number = numbers[entry] = count;
      used[count++] = entry;
    }
    values[index] = number;
  }
  return used.subarray(0, count);
}

/** By runs where there are few, as of the columns that rows are sorted by. */
function writeIndexes(to: Bytes, values: Uint32Array, width: number): void {
  to.uint8(width);
  let runs = 1;
  for (let index = 1; index < values.length; index++) {
    runs += values[index] === values[index - 1] ? 0 : 1;
  }
  if (width > 0 && runs > values.length / 16) {
    writeBitPacked(to, values, values.length, width);
    return;
  }
  for (let start = 0, end = 0; start < values.length; start = end) {
    for (end = start + 1; end < values.length && values[end] === values[start];) {
      end++;
    }
    to.varint((end - start) * 2);
    for (let shift = 0; shift < width; shift += 8) {
      to.uint8(values[start]! >>> shift);
    }
  }
}
