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

/** Keys that say how long a request took. */
const TIME_KEYS: ReadonlySet<string> = new Set(['duration_ms', 'upstream_duration_ms']);

/**
 * The filters without those about the answer: what a request that tries a step matches, however it ends. Alternatives one of which
 * is only about the answer let every request through beside other filters; where they are all there is, those of them that say what is asked say
 * what is tried. Undefined when nothing is left: filters about answers alone do not say what is tried.
 */
export function askedFilters(filters: readonly Filter[]): Filter[] | undefined {
  return without(ANSWER_KEYS, filters);
}

/** The filters without those about time. Undefined when nothing is left. */
export function untimedFilters(filters: readonly Filter[]): Filter[] | undefined {
  return without(TIME_KEYS, filters);
}

/** Whether any of the filters is about time. */
export function isTimed(filters: readonly Filter[]): boolean {
  return filters.some((filter) =>
    'any' in filter ? isTimed(filter.any) : 'all' in filter ? isTimed(filter.all) : TIME_KEYS.has(filter.key)
  );
}

function without(keys: ReadonlySet<string>, filters: readonly Filter[]): Filter[] | undefined {
  if (filters.length === 0) {
    return [];
  }
  const certain = filters.flatMap((filter) => reduced(keys, filter, false) ?? []);
  const left = certain.length > 0 ? certain : filters.flatMap((filter) => reduced(keys, filter, true) ?? []);
  return left.length > 0 ? left : undefined;
}

/** A filter without what is about the keys. Of alternatives some of which are about nothing else, the others, or nothing. */
function reduced(keys: ReadonlySet<string>, filter: Filter, others: boolean): Filter | undefined {
  if ('any' in filter) {
    const left = filter.any.map((one) => reduced(keys, one, others));
    const some = left.filter((one) => one !== undefined);
    const whole = some.length === left.length;
    return whole || (others && some.length > 0) ? { any: some } : undefined;
  }
  if ('all' in filter) {
    const all = filter.all.flatMap((one) => reduced(keys, one, others) ?? []);
    return all.length === 0 ? undefined : { all };
  }
  return keys.has(filter.key) ? undefined : filter;
}
