import React from 'react';

import { useEditor } from '../editor-context';
import { FormField } from './FormField';
import { keyOptions } from './key-options';
import { Picker } from './Picker';
import { useKeys } from './use-keys';

interface KeyFieldProps {
  label: string;
  value: string | undefined;
  onChange: (key: string) => void;
  description?: string;
  path?: string;
}

/** A key of the record; `attributes.<name>` and variables can be typed. */
export function KeyField({ label, value, onChange, description, path }: KeyFieldProps) {
  const { variables } = useEditor();
  const keys = useKeys();
  return (
    <FormField label={label} description={description} path={path}>
      {({ id, invalid }) => (
        <Picker
          id={id}
          width={25}
          invalid={invalid}
          createCustomValue
          placeholder="Choose a key"
          options={keyOptions(keys, variables)}
          value={value ?? null}
          onChange={onChange}
        />
      )}
    </FormField>
  );
}
