import { z } from 'zod';

/**
 * The place of a row in a timeline: rows are in the order of these. It says where a page ends, whatever came or went meanwhile, also
 * where rows have one and the same time.
 */
export interface TimelinePlace {
  /** Microseconds since the epoch. */
  atUs: number;
  /** Of one moment a session comes first (0), then requests (1), errors (2) and steps of a journey (3). */
  rank: number;
  /** Of journeys of one moment: twice the number of the step, one more for how it ended after that. 0 of others. */
  part: number;
  /** A decimal number of 128 bits that stands for what the row says. */
  digest: string;
  /** Of rows that say exactly the same which one it is, from 1. */
  nth: number;
}

const CURSOR = /^(-?\d{1,16})\.([0-3])\.(\d{1,4})\.(\d{1,39})\.([1-9]\d{0,8})$/;
/** The largest number of 128 bits. */
const LARGEST_DIGEST = '340282366920938463463374607431768211455';

/** Where a page begins or ends, as an answer said it: what `cursors` of its marker have. */
export const timelineCursorSchema = z.string().refine((text) => readTimelineCursor(text) !== undefined, {
  error: 'must be a cursor that an answer gave: cursors.older or cursors.newer of its marker',
});

/** A place as a text that a query takes. */
export function timelineCursor({ atUs, rank, part, digest, nth }: TimelinePlace): string {
  return [atUs, rank, part, digest, nth].join('.');
}

/** The place a text says; undefined when it says none. */
export function readTimelineCursor(text: string): TimelinePlace | undefined {
  const [, atUs, rank, part, digest, nth] = CURSOR.exec(text) ?? [];
  if (
    digest === undefined ||
    digest.padStart(LARGEST_DIGEST.length, '0') > LARGEST_DIGEST ||
    !Number.isSafeInteger(Number(atUs))
  ) {
    return undefined;
  }
  return { atUs: Number(atUs), rank: Number(rank), part: Number(part), digest, nth: Number(nth) };
}
