import type { Filter, QueryType } from '@apitrail/contract';

import { isRetryable } from '../engine/duckdb-errors';
import type { Range } from './shared/interval';

/** Tells how many requests rules left out of a range, as far as filters on services and environments go. */
export type LeftOutSource = (
  range: Range,
  filters: readonly Filter[]
) => Promise<ReadonlyArray<{ rule: string; action: string; requests: number }>>;

/** Types whose answers are not about how many requests there were. */
const WITHOUT = new Set<QueryType>(['annotations', 'values', 'sql']);

/** Notices for what rules left out of the range of a query over the lake. */
export async function leftOutNotices(
  { queryType, filters }: { queryType: QueryType; filters: readonly Filter[] },
  range: Range,
  source: LeftOutSource
): Promise<string[]> {
  if (WITHOUT.has(queryType)) {
    return [];
  }
  try {
    return (await source(range, filters)).map(({ rule, action, requests }) => {
      const count = Math.round(requests);
      const what = `${count.toLocaleString('en-US')} ${count === 1 ? 'request was' : 'requests were'} left out by rule ${rule}`;
      return action === 'sample' ? `${what}; those it kept stand for them, too.` : `${what}.`;
    });
  } catch (error) {
    if (isRetryable(error)) {
      throw error;
    }
    return ['What rules left out of this range cannot be read; apitrail verify says why.'];
  }
}
