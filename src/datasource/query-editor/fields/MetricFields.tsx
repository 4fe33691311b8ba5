import React from 'react';
import { MultiCombobox, type ComboboxOption } from '@grafana/ui';
import { type MetricName, METRICS } from '@apitrail/contract';

import { useEditor } from '../editor-context';
import { ChoiceField } from './ChoiceField';
import { FormField } from './FormField';

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
  const all = [
    ...OPTIONS,
    ...variables.map((name) => ({ value: name as MetricName, label: name, group: 'Variables' })),
  ];
  return (
    <FormField label={label} path={path}>
      {({ id, invalid }) => (
        <MultiCombobox
          id={id}
          width="auto"
          minWidth={25}
          maxWidth={60}
          invalid={invalid}
          options={variables.length > 0 ? all : OPTIONS}
          value={[...value]}
          onChange={(options) => onChange(options.map((option) => option.value))}
        />
      )}
    </FormField>
  );
}
