import {
  COHORT_KEY,
  COHORT_OPERATORS,
  FILTER_OPERATORS,
  type FilterOperator,
  type KeyFilter,
} from '@apitrail/contract';
import type { ComboboxOption } from '@grafana/ui';

const MEANINGS: Record<FilterOperator, string> = {
  '=': 'is',
  '!=': 'is not, or has no value',
  '=|': 'is one of',
  '!=|': 'is none of, or has no value',
  '=~': 'matches the regular expression (RE2, anywhere)',
  '!~': 'does not match, or has no value',
  '<': 'is less than',
  '<=': 'is at most',
  '>': 'is greater than',
  '>=': 'is at least',
  exists: 'has a value',
  '!exists': 'has no value',
};

const OPERATOR_OPTIONS: Array<ComboboxOption<FilterOperator>> = FILTER_OPERATORS.map((operator) => ({
  value: operator,
  label: operator,
  description: MEANINGS[operator],
}));

/** The operators a key can be filtered with. */
export function operatorOptions(key: string): Array<ComboboxOption<FilterOperator>> {
  return key === COHORT_KEY
    ? OPERATOR_OPTIONS.filter(({ value }) => COHORT_OPERATORS.some((known) => known === value))
    : OPERATOR_OPTIONS;
}

/** The filter on another key, with an operator that key takes. */
export function withKey(filter: KeyFilter, key: string): KeyFilter {
  const taken = operatorOptions(key).some(({ value }) => value === filter.operator);
  return { ...(taken ? filter : withOperator(filter, '=')), key };
}

/** How many values the operator takes. */
export function arity(operator: FilterOperator): 'none' | 'one' | 'many' {
  if (operator === 'exists' || operator === '!exists') {
    return 'none';
  }
  return operator === '=|' || operator === '!=|' ? 'many' : 'one';
}

/** The filter with another operator, its values kept as far as that operator takes them. */
export function withOperator(filter: KeyFilter, operator: FilterOperator): KeyFilter {
  const given = filter.values ?? (filter.value === undefined ? [] : [filter.value]);
  switch (arity(operator)) {
    case 'none':
      return { key: filter.key, operator };
    case 'one':
      return { key: filter.key, operator, value: given[0] ?? '' };
    case 'many':
      return { key: filter.key, operator, values: given.filter((value) => value !== '') };
  }
}
