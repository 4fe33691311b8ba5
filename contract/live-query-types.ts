/** Query types of which there is a live stream: what comes in, as it comes in. Beside the schemas, which the data source loads late. */
export const LIVE_QUERY_TYPES = ['requests', 'traffic'] as const;
export type LiveQueryType = (typeof LIVE_QUERY_TYPES)[number];

export function isLiveQueryType(type: unknown): type is LiveQueryType {
  return LIVE_QUERY_TYPES.some((known) => known === type);
}
