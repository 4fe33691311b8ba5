import { parseDuration, type Query } from '@apitrail/contract';

import type { TimeRange } from '../../lake/dataset';
import type { Range } from '../shared/interval';
import { DAY_MS } from '../shared/timezone';

/**
 * The time whose requests a query may read, and a day more on both sides: the sessions of members are looked for in it, so that
 * their requests without a customer are known as the members'.
 */
export function reachOf(query: Query, range: Range): TimeRange {
  if (query.queryType === 'retention') {
    return query.starts === 'first' ? {} : { from: range.from - DAY_MS };
  }
  if (query.queryType === 'sql') {
    return {};
  }
  const { window, sessionGap, funnel } = query as {
    window?: string;
    sessionGap?: string;
    funnel?: { window?: string | undefined };
  };
  const longest = Math.max(...[window, funnel?.window].map((text) => (text === undefined ? 0 : parseDuration(text))));
  const beside = DAY_MS + (sessionGap === undefined ? 0 : parseDuration(sessionGap));
  return { from: range.from - beside, to: range.to + longest + beside };
}
