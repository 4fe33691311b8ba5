import React from 'react';
import { Stack } from '@grafana/ui';

import { FormatField } from '../fields/FormatField';
import { NumberField } from '../fields/NumberField';
import { RangeFields } from '../fields/RangeFields';
import { FiltersField } from '../filters/FiltersField';
import type { FormProps, QueryTypeForm } from '../form-props';
import { SqlField } from '../sql/SqlField';

function SqlForm({ query, onChange }: FormProps<'sql'>) {
  return (
    <>
      <SqlField value={query.sql ?? ''} onChange={(sql, options) => onChange({ sql }, options)} />
      <Stack direction="row" wrap="wrap" gap={1}>
        <FormatField
          formats={['table', 'time_series', 'numeric', 'logs']}
          value={query.format}
          onChange={(format) => onChange({ format })}
        />
        <NumberField
          label="Rows"
          path="limit"
          fallback={10_000}
          min={1}
          max={1_000_000}
          value={query.limit}
          onChange={(limit, options) => onChange({ limit }, options)}
        />
      </Stack>
      <FiltersField value={query.filters} onChange={(filters) => onChange({ filters })} />
      <RangeFields buckets query={query} onChange={onChange} />
    </>
  );
}

export const sqlForm: QueryTypeForm<'sql'> = {
  type: 'sql',
  label: 'SQL',
  description: 'One SELECT over the requests, in DuckDB’s dialect.',
  initial: {
    sql: 'SELECT service, route, count(*) AS requests\nFROM requests\nWHERE $__timeFilter(time)\nGROUP BY ALL\nORDER BY requests DESC',
  },
  Form: SqlForm,
};
