import type { QueryFilterOptions, QueryFixAction, ToggleFilterAction } from '@grafana/data';
import { type Filter, type KeyFilter, parseKey } from '@apitrail/contract';

import type { ApitrailQuery } from '../types';

/** What a click on a value or a selected text in Explore may ask for. */
export const QUERY_MODIFICATIONS = ['ADD_FILTER', 'ADD_FILTER_OUT', 'ADD_STRING_FILTER'] as const;

/** Whether the query keeps only rows with the value, by a filter of its own. */
export function queryHasFilter(query: ApitrailQuery, { key = '', value = '' }: QueryFilterOptions): boolean {
  return holds(filtersOf(query), key, '=', value);
}

/**
 * Filters for a value or out of it. A filter that is there already is taken away again; the opposite one gives way; a
 * further value of a key that is filtered for becomes one of several, since a row has only one. An empty value stands
 * for rows without the key, and a time for its whole millisecond, which is all that Grafana knows of it.
 */
export function toggleQueryFilter(query: ApitrailQuery, { type, options }: ToggleFilterAction): ApitrailQuery {
  const { key = '', value = '' } = options;
  if (!parseKey(key)) {
    return query;
  }
  const [wanted, opposite] = type === 'FILTER_FOR' ? (['=', '!='] as const) : (['!=', '='] as const);
  const filters = filtersOf(query);
  const rest = without(without(filters, key, opposite, value), key, wanted, value);
  return { ...query, filters: holds(filters, key, wanted, value) ? rest : withValue(rest, key, wanted, value) };
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

function holds(filters: Filter[], key: string, operator: Equality, value: string): boolean {
  const special = specialFilter(key, operator, value);
  return filters.some((filter) =>
    special ? isSame(filter, special) : isFor(filter, key, operator) && valuesOf(filter).includes(value)
  );
}

/** The filters without what filters for the value, or out of it, and with the other values of a filter for several. */
function without(filters: Filter[], key: string, operator: Equality, value: string): Filter[] {
  const special = specialFilter(key, operator, value);
  if (special) {
    return filters.filter((filter) => !isSame(filter, special));
  }
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
  const special = specialFilter(key, operator, value);
  if (special) {
    return holds(filters, key, operator, value) ? filters : [...filters, special];
  }
  const index = filters.findIndex((filter) => isFor(filter, key, operator));
  if (index < 0) {
    return [...filters, ...equals(key, operator, [value])];
  }
  const values = [...new Set([...valuesOf(filters[index] as KeyFilter), value])];
  return filters.toSpliced(index, 1, ...equals(key, operator, values));
}

/** The filter of a value that `=` does not find: none at all, and a time of which only milliseconds are known. */
function specialFilter(key: string, operator: Equality, value: string): Filter | undefined {
  if (value === '') {
    return { key, operator: operator === '=' ? '!exists' : 'exists' };
  }
  const known = parseKey(key);
  if (known?.kind !== 'column' || known.column.type !== 'timestamp' || !/^\d+$/.test(value)) {
    return undefined;
  }
  const next = String(Number(value) + 1);
  return operator === '='
    ? {
        all: [
          { key, operator: '>=', value },
          { key, operator: '<', value: next },
        ],
      }
    : {
        any: [
          { key, operator: '<', value },
          { key, operator: '>=', value: next },
        ],
      };
}

function isSame(one: Filter, other: Filter): boolean {
  return JSON.stringify(one) === JSON.stringify(other);
}

function isFor(filter: Filter, key: string, operator: Equality): filter is KeyFilter {
  return 'key' in filter && filter.key === key && (filter.operator === operator || filter.operator === `${operator}|`);
}

function valuesOf({ value, values }: KeyFilter): string[] {
  return (values ?? [value]).map(String);
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
