import React from 'react';
import type { Format } from '@apitrail/contract';

import { ChoiceField } from './ChoiceField';

const FORMATS: Record<Format, { label: string; description: string }> = {
  table: { label: 'Table', description: 'A row per group or request.' },
  time_series: { label: 'Time series', description: 'A value per bucket of time, for graphs.' },
  numeric: { label: 'Numeric', description: 'One value per group over the whole range, for alerts and expressions.' },
  logs: { label: 'Logs', description: 'Log lines, newest first.' },
};

interface FormatFieldProps<F extends Format> {
  value: F | undefined;
  /** What the query type can answer with; the first is the default. */
  formats: readonly [F, ...F[]];
  onChange: (format: F) => void;
}

/** The shape of the answer. */
export function FormatField<F extends Format>({ value, formats, onChange }: FormatFieldProps<F>) {
  return (
    <ChoiceField
      label="Format"
      path="format"
      width={16}
      value={value}
      fallback={formats[0]}
      options={formats.map((format) => ({ value: format, ...FORMATS[format] }))}
      onChange={onChange}
    />
  );
}
