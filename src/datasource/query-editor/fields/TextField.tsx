import React from 'react';
import { Input } from '@grafana/ui';

import { FormField } from './FormField';
import { useDraft } from './use-draft';

interface TextFieldProps {
  label: string;
  value: string | undefined;
  onChange: (text: string | undefined, options: { run: boolean }) => void;
  description?: string;
  placeholder?: string;
  path?: string;
  /** In units of the theme's spacing. */
  width?: number;
}

/** A line of text; empty is the default. */
export function TextField({ label, value, onChange, description, placeholder, path, width = 20 }: TextFieldProps) {
  const draft = useDraft(value ?? '', (text, run) => onChange(text === '' ? undefined : text, { run }));
  return (
    <FormField label={label} description={description} path={path}>
      {({ id }) => (
        <Input
          id={id}
          width={width}
          value={draft.text}
          placeholder={placeholder}
          onChange={(event) => draft.onType(event.currentTarget.value)}
          onBlur={draft.onBlur}
          onKeyDown={draft.onKeyDown}
        />
      )}
    </FormField>
  );
}
