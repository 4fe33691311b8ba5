import type { AdHocVariableFilter } from '@grafana/data';
import type { FilterOperator, KeyFilter } from '@apitrail/contract';

/** Grafana's ad hoc filters as filters of the contract. One that a person has not finished is left out. */
export function fromAdHocFilters(filters: readonly AdHocVariableFilter[] = []): KeyFilter[] {
  return filters
    .filter((filter) => filter.key !== '' && filter.operator !== '')
    .map(({ key, operator, value, values }) => {
      const known = operator as FilterOperator;
      if (operator.endsWith('|')) {
        return { key, operator: known, values: values && values.length > 0 ? values : [value] };
      }
      return operator === 'exists' || operator === '!exists'
        ? { key, operator: known }
        : { key, operator: known, value };
    });
}
