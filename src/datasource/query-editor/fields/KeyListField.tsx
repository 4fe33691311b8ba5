import React from 'react';
import { MultiCombobox } from '@grafana/ui';

import { useEditor } from '../editor-context';
import { FormField } from './FormField';
import { keyOptions } from './key-options';
import { useKeys } from './use-keys';

interface KeyListFieldProps {
  label: string;
  value: readonly string[];
  onChange: (keys: string[]) => void;
  description?: string;
  path?: string;
  placeholder?: string;
}

/** Keys of the record, in order; `attributes.<name>` and variables can be typed. */
export function KeyListField({ label, value, onChange, description, path, placeholder }: KeyListFieldProps) {
  const { variables } = useEditor();
  const keys = useKeys();
  return (
    <FormField label={label} description={description} path={path}>
      {({ id, invalid }) => (
        <MultiCombobox
          id={id}
          width="auto"
          minWidth={25}
          maxWidth={60}
          invalid={invalid}
          createCustomValue
          placeholder={placeholder}
          options={keyOptions(keys, variables)}
          value={[...value]}
          onChange={(options) => onChange(options.map((option) => option.value))}
        />
      )}
    </FormField>
  );
}
