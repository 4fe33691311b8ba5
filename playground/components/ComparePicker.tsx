import React from 'react';
import { css } from '@emotion/css';
import { InlineField, RadioButtonGroup } from '@grafana/ui';

/** Compares with nothing, as the contract says it. */
export const NO_COMPARISON = 'none';

/** As the shipped dashboards offer them. */
const CHOICES = [
  { value: NO_COMPARISON, label: 'Nothing' },
  { value: '1d', label: '1 day', description: 'The same a day earlier.' },
  { value: '1w', label: '1 week', description: 'The same a week earlier.' },
];

// The label stands above where the window is narrow.
const WRAPPED = css({ flexWrap: 'wrap', minWidth: 0, maxWidth: '100%' });

interface Props {
  value: string;
  onChange: (value: string) => void;
}

/** What the panels of a page compare with, as the variable of the shipped dashboards says it. */
export function ComparePicker({ value, onChange }: Props) {
  return (
    <InlineField label="Compare with" className={WRAPPED}>
      <RadioButtonGroup aria-label="Compare with" options={CHOICES} value={value} onChange={onChange} />
    </InlineField>
  );
}
