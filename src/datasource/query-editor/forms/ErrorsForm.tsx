import React from 'react';
import { Stack } from '@grafana/ui';

import { FormatField } from '../fields/FormatField';
import { KeyListField } from '../fields/KeyListField';
import { NumberField } from '../fields/NumberField';
import { RangeFields } from '../fields/RangeFields';
import { FiltersField } from '../filters/FiltersField';
import type { FormProps, QueryTypeForm } from '../form-props';

function ErrorsForm({ query, onChange }: FormProps<'errors'>) {
  return (
    <>
      <Stack direction="row" wrap="wrap" gap={1}>
        <KeyListField
          label="A row per"
          path="groupBy"
          value={query.groupBy ?? ['error_group']}
          onChange={(groupBy) => onChange({ groupBy: groupBy.length > 0 ? groupBy : undefined })}
        />
        <FormatField
          formats={['table', 'time_series', 'numeric']}
          value={query.format}
          onChange={(format) => onChange({ format })}
        />
        <NumberField
          label="Rows"
          path="limit"
          fallback={100}
          min={1}
          max={5000}
          value={query.limit}
          onChange={(limit, options) => onChange({ limit }, options)}
        />
      </Stack>
      <FiltersField value={query.filters} onChange={(filters) => onChange({ filters })} />
      <RangeFields buckets query={query} onChange={onChange} />
    </>
  );
}

export const errorsForm: QueryTypeForm<'errors'> = {
  type: 'errors',
  label: 'Errors',
  description: 'Failed requests, grouped, with trend, share and the customers they touched.',
  initial: { groupBy: ['error_group'] },
  Form: ErrorsForm,
};
