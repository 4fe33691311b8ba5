import React from 'react';
import { Stack } from '@grafana/ui';

import { KeyField } from '../fields/KeyField';
import { NumberField } from '../fields/NumberField';
import { RangeFields } from '../fields/RangeFields';
import { TextField } from '../fields/TextField';
import { FiltersField } from '../filters/FiltersField';
import type { FormProps, QueryTypeForm } from '../form-props';

function ValuesForm({ query, onChange }: FormProps<'values'>) {
  return (
    <>
      <Stack direction="row" wrap="wrap" gap={1}>
        <KeyField label="Key" path="key" value={query.keyName} onChange={(keyName) => onChange({ keyName })} />
        <TextField
          label="Containing"
          path="search"
          value={query.search}
          onChange={(search, options) => onChange({ search }, options)}
        />
        <NumberField
          label="Values"
          path="limit"
          fallback={200}
          min={1}
          max={5000}
          value={query.limit}
          onChange={(limit, options) => onChange({ limit }, options)}
        />
      </Stack>
      <FiltersField value={query.filters} onChange={(filters) => onChange({ filters })} />
      <RangeFields buckets={false} query={query} onChange={onChange} />
    </>
  );
}

export const valuesForm: QueryTypeForm<'values'> = {
  type: 'values',
  label: 'Values',
  description: 'Values of a key, most frequent first.',
  initial: { keyName: 'service' },
  Form: ValuesForm,
};
