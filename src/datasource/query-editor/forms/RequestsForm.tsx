import React from 'react';
import { Stack } from '@grafana/ui';
import { QUERY_SCHEMAS } from '@apitrail/contract';

import { ChoiceField } from '../fields/ChoiceField';
import { FormatField } from '../fields/FormatField';
import { KeyField } from '../fields/KeyField';
import { KeyListField } from '../fields/KeyListField';
import { NumberField } from '../fields/NumberField';
import { LiveField } from '../fields/LiveField';
import { RangeFields } from '../fields/RangeFields';
import { TextField } from '../fields/TextField';
import { FiltersField } from '../filters/FiltersField';
import type { FormProps, QueryTypeForm } from '../form-props';

const DEFAULTS = QUERY_SCHEMAS.requests.parse({ refId: 'A', queryType: 'requests' });

const DIRECTIONS = [
  { value: 'desc' as const, label: 'Descending' },
  { value: 'asc' as const, label: 'Ascending' },
];

function RequestsForm({ query, onChange }: FormProps<'requests'>) {
  const [first, ...others] = query.orderBy ?? DEFAULTS.orderBy;
  const order = first ?? DEFAULTS.orderBy[0]!;
  return (
    <>
      <Stack direction="row" wrap="wrap" gap={1}>
        <FormatField formats={['table', 'logs']} value={query.format} onChange={(format) => onChange({ format })} />
        <KeyListField
          label="Columns"
          path="columns"
          value={query.columns ?? DEFAULTS.columns}
          onChange={(columns) => onChange({ columns: columns.length > 0 ? columns : undefined })}
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
        <KeyField
          label="Order by"
          path="orderBy"
          value={order.key}
          onChange={(key) => onChange({ orderBy: [{ ...order, key }, ...others] })}
        />
        <ChoiceField
          label="Direction"
          fallback="desc"
          width={16}
          value={order.direction}
          options={DIRECTIONS}
          onChange={(direction) => onChange({ orderBy: [{ ...order, direction }, ...others] })}
        />
        <NumberField
          label="Rows"
          path="limit"
          fallback={500}
          min={1}
          max={10_000}
          value={query.limit}
          onChange={(limit, options) => onChange({ limit }, options)}
        />
        <LiveField value={query.live} onChange={(live) => onChange({ live })} />
        <RangeFields buckets={false} query={query} onChange={onChange} />
      </Stack>
    </>
  );
}

export const requestsForm: QueryTypeForm<'requests'> = {
  type: 'requests',
  label: 'Requests',
  description: 'The requests themselves, as a table or as log lines.',
  initial: {},
  Form: RequestsForm,
};
