import React from 'react';
import { Switch } from '@grafana/ui';

import { FormField } from './FormField';

interface SwitchFieldProps {
  label: string;
  value: boolean;
  onChange: (value: boolean) => void;
  description?: string;
}

export function SwitchField({ label, value, onChange, description }: SwitchFieldProps) {
  return (
    <FormField label={label} description={description}>
      {({ id }) => <Switch id={id} value={value} onChange={(event) => onChange(event.currentTarget.checked)} />}
    </FormField>
  );
}
