import React from 'react';
import { Input } from '@grafana/ui';

import { FormField } from './FormField';
import { useDraft } from './use-draft';

interface NumberFieldProps {
  label: string;
  value: number | undefined;
  onChange: (value: number | undefined, options: { run: boolean }) => void;
  /** The default, shown while the field is empty. */
  fallback: number | string;
  min: number;
  max: number;
  description?: string;
  path?: string;
}

/** A whole number; empty is the default. */
export function NumberField({ label, value, onChange, fallback, min, max, description, path }: NumberFieldProps) {
  const draft = useDraft(value === undefined ? '' : String(value), (text, run) =>
    onChange(text.trim() === '' || !Number.isFinite(Number(text)) ? undefined : Number(text), { run })
  );
  return (
    <FormField label={label} description={description} path={path}>
      {({ id }) => (
        <Input
          id={id}
          type="number"
          width={12}
          min={min}
          max={max}
          step={1}
          value={draft.text}
          placeholder={String(fallback)}
          onChange={(event) => draft.onType(event.currentTarget.value)}
          onBlur={draft.onBlur}
          onKeyDown={draft.onKeyDown}
        />
      )}
    </FormField>
  );
}
