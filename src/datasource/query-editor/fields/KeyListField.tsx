import React, { useMemo } from 'react';

import { useEditor } from '../editor-context';
import { FormField } from './FormField';
import { keyOptions } from './key-options';
import { MultiPicker } from './MultiPicker';
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
  const options = useMemo(() => keyOptions(keys, variables), [keys, variables]);
  return (
    <FormField label={label} description={description} path={path}>
      {({ id, invalid }) => (
        <MultiPicker
          id={id}
          width={45}
          invalid={invalid}
          createCustomValue
          placeholder={placeholder}
          options={options}
          value={value}
          onChange={onChange}
        />
      )}
    </FormField>
  );
}
