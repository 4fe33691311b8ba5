import React from 'react';
import { type CompareNumber, QUERY_SCHEMAS, type QueryType } from '@apitrail/contract';

import { useEditor } from '../editor-context';
import { ChoiceField } from './ChoiceField';
import { FormField } from './FormField';
import { Picker } from './Picker';

/** What a query says of its comparison with an earlier time. */
export interface Compared {
  timeShift?: string;
  compare?: CompareNumber;
}

interface CompareFieldsProps {
  query: Compared & { queryType: QueryType; format?: string };
  onChange: (patch: Compared) => void;
}

const NOTHING = 'none';

const SHIFTS = [
  { value: NOTHING, label: 'Nothing' },
  { value: '1h', label: '1 hour earlier' },
  { value: '1d', label: '1 day earlier', description: 'The same time of day, by the clock.' },
  { value: '1w', label: '1 week earlier', description: 'The same weekday and time of day.' },
  { value: '4w', label: '4 weeks earlier', description: 'The same weekday and time of day.' },
];

const NUMBERS = [
  { value: 'change' as const, label: 'Change', description: 'As a share of what it was: 0.5 is half as much again.' },
  { value: 'difference' as const, label: 'Difference', description: 'Now less then.' },
  { value: 'previous' as const, label: 'Earlier value', description: 'What it was then.' },
];

/** How much earlier the same is asked once more, and which number of both is answered where there can be only one. */
export function CompareFields({ query, onChange }: CompareFieldsProps) {
  const { timeShift, compare, format, queryType } = query;
  const { variables } = useEditor();
  const compares = timeShift !== undefined && timeShift !== NOTHING;
  const numbers = 'compare' in QUERY_SCHEMAS[queryType].shape;
  return (
    <>
      <FormField label="Compare with" path="timeShift">
        {({ id, invalid }) => (
          <Picker
            id={id}
            width={20}
            invalid={invalid}
            createCustomValue
            placeholder="Nothing"
            options={[...SHIFTS, ...variables.map((name) => ({ value: name, label: name, group: 'Variables' }))]}
            value={timeShift ?? null}
            onChange={(shift) => onChange({ timeShift: shift === NOTHING ? undefined : shift })}
            onClear={() => onChange({ timeShift: undefined })}
          />
        )}
      </FormField>
      {compares && numbers && format === 'numeric' && (
        <ChoiceField
          label="Compared as"
          path="compare"
          fallback="change"
          value={compare}
          options={NUMBERS}
          onChange={(next) => onChange({ compare: next })}
        />
      )}
    </>
  );
}
