import React from 'react';
import { Label } from '@grafana/ui';
import type { Filter } from '@apitrail/contract';

import { FilterList } from './FilterList';

interface FiltersFieldProps {
  /** As saved: numbers and booleans may stand where the contract has text. */
  value: unknown;
  onChange: (filters: Filter[] | undefined) => void;
  label?: string;
  description?: string;
  path?: string;
  name?: string;
}

/** The filters of a query or of a step. */
export function FiltersField({
  value,
  onChange,
  label = 'Filters',
  description,
  path = 'filters',
  name = 'Filter',
}: FiltersFieldProps) {
  return (
    <div role="group" aria-label={label}>
      <Label description={description}>{label}</Label>
      <FilterList
        filters={Array.isArray(value) ? value : []}
        onChange={(filters) => onChange(filters.length > 0 ? filters : undefined)}
        path={path}
        name={name}
      />
    </div>
  );
}
