import React from 'react';

import { FormField } from '../fields/FormField';
import { Picker } from '../fields/Picker';
import type { Step } from './steps';

interface StepNumberFieldProps {
  label: string;
  path: string;
  steps: readonly Step[];
  /** Counted from 1. */
  value: number | undefined;
  /** What it is when none is chosen. */
  placeholder: string;
  /** The first and the last step that can be chosen, counted from 1. */
  from?: number;
  to?: number;
  onChange: (step: number | undefined) => void;
}

/** A step of the funnel, by its name. */
export function StepNumberField({
  label,
  path,
  steps,
  value,
  placeholder,
  from = 1,
  to = steps.length,
  onChange,
}: StepNumberFieldProps) {
  const options = steps
    .map(({ name }, index) => ({ value: String(index + 1), label: `${index + 1}. ${name}` }))
    .slice(from - 1, to);
  return (
    <FormField label={label} path={path}>
      {({ id, invalid }) => (
        <Picker
          id={id}
          width={24}
          invalid={invalid}
          placeholder={placeholder}
          options={options}
          value={value === undefined ? null : String(value)}
          onChange={(step) => onChange(Number(step))}
          onClear={() => onChange(undefined)}
        />
      )}
    </FormField>
  );
}
