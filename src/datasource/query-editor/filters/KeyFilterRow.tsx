import React, { useId } from 'react';
import { Combobox, IconButton, MultiCombobox, Stack } from '@grafana/ui';
import type { KeyFilter } from '@apitrail/contract';

import { VisuallyHidden } from '../../../components/VisuallyHidden';
import { useEditor, useFieldProblem } from '../editor-context';
import { keyOptions } from '../fields/key-options';
import { useKeys } from '../fields/use-keys';
import { lowerFirst } from './lower-first';
import { arity, OPERATOR_OPTIONS, withOperator } from './operators';
import { useValueOptions } from './use-values';

interface KeyFilterRowProps {
  filter: KeyFilter;
  /** Such as "Filter 1"; the names of its three fields start with it. */
  name: string;
  path: string;
  onChange: (filter: KeyFilter) => void;
  onRemove: () => void;
}

/** A condition on a key: key, operator and the values that occur. */
export function KeyFilterRow({ filter, name, path, onChange, onRemove }: KeyFilterRowProps) {
  const { variables } = useEditor();
  const keys = useKeys();
  const loadValues = useValueOptions(filter.key);
  const problem = useFieldProblem(path);
  const values = arity(filter.operator);
  const valuesLabel = useId();

  return (
    <Stack direction="row" wrap="wrap" gap={0.5} alignItems="center">
      <Combobox
        aria-label={`${name} key`}
        width={22}
        createCustomValue
        placeholder="Key"
        invalid={problem !== undefined && filter.key === ''}
        options={keyOptions(keys, variables)}
        value={filter.key === '' ? null : filter.key}
        onChange={(option) => onChange({ ...filter, key: option.value })}
      />
      <Combobox
        aria-label={`${name} operator`}
        width={12}
        options={OPERATOR_OPTIONS}
        value={filter.operator}
        onChange={(option) => onChange(withOperator(filter, option.value))}
      />
      {values === 'one' && (
        <Combobox
          aria-label={`${name} value`}
          width={28}
          createCustomValue
          isClearable
          placeholder="Value"
          invalid={problem !== undefined && filter.key !== ''}
          options={loadValues}
          value={filter.value ? { value: filter.value, label: filter.value } : null}
          onChange={(option) => onChange({ ...filter, value: option?.value ?? '' })}
        />
      )}
      {values === 'many' && (
        <>
          <VisuallyHidden id={valuesLabel}>{`${name} values`}</VisuallyHidden>
          <MultiCombobox
            aria-labelledby={valuesLabel}
            width="auto"
            minWidth={28}
            maxWidth={60}
            createCustomValue
            placeholder="Values"
            invalid={problem !== undefined && filter.key !== ''}
            options={loadValues}
            value={(filter.values ?? []).map((value) => ({ value, label: value }))}
            onChange={(options) => onChange({ ...filter, values: options.map((option) => option.value) })}
          />
        </>
      )}
      <IconButton name="times" tooltip={`Remove ${lowerFirst(name)}`} onClick={onRemove} />
    </Stack>
  );
}
