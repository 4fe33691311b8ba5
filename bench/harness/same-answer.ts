/** A value of an answer as both sides can give it. */
export type Value = string | number | null | Value[];

/** Numbers of different engines' sums differ in their last digits. */
const TOLERANCE = 1e-9;

/**
 * What differs between two answers, in words; undefined when they are the same. Rows are told apart by their first
 * `keys` values; their order does not matter, unless `keys` is 0.
 */
export function difference(
  raw: ReadonlyArray<readonly Value[]>,
  ours: ReadonlyArray<readonly Value[]>,
  keys: number
): string | undefined {
  if (raw.length !== ours.length) {
    return `raw has ${raw.length} rows, ours ${ours.length}`;
  }
  const [left, right] = [inOrder(raw, keys), inOrder(ours, keys)];
  for (const [index, row] of left.entries()) {
    const other = right[index]!;
    if (row.length !== other.length || row.some((value, column) => !same(value, other[column]!))) {
      return `raw says ${JSON.stringify(row)}, ours ${JSON.stringify(other)}`;
    }
  }
  return undefined;
}

function inOrder(rows: ReadonlyArray<readonly Value[]>, keys: number): ReadonlyArray<readonly Value[]> {
  const name = (row: readonly Value[]) => JSON.stringify(row.slice(0, keys));
  return keys === 0 ? rows : rows.toSorted((a, b) => (name(a) < name(b) ? -1 : name(a) > name(b) ? 1 : 0));
}

function same(a: Value, b: Value): boolean {
  if (Array.isArray(a) && Array.isArray(b)) {
    return a.length === b.length && a.every((value, index) => same(value, b[index]!));
  }
  if (typeof a === 'number' && typeof b === 'number') {
    return Math.abs(a - b) <= TOLERANCE * Math.max(1, Math.abs(a), Math.abs(b));
  }
  return a === b;
}
