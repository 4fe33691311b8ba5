import React from 'react';
import type { ComboboxOption } from '@grafana/ui';

import { useEditor } from '../editor-context';
import { FormField } from './FormField';
import { Picker } from './Picker';

interface ChoiceFieldProps<T extends string> {
  label: string;
  /** Undefined shows the default. */
  value: T | undefined;
  fallback: T;
  options: Array<ComboboxOption<T>>;
  onChange: (value: T) => void;
  description?: string;
  path?: string;
  width?: number;
}

/** One of a few; a dashboard variable may stand in its place. */
export function ChoiceField<T extends string>({
  label,
  value,
  fallback,
  options,
  onChange,
  description,
  path,
  width = 20,
}: ChoiceFieldProps<T>) {
  const { variables } = useEditor();
  const all = [...options, ...variables.map((name) => ({ value: name as T, label: name, group: 'Variables' }))];
  return (
    <FormField label={label} description={description} path={path}>
      {({ id, invalid }) => (
        <Picker
          id={id}
          width={width}
          invalid={invalid}
          options={variables.length > 0 ? all : options}
          value={value ?? fallback}
          onChange={onChange}
        />
      )}
    </FormField>
  );
}
