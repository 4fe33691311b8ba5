import React from 'react';
import { Stack } from '@grafana/ui';

import { FormatField } from '../fields/FormatField';
import { KeyListField } from '../fields/KeyListField';
import { MetricListField } from '../fields/MetricFields';
import { RangeFields } from '../fields/RangeFields';
import { TopFields } from '../fields/TopFields';
import { FiltersField } from '../filters/FiltersField';
import type { FormProps, QueryTypeForm } from '../form-props';

function EndpointsForm({ query, onChange }: FormProps<'endpoints'>) {
  return (
    <>
      <Stack direction="row" wrap="wrap" gap={1}>
        <KeyListField
          label="A row per"
          path="groupBy"
          value={query.groupBy ?? ['service', 'method', 'route']}
          onChange={(groupBy) => onChange({ groupBy: groupBy.length > 0 ? groupBy : undefined })}
        />
        <MetricListField
          label="Metrics"
          path="metrics"
          value={query.metrics ?? ['requests', 'error_rate', 'p95']}
          onChange={(metrics) => onChange({ metrics: metrics.length > 0 ? metrics : undefined })}
        />
        <FormatField
          formats={['table', 'time_series', 'numeric']}
          value={query.format}
          onChange={(format) => onChange({ format })}
        />
      </Stack>
      <FiltersField value={query.filters} onChange={(filters) => onChange({ filters })} />
      <Stack direction="row" wrap="wrap" gap={1}>
        <TopFields
          query={query}
          onChange={onChange}
          orderByLabel="Top rows by"
          limitLabel="Rows"
          fallback={100}
          most={5000}
        />
        <RangeFields buckets query={query} onChange={onChange} />
      </Stack>
    </>
  );
}

export const endpointsForm: QueryTypeForm<'endpoints'> = {
  type: 'endpoints',
  label: 'Endpoints',
  description: 'A row per endpoint, or per other keys: how each behaves over the whole range.',
  initial: { groupBy: ['service', 'method', 'route'], metrics: ['requests', 'error_rate', 'p95'] },
  Form: EndpointsForm,
};
