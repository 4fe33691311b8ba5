import type { Filter } from '@apitrail/contract';

/** The filters as far as they are on certain keys, and the other keys that they name. */
export interface Applicable {
  filters: Filter[];
  ignored: string[];
}

/**
 * Takes what is not about certain keys out of filters: it neither keeps nor drops anything. A mark in time has a service and
 * a version, but no status, so that a dashboard's filter on the status must not take it away. Of an `any` with such a part
 * every annotation may match, so that it is left out as a whole.
 */
export function applicable(filters: readonly Filter[], keys: ReadonlySet<string>): Applicable {
  const ignored = new Set<string>();
  const kept = filters.flatMap((filter) => reduce(filter, keys, ignored) ?? []);
  return { filters: kept, ignored: [...ignored] };
}

function reduce(filter: Filter, keys: ReadonlySet<string>, ignored: Set<string>): Filter | undefined {
  if ('any' in filter) {
    const parts = filter.any.map((part) => reduce(part, keys, ignored));
    return parts.includes(undefined) ? undefined : { any: parts as Filter[] };
  }
  if ('all' in filter) {
    const parts = filter.all.flatMap((part) => reduce(part, keys, ignored) ?? []);
    return { all: parts };
  }
  if (keys.has(filter.key)) {
    return filter;
  }
  ignored.add(filter.key);
  return undefined;
}

/** Filters that what has no value for a key meets too: what names no service is about all of them. */
export function orUnsaid(filters: readonly Filter[]): Filter[] {
  return filters.map((filter): Filter => {
    if ('any' in filter) {
      return { any: orUnsaid(filter.any) };
    }
    if ('all' in filter) {
      return { all: orUnsaid(filter.all) };
    }
    return filter.operator === 'exists' || filter.operator === '!exists'
      ? filter
      : { any: [filter, { key: filter.key, operator: '!exists' }] };
  });
}
