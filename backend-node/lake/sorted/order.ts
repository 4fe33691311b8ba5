import type { Scratch } from './scratch';
import type { NumberGathered } from './number-gathered';
import type { TextGathered } from './text-gathered';

/** More different texts than this are left to whoever sorts them without holding others up. */
const MOST_TEXTS = 20_000;
/** Bits of a digit that rows are sorted by at once, and how far times may lie apart: two times two digits, 203 days. */
const BITS = 11;
const MASK = (1 << BITS) - 1;
const HALF = 2 ** (2 * BITS);
/** Fewer rows than this are cheaper to compare, where there are many such orders. */
const FEW_ROWS = 256;

/**
 * Rows, of which each is there once, in the order of texts, the first first, and then of time, ascending, nulls last.
 * Undefined when their times lie too far apart, or there are too many texts and `manyTexts` does not say that they are to be
 * sorted all the same.
 */
export function sortedOrder(
  rows: Uint32Array,
  {
    times,
    texts,
    scratch,
    manyTexts = false,
    isOneOfMany = false,
  }: {
    times: NumberGathered;
    texts: readonly TextGathered[];
    scratch: Scratch;
    manyTexts?: boolean | undefined;
    /** Whether it is one of many orders: then few rows are compared with each other, without tables for all texts. */
    isOneOfMany?: boolean;
  }
): Uint32Array | undefined {
  if (!manyTexts && texts.some(({ entries }) => entries.count > MOST_TEXTS)) {
    return undefined;
  }
  const { length } = rows;
  const time = new Float64Array(length);
  let [least, most] = [Infinity, -Infinity];
  for (let place = 0; place < length; place++) {
    const value = times.value(rows[place]!)!;
    time[place] = value;
    least = Math.min(least, value);
    most = Math.max(most, value);
  }
  if (!(most - least < HALF * HALF)) {
    return undefined;
  }
  if (isOneOfMany && length < FEW_ROWS) {
    return comparedOrder(rows, time, texts);
  }
  const [low, high] = [scratch.numbers('low', length), scratch.numbers('high', length)];
  for (let place = 0; place < length; place++) {
    const delta = time[place]! - least;
    const upper = Math.floor(delta / HALF);
    high[place] = upper;
    low[place] = delta - upper * HALF;
  }
  // Places in `rows`, sorted by one digit after the other, the least significant first.
  const order = new Sorting(length, scratch);
  for (const half of [low, high]) {
    for (const shift of [0, BITS]) {
      order.by(MASK + 1, (place) => (half[place]! >>> shift) & MASK);
    }
  }
  for (const text of [...texts].reverse()) {
    const ranks = ranksOf(text);
    const nulls = ranks.length;
    order.by(nulls + 1, (place) => {
      const entry = text.entry(rows[place]!);
      return entry === undefined ? nulls : ranks[entry]!;
    });
  }
  const sorted = new Uint32Array(length);
  for (let index = 0; index < length; index++) {
    sorted[index] = rows[order.places[index]!]!;
  }
  return sorted;
}

/** The same order, by comparing rows. */
function comparedOrder(rows: Uint32Array, time: Float64Array, texts: readonly TextGathered[]): Uint32Array {
  const columns = texts.map((text) => ({ text, ranks: ranksOf(text) }));
  const rankAt = ({ text, ranks }: (typeof columns)[number], place: number): number => {
    const entry = text.entry(rows[place]!);
    return entry === undefined ? ranks.length : ranks[entry]!;
  };
  const places = Array.from(rows, (_, place) => place).sort((a, b) => {
    for (const column of columns) {
      const difference = rankAt(column, a) - rankAt(column, b);
      if (difference !== 0) {
        return difference;
      }
    }
    return time[a]! - time[b]!;
  });
  return Uint32Array.from(places, (place) => rows[place]!);
}

/** Places that are sorted by digits. */
class Sorting {
  places: Uint32Array;
  private other: Uint32Array;
  private readonly digits: Uint32Array;

  constructor(length: number, scratch: Scratch) {
    this.places = scratch.numbers('places', length);
    this.other = scratch.numbers('other places', length);
    this.digits = scratch.numbers('digits', length);
    for (let place = 0; place < length; place++) {
      this.places[place] = place;
    }
  }

  /** Sorts by a digit below `size`; of equal ones the order stays. */
  by(size: number, digitOf: (place: number) => number): void {
    const { places, other, digits } = this;
    const next = new Uint32Array(size + 1);
    for (let place = 0; place < digits.length; place++) {
      const digit = digitOf(place);
      digits[place] = digit;
      next[digit + 1]!++;
    }
    if (next.includes(digits.length)) {
      return;
    }
    for (let digit = 1; digit <= size; digit++) {
      next[digit]! += next[digit - 1]!;
    }
    for (let index = 0; index < places.length; index++) {
      const place = places[index]!;
      other[next[digits[place]!]!++] = place;
    }
    [this.places, this.other] = [other, places];
  }
}

const knownRanks = new WeakMap<TextGathered, Uint32Array>();

/** Where each entry comes among all, byte by byte; equal texts come at the same place. */
function ranksOf(text: TextGathered): Uint32Array {
  let ranks = knownRanks.get(text);
  if (!ranks) {
    knownRanks.set(text, (ranks = newRanks(text)));
  }
  return ranks;
}

function newRanks({ entries }: TextGathered): Uint32Array {
  const sorted = Array.from({ length: entries.count }, (_, entry) => entry).sort((a, b) => entries.compare(a, b));
  const ranks = new Uint32Array(entries.count);
  for (let index = 1; index < sorted.length; index++) {
    const [before, entry] = [sorted[index - 1]!, sorted[index]!];
    ranks[entry] = ranks[before]! + (entries.compare(before, entry) === 0 ? 0 : 1);
  }
  return ranks;
}
