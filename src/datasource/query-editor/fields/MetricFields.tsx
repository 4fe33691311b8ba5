import React, { useMemo } from 'react';
import { type ComboboxOption } from '@grafana/ui';
import { type MetricName, METRICS } from '@apitrail/contract';

import { useEditor } from '../editor-context';
import { ChoiceField } from './ChoiceField';
import { FormField } from './FormField';
import { MultiPicker } from './MultiPicker';

const OPTIONS: Array<ComboboxOption<MetricName>> = METRICS.map(({ name, displayName, description }) => ({
  value: name as MetricName,
  label: displayName,
  description,
}));

interface MetricFieldProps {
  label: string;
  value: MetricName | undefined;
  fallback: MetricName;
  onChange: (metric: MetricName) => void;
  description?: string;
  path: string;
}

/** One metric. */
export function MetricField(props: MetricFieldProps) {
  return <ChoiceField {...props} options={OPTIONS} width={25} />;
}

interface MetricListFieldProps {
  label: string;
  value: readonly MetricName[];
  onChange: (metrics: MetricName[]) => void;
  path: string;
}

/** Metrics, in order. */
export function MetricListField({ label, value, onChange, path }: MetricListFieldProps) {
  const { variables } = useEditor();
  const options = useMemo(
    () => [...OPTIONS, ...variables.map((name) => ({ value: name as MetricName, label: name }))],
    [variables]
  );
  return (
    <FormField label={label} path={path}>
      {({ id, invalid }) => (
        <MultiPicker id={id} width={45} invalid={invalid} options={options} value={value} onChange={onChange} />
      )}
    </FormField>
  );
}
