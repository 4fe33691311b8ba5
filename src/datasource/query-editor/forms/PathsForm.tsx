import React from 'react';
import { Stack } from '@grafana/ui';

import { ChoiceField } from '../fields/ChoiceField';
import { FormatField } from '../fields/FormatField';
import { KeyListField } from '../fields/KeyListField';
import { NumberField } from '../fields/NumberField';
import { RangeFields } from '../fields/RangeFields';
import { SwitchField } from '../fields/SwitchField';
import { TextField } from '../fields/TextField';
import { UnitFields } from '../fields/UnitFields';
import { FiltersField } from '../filters/FiltersField';
import type { FormProps, QueryTypeForm } from '../form-props';
import { PathsFunnelForm, newPathsFunnel } from './PathsFunnelForm';

const DIRECTIONS = [
  { value: 'after' as const, label: 'After', description: 'Where they go from there.' },
  { value: 'before' as const, label: 'Before', description: 'Where they come from.' },
];

const ANCHORS = [
  {
    value: 'requests' as const,
    label: 'Requests',
    description: 'Requests that filters name; without any, whole sessions.',
  },
  {
    value: 'funnel' as const,
    label: 'Funnel step',
    description: 'Where units reached a step of a funnel, or dropped.',
  },
];

const COUNTINGS = [
  { value: 'units' as const, label: 'Units', description: 'Each once, by its first path.' },
  { value: 'sessions' as const, label: 'Sessions', description: 'Each session once.' },
  {
    value: 'transitions' as const,
    label: 'Transitions',
    description: 'From every request that paths are anchored on.',
  },
];

const SESSIONS = [
  { value: 'gap' as const, label: 'By pause', description: 'A longer pause begins another session.' },
  { value: 'id' as const, label: 'By id', description: 'Requests with the same session id.' },
];

const NUMBERS = [
  { value: 'value' as const, label: 'Count', description: 'How many take each link.' },
  { value: 'share' as const, label: 'Share', description: 'Of those at its begin, or at its end before an anchor.' },
  { value: 'median_ms' as const, label: 'Median time', description: 'From the one request to the other.' },
];

const DEFAULT_NODES = ['method', 'route'];

function PathsForm({ query, onChange }: FormProps<'paths'>) {
  const onFunnel = query.funnel !== undefined;
  return (
    <>
      <Stack direction="row" wrap="wrap" gap={1}>
        <UnitFields query={query} onChange={onChange} />
        <ChoiceField
          label="Paths"
          path="direction"
          fallback="after"
          width={14}
          value={query.direction}
          options={DIRECTIONS}
          onChange={(direction) => onChange({ direction })}
        />
        <ChoiceField
          label="Anchored on"
          fallback="requests"
          value={onFunnel ? 'funnel' : 'requests'}
          options={ANCHORS}
          onChange={(anchor) =>
            onChange(
              anchor === 'funnel' ? { funnel: newPathsFunnel(query.anchor), anchor: undefined } : { funnel: undefined }
            )
          }
        />
        <ChoiceField
          label="Counted"
          path="counting"
          fallback="units"
          width={16}
          value={query.counting}
          options={COUNTINGS}
          onChange={(counting) => onChange({ counting })}
        />
        <KeyListField
          label="A node per"
          path="groupBy"
          value={query.groupBy ?? DEFAULT_NODES}
          onChange={(groupBy) => onChange({ groupBy: groupBy.length > 0 ? groupBy : undefined })}
        />
        <FormatField formats={['table', 'numeric']} value={query.format} onChange={(format) => onChange({ format })} />
        {query.format === 'numeric' && (
          <ChoiceField
            label="Number"
            path="metric"
            fallback="value"
            value={query.metric}
            options={NUMBERS}
            onChange={(metric) => onChange({ metric })}
          />
        )}
      </Stack>
      {query.funnel === undefined ? (
        <FiltersField
          label={query.direction === 'before' ? 'Paths end with a request where' : 'Paths begin with a request where'}
          description="Without any, whole sessions are followed."
          name="Anchor filter"
          path="anchor"
          value={query.anchor}
          onChange={(anchor) => onChange({ anchor })}
        />
      ) : (
        <PathsFunnelForm funnel={query.funnel} onChange={(funnel, options) => onChange({ funnel }, options)} />
      )}
      <Stack direction="row" wrap="wrap" gap={1}>
        <NumberField
          label="Depth"
          path="depth"
          fallback={5}
          min={1}
          max={20}
          value={query.depth}
          onChange={(depth, options) => onChange({ depth }, options)}
        />
        <NumberField
          label="Rows per step"
          path="rowsPerStep"
          fallback={5}
          min={1}
          max={50}
          value={query.rowsPerStep}
          onChange={(rowsPerStep, options) => onChange({ rowsPerStep }, options)}
        />
        <ChoiceField
          label="Sessions"
          path="sessions"
          fallback="gap"
          width={14}
          value={query.sessions}
          options={SESSIONS}
          onChange={(sessions) => onChange({ sessions })}
        />
        <TextField
          label="Pause"
          path="sessionGap"
          placeholder="30m"
          width={12}
          value={query.sessionGap}
          onChange={(sessionGap, options) => onChange({ sessionGap }, options)}
        />
        <SwitchField
          label="Repeats as one"
          value={query.collapse ?? true}
          onChange={(collapse) => onChange({ collapse })}
        />
      </Stack>
      <FiltersField
        label="Filters on every request"
        description="Requests outside are not seen at all."
        value={query.filters}
        onChange={(filters) => onChange({ filters })}
      />
      <RangeFields buckets={false} query={query} onChange={onChange} />
    </>
  );
}

export const pathsForm: QueryTypeForm<'paths'> = {
  type: 'paths',
  label: 'Paths',
  description: 'Where customers, sessions or accounts go after a request, or come from before it.',
  initial: { unit: 'customer' },
  Form: PathsForm,
};
