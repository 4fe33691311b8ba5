import type { Filter } from '@apitrail/contract';

/** Keys that say how a request was answered, not what was asked. */
export const ANSWER_KEYS: ReadonlySet<string> = new Set([
  'status',
  'status_class',
  'error_type',
  'error_message',
  'error_group',
  'error_owner',
  'duration_ms',
  'response_bytes',
  'upstream_status',
  'upstream_duration_ms',
  'auth_result',
]);

/**
 * The filters without those about the answer: what a request that tries a step matches, however it ends. An alternative
 * that is only about the answer lets every request through, and so do alternatives one of which does. Undefined when nothing is
 * left: filters about answers alone do not say what is tried.
 */
export function askedFilters(filters: readonly Filter[]): Filter[] | undefined {
  const left = filters.flatMap((filter) => askedFilter(filter) ?? []);
  return left.length === 0 && filters.length > 0 ? undefined : left;
}

function askedFilter(filter: Filter): Filter | undefined {
  if ('any' in filter) {
    const alternatives = filter.any.map(askedFilter);
    return alternatives.includes(undefined) ? undefined : { any: alternatives as Filter[] };
  }
  if ('all' in filter) {
    const all = filter.all.flatMap((one) => askedFilter(one) ?? []);
    return all.length === 0 ? undefined : { all };
  }
  return ANSWER_KEYS.has(filter.key) ? undefined : filter;
}
