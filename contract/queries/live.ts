import { z } from 'zod';

/** Fields of the query types of which there is a live stream. */
export const liveFields = {
  /**
   * Whether the panel or Explore goes on with what comes in after the answer, from `/api/live`. The answer itself is the
   * same with it and without.
   */
  live: z.boolean().optional(),
} as const;
