import React from 'react';

import { FormField } from './FormField';
import { Picker } from './Picker';
import { useEditor } from '../editor-context';

interface WindowFieldProps {
  label: string;
  value: string | undefined;
  fallback: string;
  onChange: (window: string) => void;
  description?: string;
  path?: string;
}

const WINDOWS = [
  { value: '5m', label: '5m', description: '5 minutes' },
  { value: '15m', label: '15m', description: '15 minutes' },
  { value: '30m', label: '30m', description: 'half an hour' },
  { value: '1h', label: '1h', description: 'an hour' },
  { value: '4h', label: '4h', description: '4 hours' },
  { value: '1d', label: '1d', description: 'a day' },
  { value: '7d', label: '7d', description: 'a week' },
  { value: '30d', label: '30d', description: '30 days' },
];

/** A length of time: a usual one is picked, any other can be typed. */
export function WindowField({ label, value, fallback, onChange, description, path }: WindowFieldProps) {
  const { variables } = useEditor();
  const named = variables.map((name) => ({ value: name, label: name, description: 'Dashboard variable' }));
  return (
    <FormField label={label} description={description} path={path}>
      {({ id, invalid }) => (
        <Picker
          id={id}
          width={14}
          invalid={invalid}
          createCustomValue
          options={[...WINDOWS, ...named]}
          value={value ?? fallback}
          onChange={onChange}
        />
      )}
    </FormField>
  );
}
