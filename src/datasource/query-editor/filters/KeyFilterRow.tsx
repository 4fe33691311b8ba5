import React from 'react';
import { IconButton, Stack } from '@grafana/ui';
import type { KeyFilter } from '@apitrail/contract';

import { useEditor, useFieldProblem } from '../editor-context';
import { keyOptions } from '../fields/key-options';
import { Picker } from '../fields/Picker';
import { MultiPicker } from '../fields/MultiPicker';
import { useFilterKeys } from '../fields/use-keys';
import { lowerFirst } from './lower-first';
import { arity, operatorOptions, withKey, withOperator } from './operators';
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
  const keys = useFilterKeys();
  const loadValues = useValueOptions(filter.key);
  const problem = useFieldProblem(path);
  const values = arity(filter.operator);

  return (
    <Stack direction="row" wrap="wrap" gap={0.5} alignItems="center">
      <Picker
        name={`${name} key`}
        width={22}
        createCustomValue
        placeholder="Key"
        invalid={problem !== undefined && filter.key === ''}
        options={keyOptions(keys, variables)}
        value={filter.key === '' ? null : filter.key}
        onChange={(key) => onChange(withKey(filter, key))}
      />
      <Picker
        name={`${name} operator`}
        width={12}
        options={operatorOptions(filter.key)}
        value={filter.operator}
        onChange={(operator) => onChange(withOperator(filter, operator))}
      />
      {values === 'one' && (
        <Picker
          name={`${name} value`}
          width={28}
          createCustomValue
          placeholder="Value"
          invalid={problem !== undefined && filter.key !== ''}
          options={loadValues}
          value={filter.value || null}
          onChange={(value) => onChange({ ...filter, value })}
          onClear={() => onChange({ ...filter, value: '' })}
        />
      )}
      {values === 'many' && (
        <MultiPicker
          name={`${name} values`}
          width={45}
          createCustomValue
          placeholder="Values"
          invalid={problem !== undefined && filter.key !== ''}
          options={loadValues}
          value={filter.values ?? []}
          onChange={(next) => onChange({ ...filter, values: next })}
        />
      )}
      <IconButton name="times" tooltip={`Remove ${lowerFirst(name)}`} onClick={onRemove} />
    </Stack>
  );
}
