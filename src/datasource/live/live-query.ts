import type { DataFrame } from '@grafana/data';
import { earlierBy } from '@apitrail/contract';

import type { LiveQuery } from './goes-live';

/** The widest buckets that a live stream of `traffic` has, milliseconds. */
const WIDEST_BUCKET_MS = 60_000;

/** What of a saved query the companion takes for a live stream. */
const SENT = [
  'refId',
  'queryType',
  'version',
  'dataset',
  'filters',
  'timezone',
  'search',
  'limit',
  'columns',
  'format',
  'metrics',
  'groupBy',
  'orderBy',
];

/** Width of the buckets of an answer to `traffic`, milliseconds; undefined where it does not say. */
export function bucketOf(answered: readonly DataFrame[]): number | undefined {
  const own = answered.find((frame) => earlierBy(frame.meta?.custom) === undefined && frame.fields.length > 1);
  return own?.fields[0]?.config.interval ?? undefined;
}

/**
 * The query of the live stream of a resolved query, which has the buckets of its answer. Gives the reason as a text where
 * there is none.
 */
export function liveQueryOf(query: LiveQuery, answered: readonly DataFrame[]): Record<string, unknown> | string {
  const sent = Object.fromEntries(Object.entries(query).filter(([name]) => SENT.includes(name)));
  if (query.dataset && query.dataset !== 'requests') {
    return `The dataset ${query.dataset} takes in nothing, so there is nothing live of it.`;
  }
  if (query.queryType === 'requests') {
    return sent;
  }
  const bucket = bucketOf(answered) ?? 5000;
  if (bucket > WIDEST_BUCKET_MS) {
    return 'Live needs buckets of at most a minute. Choose a shorter range, or set the interval of the query.';
  }
  return { ...sent, format: 'table', interval: `${Math.max(1000, bucket)}ms` };
}
