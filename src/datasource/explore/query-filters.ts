import type { QueryFilterOptions, QueryFixAction, ToggleFilterAction } from '@grafana/data';
import { type Filter, type KeyFilter, parseKey } from '@apitrail/contract';

import type { ApitrailQuery } from '../types';

/** What a click on a value or a selected text in Explore may ask for. */
export const QUERY_MODIFICATIONS = ['ADD_FILTER', 'ADD_FILTER_OUT', 'ADD_STRING_FILTER'] as const;

/** Whether the query keeps only rows with the value, by a filter of its own. */
export function queryHasFilter(query: ApitrailQuery, { key, value }: QueryFilterOptions): boolean {
  return filtersOf(query).some((filter) => isFor(filter, key ?? '', '=') && valuesOf(filter).includes(value ?? ''));
}

/**
 * Filters for a value or out of it. A filter that is there already is taken away again; the opposite one gives way; a
 * further value of a key that is filtered for becomes one of several, since a row has only one.
 */
export function toggleQueryFilter(query: ApitrailQuery, { type, options }: ToggleFilterAction): ApitrailQuery {
  const { key = '', value = '' } = options;
  if (!parseKey(key)) {
    return query;
  }
  const [wanted, opposite] = type === 'FILTER_FOR' ? (['=', '!='] as const) : (['!=', '='] as const);
  const has = filtersOf(query).some((filter) => isFor(filter, key, wanted) && valuesOf(filter).includes(value));
  const rest = without(without(filtersOf(query), key, opposite, value), key, wanted, value);
  return { ...query, filters: has ? rest : withValue(rest, key, wanted, value) };
}

/** What Explore asks for by other ways than the toggles: from cells of a table, and with a text selected in a line. */
export function modifyQuery(query: ApitrailQuery, { type, options = {} }: QueryFixAction): ApitrailQuery {
  const { key = '', value = '' } = options;
  switch (type) {
    case 'ADD_FILTER':
    case 'ADD_FILTER_OUT': {
      const operator = type === 'ADD_FILTER' ? '=' : '!=';
      return parseKey(key) ? { ...query, filters: withValue(filtersOf(query), key, operator, value) } : query;
    }
    case 'ADD_STRING_FILTER':
      return query.queryType === 'requests' ? { ...query, search: value } : query;
    default:
      return query;
  }
}

type Equality = '=' | '!=';

function filtersOf(query: ApitrailQuery): Filter[] {
  return (query.filters ?? []) as Filter[];
}

function isFor(filter: Filter, key: string, operator: Equality): filter is KeyFilter {
  return 'key' in filter && filter.key === key && (filter.operator === operator || filter.operator === `${operator}|`);
}

function valuesOf({ value, values }: KeyFilter): string[] {
  return (values ?? [value]).map(String);
}

/** The filters without those values of the key that equal the value. */
function without(filters: Filter[], key: string, operator: Equality, value: string): Filter[] {
  return filters.flatMap((filter) => {
    if (!isFor(filter, key, operator) || !valuesOf(filter).includes(value)) {
      return [filter];
    }
    return equals(
      key,
      operator,
      valuesOf(filter).filter((other) => other !== value)
    );
  });
}

function withValue(filters: Filter[], key: string, operator: Equality, value: string): Filter[] {
  const index = filters.findIndex((filter) => isFor(filter, key, operator));
  if (index < 0) {
    return [...filters, ...equals(key, operator, [value])];
  }
  const values = [...new Set([...valuesOf(filters[index] as KeyFilter), value])];
  return filters.toSpliced(index, 1, ...equals(key, operator, values));
}

function equals(key: string, operator: Equality, values: string[]): KeyFilter[] {
  switch (values.length) {
    case 0:
      return [];
    case 1:
      return [{ key, operator, value: values[0]! }];
    default:
      return [{ key, operator: `${operator}|`, values }];
  }
}
