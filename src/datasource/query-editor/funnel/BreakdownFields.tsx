import React from 'react';
import { Stack } from '@grafana/ui';

import type { ApitrailQueryOf } from '../../types';
import { useEditor } from '../editor-context';
import { FormField } from '../fields/FormField';
import { keyOptions } from '../fields/key-options';
import { NumberField } from '../fields/NumberField';
import { Picker } from '../fields/Picker';
import { useKeys } from '../fields/use-keys';
import type { FormProps } from '../form-props';

type Attribution = NonNullable<ApitrailQueryOf<'funnel'>['attribution']>;

const ATTRIBUTIONS = [
  { value: 'first', label: 'First step', description: 'The first step of an attempt that has a value.' },
  { value: 'last', label: 'Last step', description: 'The last step of an attempt that has a value.' },
  { value: 'all', label: 'Every step', description: 'Every value has a funnel of its own requests.' },
];

/** A key whose values the funnel is told apart by, and whose value an attempt has. */
export function BreakdownFields({ query, onChange }: FormProps<'funnel'>) {
  const { variables } = useEditor();
  const keys = useKeys();
  const steps = (query.steps ?? []).map(({ name }, index) => ({
    value: String(index + 1),
    label: `${index + 1}. ${name}`,
    description: 'Attempts that do not reach it are left out.',
  }));
  return (
    <Stack direction="row" wrap="wrap" gap={1}>
      <FormField label="Broken down by" path="breakdown">
        {({ id, invalid }) => (
          <Picker
            id={id}
            width={25}
            invalid={invalid}
            createCustomValue
            placeholder="Nothing"
            options={keyOptions(keys, variables)}
            value={query.breakdown ?? null}
            onChange={(breakdown) => onChange({ breakdown })}
            onClear={() => onChange({ breakdown: undefined, breakdownLimit: undefined, attribution: undefined })}
          />
        )}
      </FormField>
      {query.breakdown !== undefined && (
        <>
          <NumberField
            label="Values"
            path="breakdownLimit"
            fallback={10}
            min={1}
            max={200}
            value={query.breakdownLimit}
            onChange={(breakdownLimit, options) => onChange({ breakdownLimit }, options)}
          />
          <FormField label="Value of" path="attribution">
            {({ id, invalid }) => (
              <Picker
                id={id}
                width={24}
                invalid={invalid}
                options={[...ATTRIBUTIONS, ...steps]}
                value={String(query.attribution ?? 'first')}
                onChange={(of) => onChange({ attribution: /^\d+$/.test(of) ? Number(of) : (of as Attribution) })}
              />
            )}
          </FormField>
        </>
      )}
    </Stack>
  );
}
