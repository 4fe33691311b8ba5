import { z } from 'zod';

/** Query types of which there is a live stream: what comes in, as it comes in. */
export const LIVE_QUERY_TYPES = ['requests', 'traffic'] as const;
export type LiveQueryType = (typeof LIVE_QUERY_TYPES)[number];

/** Fields of the query types of which there is a live stream. */
export const liveFields = {
  /**
   * Whether the panel or Explore goes on with what comes in after the answer, from `/api/live`. The answer itself is the
   * same with it and without.
   */
  live: z.boolean().optional(),
} as const;

export function isLiveQueryType(type: unknown): type is LiveQueryType {
  return LIVE_QUERY_TYPES.some((known) => known === type);
}
