import { type Filter } from '@apitrail/contract';

/** What filters match, in words. */
export function filterText(filters: Filter[]): string {
  return filters
    .map((filter) => {
      if ('any' in filter) {
        return `(${filter.any.map((f) => filterText([f])).join(' or ')})`;
      }
      if ('all' in filter) {
        return `(${filterText(filter.all)})`;
      }
      const value = filter.values?.join(', ') ?? filter.value ?? '';
      return `${filter.key} ${filter.operator} ${value}`.trim();
    })
    .join(' and ');
}
