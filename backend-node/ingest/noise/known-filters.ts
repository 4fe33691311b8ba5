import type { Filter } from '@apitrail/contract';

/**
 * What is left of filters where some keys alone are known: each condition that needs another one may hold or not, so that
 * it is taken to hold. Undefined where nothing is left.
 */
export function onKnownKeys(filter: Filter, known: ReadonlySet<string>): Filter | undefined {
  if ('any' in filter) {
    const any = filter.any.map((inner) => onKnownKeys(inner, known));
    return any.every((inner) => inner !== undefined) ? { any } : undefined;
  }
  if ('all' in filter) {
    const all = filter.all.flatMap((inner) => onKnownKeys(inner, known) ?? []);
    return all.length > 0 ? { all } : undefined;
  }
  return known.has(filter.key) ? filter : undefined;
}
