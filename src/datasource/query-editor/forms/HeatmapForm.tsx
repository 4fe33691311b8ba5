import React from 'react';
import { Stack } from '@grafana/ui';
import { isAdditive, METRIC_NAMES } from '@apitrail/contract';

import { useEditor } from '../editor-context';
import { ChoiceField } from '../fields/ChoiceField';
import { FormatField } from '../fields/FormatField';
import { FormField } from '../fields/FormField';
import { keyOptions } from '../fields/key-options';
import { KeyListField } from '../fields/KeyListField';
import { MetricField } from '../fields/MetricFields';
import { NumberField } from '../fields/NumberField';
import { Picker } from '../fields/Picker';
import { RangeFields } from '../fields/RangeFields';
import { TopFields } from '../fields/TopFields';
import { useKeys } from '../fields/use-keys';
import { FiltersField } from '../filters/FiltersField';
import type { FormProps, QueryTypeForm } from '../form-props';

const COLUMNS = [
  { value: 'time', label: 'Time', description: 'A column per bucket of time.' },
  { value: 'hour_of_day', label: 'Hour of day', description: '0 to 23, in the time zone.' },
  { value: 'day_of_week', label: 'Day of week', description: 'Monday to Sunday, in the time zone.' },
];

const ROWS = [
  { value: 'keys' as const, label: 'Keys', description: 'A row per endpoint, or per other keys.' },
  { value: 'latency' as const, label: 'Latency', description: 'A row per range of durations.' },
];

const SHARES = [
  { value: 'none' as const, label: 'None', description: 'The metric itself.' },
  { value: 'row' as const, label: 'Of the row', description: 'What share of its row a cell is.' },
  { value: 'column' as const, label: 'Of the column', description: 'What share of its column a cell is.' },
  { value: 'total' as const, label: 'Of the total', description: 'What share of everything a cell is.' },
];

const DEFAULT_ROWS = ['service', 'method', 'route'];

function HeatmapForm({ query, onChange }: FormProps<'heatmap'>) {
  const { variables } = useEditor();
  const keys = useKeys();
  const latency = query.y === 'latency';
  const metric = query.metric ?? 'requests';
  const known = METRIC_NAMES.includes(metric);
  return (
    <>
      <Stack direction="row" wrap="wrap" gap={1}>
        <MetricField
          label="Metric"
          path="metric"
          fallback="requests"
          value={query.metric}
          onChange={(next) => onChange({ metric: next })}
        />
        <FormField label="Columns" path="x">
          {({ id, invalid }) => (
            <Picker
              id={id}
              width={20}
              invalid={invalid}
              createCustomValue
              options={[
                ...COLUMNS.map((option) => ({ ...option, group: 'Time' })),
                ...keyOptions(keys, variables).map((option) => ({ group: 'Keys', ...option })),
              ].filter((option, index, all) => all.findIndex(({ value }) => value === option.value) === index)}
              value={query.x ?? 'time'}
              onChange={(x) => onChange({ x })}
            />
          )}
        </FormField>
        <ChoiceField
          label="Rows"
          fallback="keys"
          width={14}
          value={latency ? 'latency' : 'keys'}
          options={ROWS}
          onChange={(rows) => onChange({ y: rows === 'latency' ? 'latency' : DEFAULT_ROWS })}
        />
        {!latency && (
          <KeyListField
            label="A row per"
            path="y"
            value={Array.isArray(query.y) ? query.y : DEFAULT_ROWS}
            onChange={(y) => onChange({ y: y.length > 0 ? y : undefined })}
          />
        )}
        <FormatField
          formats={['table', 'time_series', 'numeric']}
          value={query.format}
          onChange={(format) => onChange({ format })}
        />
      </Stack>
      <FiltersField value={query.filters} onChange={(filters) => onChange({ filters })} />
      <Stack direction="row" wrap="wrap" gap={1}>
        {(!known || isAdditive(metric)) && (
          <ChoiceField
            label="Share"
            path="normalise"
            fallback="none"
            width={16}
            value={query.normalise}
            options={SHARES}
            onChange={(normalise) => onChange({ normalise })}
          />
        )}
        <TopFields
          query={query}
          onChange={onChange}
          orderByLabel="Top rows by"
          limitLabel="Row limit"
          fallback={30}
          most={500}
        />
        <NumberField
          label="Fewest requests"
          path="minSamples"
          fallback={0}
          min={0}
          max={1_000_000}
          value={query.minSamples}
          onChange={(minSamples, options) => onChange({ minSamples }, options)}
        />
        <RangeFields buckets={(query.x ?? 'time') === 'time'} query={query} onChange={onChange} />
      </Stack>
    </>
  );
}

export const heatmapForm: QueryTypeForm<'heatmap'> = {
  type: 'heatmap',
  label: 'Heatmap',
  description: 'A matrix: a metric by endpoint and time, hour of day, or another key.',
  initial: { metric: 'requests' },
  Form: HeatmapForm,
};
