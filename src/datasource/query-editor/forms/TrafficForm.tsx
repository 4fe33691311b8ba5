import React from 'react';
import { Stack } from '@grafana/ui';

import { FormatField } from '../fields/FormatField';
import { KeyListField } from '../fields/KeyListField';
import { MetricListField } from '../fields/MetricFields';
import { LiveField } from '../fields/LiveField';
import { RangeFields } from '../fields/RangeFields';
import { TextField } from '../fields/TextField';
import { TopFields } from '../fields/TopFields';
import { FiltersField } from '../filters/FiltersField';
import type { FormProps, QueryTypeForm } from '../form-props';

function TrafficForm({ query, onChange }: FormProps<'traffic'>) {
  return (
    <>
      <Stack direction="row" wrap="wrap" gap={1}>
        <MetricListField
          label="Metrics"
          path="metrics"
          value={query.metrics ?? ['requests']}
          onChange={(metrics) => onChange({ metrics: metrics.length > 0 ? metrics : undefined })}
        />
        <KeyListField
          label="Group by"
          path="groupBy"
          placeholder="No grouping"
          value={query.groupBy ?? []}
          onChange={(groupBy) => onChange({ groupBy })}
        />
        <FormatField
          formats={['time_series', 'table', 'numeric']}
          value={query.format}
          onChange={(format) => onChange({ format })}
        />
      </Stack>
      <FiltersField value={query.filters} onChange={(filters) => onChange({ filters })} />
      <Stack direction="row" wrap="wrap" gap={1}>
        <TextField
          label="Containing"
          path="search"
          placeholder="Text in path, message or id"
          width={30}
          value={query.search}
          onChange={(search, options) => onChange({ search }, options)}
        />
        <TopFields
          query={query}
          onChange={onChange}
          orderByLabel="Top groups by"
          limitLabel="Groups"
          fallback={10}
          most={500}
        />
        {query.format !== 'numeric' && <LiveField value={query.live} onChange={(live) => onChange({ live })} />}
        <RangeFields buckets query={query} onChange={onChange} />
      </Stack>
    </>
  );
}

export const trafficForm: QueryTypeForm<'traffic'> = {
  type: 'traffic',
  label: 'Traffic',
  description: 'Metrics over time, one series per group.',
  initial: { metrics: ['requests'] },
  Form: TrafficForm,
};
