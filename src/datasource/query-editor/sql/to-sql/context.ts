import type { Filter } from '@apitrail/contract';

import { conditions } from './filters';
import type { Variables } from './variables';

/** What a query is written as SQL with. */
export interface WriteContext {
  variables: Variables;
  /** IANA time zone of the query: hours of the day and weekdays are in it. */
  timezone: string;
}

/** The SQL of a query, and how its answer is to be shown. */
export interface WrittenSql {
  sql: string;
  format: 'table' | 'time_series' | 'numeric' | 'logs';
  /** Rows, where the builder may answer with more than SQL does by itself. */
  limit?: number;
}

/** Rows of an answer that has one per bucket or cell: as many as the companion gives by default. */
export const MANY_ROWS = 100_000;

export const IN_RANGE = '$__timeFilter(time)';

/** The conditions of a query: its range, and its filters. */
export function matching(filters: readonly Filter[] | undefined, { variables }: WriteContext): string[] {
  return [IN_RANGE, ...conditions(filters, variables)];
}

const PSEUDONYMS = new Set(['customer', 'account', 'session']);

/** Where filters mean less in SQL than in the builder. */
export function filterNotes(filters: readonly Filter[] | undefined): string[] {
  return names(filters ?? [])
    ? ['A customer is found by the pseudonym that is stored; the builder takes the original id as well.']
    : [];
}

function names(filters: readonly Filter[]): boolean {
  return filters.some((filter) => {
    if ('any' in filter) {
      return names(filter.any);
    }
    return 'all' in filter
      ? names(filter.all)
      : PSEUDONYMS.has(filter.key) && !['exists', '!exists', '=~', '!~'].includes(filter.operator);
  });
}
