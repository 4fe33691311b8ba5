import { z } from 'zod';

import { keySchema } from '../filters';
import { parseDuration } from '../duration';
import { durationSchema } from './base';

/** What says whose a request is, of the types that follow units through their requests. */
export const unitFields = {
  /** Who is followed: `customer`, `account`, `session`, or any key of the record. */
  unit: keySchema.default('customer'),
  /** `session` gives the requests of a session with exactly one customer to that customer; `strict` does not. */
  identity: z.enum(['session', 'strict']).default('session'),
} as const;

const SHORTEST_GAP_MS = 1000;
const LONGEST_GAP_MS = 366 * 86_400_000;

/** The pause that ends a session: a second to 366 days. */
export const sessionGapSchema = durationSchema.refine(
  (text) => {
    const ms = parseDuration(text);
    return ms >= SHORTEST_GAP_MS && ms <= LONGEST_GAP_MS;
  },
  { error: 'must be from 1s to 366d, such as 30m or 1h' }
);
