import { NUMBERS, REPEATED, VERBATIM } from './columns';

/** The tables of some rows; see `RecordRows`. */
export interface RowTables {
  repeated: Int32Array;
  starts: Int32Array;
  ends: Int32Array;
  numbers: Float64Array;
}

const ROW_BYTES = REPEATED.length * 4 + VERBATIM.length * 8 + NUMBERS.length * 8;
/** Numbers of rows that tables are made for and kept. */
const CAPACITIES = [16, 128, 1024];
/** What lies ready at most, bytes. */
const MOST_FREE_BYTES = 12 * 2 ** 20;

const free = new Map<number, RowTables[]>(CAPACITIES.map((capacity) => [capacity, []]));
let freeBytes = 0;

/** For how many rows there should be tables, when some `rows` are expected. */
export function capacityFor(rows: number): number {
  return CAPACITIES.find((capacity) => capacity >= rows) ?? CAPACITIES.at(-1)!;
}

/**
 * Tables without values for so many rows. They are used again and again: the garbage collector looks through all of the heap
 * each time some 64 MiB of buffers have come.
 */
export function takeTables(capacity: number): RowTables {
  const kept = free.get(capacity)?.pop();
  if (kept) {
    freeBytes -= capacity * ROW_BYTES;
    return kept;
  }
  return {
    repeated: new Int32Array(capacity * REPEATED.length).fill(-1),
    starts: new Int32Array(capacity * VERBATIM.length),
    ends: new Int32Array(capacity * VERBATIM.length),
    numbers: new Float64Array(capacity * NUMBERS.length).fill(NaN),
  };
}

/** Gives tables back of which the first `used` rows may have values. */
export function giveTables(tables: RowTables, capacity: number, used: number): void {
  const kept = free.get(capacity);
  if (!kept || freeBytes + capacity * ROW_BYTES > MOST_FREE_BYTES) {
    return;
  }
  clear(tables.repeated, -1, capacity, used);
  clear(tables.starts, 0, capacity, used);
  clear(tables.ends, 0, capacity, used);
  clear(tables.numbers, NaN, capacity, used);
  kept.push(tables);
  freeBytes += capacity * ROW_BYTES;
}

function clear(table: Int32Array | Float64Array, value: number, capacity: number, used: number): void {
  for (let at = 0; at < table.length; at += capacity) {
    table.fill(value, at, at + used);
  }
}
