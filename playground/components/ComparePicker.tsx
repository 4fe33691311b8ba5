import React from 'react';
import { InlineField, RadioButtonGroup } from '@grafana/ui';

/** Compares with nothing, as the contract says it. */
export const NO_COMPARISON = 'none';

/** As the shipped dashboards offer them. */
const CHOICES = [
  { value: NO_COMPARISON, label: 'Nothing' },
  { value: '1d', label: '1 day earlier' },
  { value: '1w', label: '1 week earlier' },
];

interface Props {
  value: string;
  onChange: (value: string) => void;
}

/** What the panels of a page compare with, as the variable of the shipped dashboards says it. */
export function ComparePicker({ value, onChange }: Props) {
  return (
    <InlineField label="Compare with">
      <RadioButtonGroup aria-label="Compare with" options={CHOICES} value={value} onChange={onChange} />
    </InlineField>
  );
}
