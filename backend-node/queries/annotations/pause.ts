import { setImmediate as nextTurn } from 'node:timers/promises';

/** Rows that are worked on at a stretch: some 20 ms. */
const ROWS = 20_000;

/** Lets everything else that waits have its turn, once after many rows; `index` is that of the row that is done. */
export function pauseAfter(index: number): Promise<void> | undefined {
  return index % ROWS === ROWS - 1 ? nextTurn() : undefined;
}
