import React from 'react';
import { Stack } from '@grafana/ui';
import { MOST_RETENTION_PERIODS, RETENTION_PERIODS } from '@apitrail/contract';

import { ChoiceField } from '../fields/ChoiceField';
import { FormatField } from '../fields/FormatField';
import { NumberField } from '../fields/NumberField';
import { NumberListField } from '../fields/NumberListField';
import { RangeFields } from '../fields/RangeFields';
import { UnitFields } from '../fields/UnitFields';
import { FiltersField } from '../filters/FiltersField';
import type { FormProps, QueryTypeForm } from '../form-props';

const INTERVALS = [
  { value: 'hour' as const, label: 'Hours' },
  { value: 'day' as const, label: 'Days' },
  { value: 'week' as const, label: 'Weeks', description: 'From Monday on.' },
  { value: 'month' as const, label: 'Months' },
];

const MODES = [
  {
    value: 'on_or_after' as const,
    label: 'Then or later',
    description: 'Returned in the interval of the column or a later one.',
  },
  { value: 'on' as const, label: 'Then', description: 'Returned in the interval of the column.' },
  {
    value: 'streak' as const,
    label: 'Every time',
    description: 'Returned in every interval up to that of the column.',
  },
];

const ALIGNMENTS = [
  { value: 'calendar' as const, label: 'Calendar', description: 'Days from midnight, in the time zone.' },
  { value: 'rolling' as const, label: 'Rolling', description: 'From the start itself on: a day is 24 hours after it.' },
];

const STARTS = [
  { value: 'every' as const, label: 'Every start', description: 'In the cohort of each interval somebody starts in.' },
  { value: 'first' as const, label: 'First start', description: 'Only in the cohort of the first start in all data.' },
];

const VIEWS = [
  { value: 'cohorts' as const, label: 'Cohorts', description: 'A row per cohort, a column per interval.' },
  { value: 'curve' as const, label: 'Curve', description: 'The mean of all cohorts, a row per interval.' },
];

const NUMBERS = [
  { value: 'rate' as const, label: 'Rate', description: 'Share that returned.' },
  { value: 'units' as const, label: 'Count', description: 'How many returned.' },
];

function RetentionForm({ query, onChange }: FormProps<'retention'>) {
  const interval = query.interval ?? 'day';
  return (
    <>
      <Stack direction="row" wrap="wrap" gap={1}>
        <UnitFields query={query} onChange={onChange} />
        <ChoiceField
          label="Cohorts by"
          path="interval"
          fallback="day"
          width={14}
          value={query.interval}
          options={INTERVALS}
          onChange={(next) => onChange({ interval: next })}
        />
        <ChoiceField
          label="Returned"
          path="mode"
          fallback="on_or_after"
          value={query.mode}
          options={MODES}
          onChange={(mode) => onChange({ mode })}
        />
        <ChoiceField
          label="Intervals"
          path="alignment"
          fallback="calendar"
          width={16}
          value={query.alignment}
          options={ALIGNMENTS}
          onChange={(alignment) => onChange({ alignment })}
        />
        <ChoiceField
          label="Counted"
          path="starts"
          fallback="every"
          width={16}
          value={query.starts}
          options={STARTS}
          onChange={(starts) => onChange({ starts })}
        />
        <FormatField formats={['table', 'numeric']} value={query.format} onChange={(format) => onChange({ format })} />
        {query.format !== 'numeric' && (
          <ChoiceField
            label="View"
            path="view"
            fallback="cohorts"
            width={14}
            value={query.view}
            options={VIEWS}
            onChange={(view) => onChange({ view })}
          />
        )}
        {(query.format === 'numeric' || (query.view ?? 'cohorts') === 'cohorts') && (
          <ChoiceField
            label="Number"
            path="metric"
            fallback="rate"
            width={14}
            value={query.metric}
            options={NUMBERS}
            onChange={(metric) => onChange({ metric })}
          />
        )}
        {query.format === 'numeric' && (
          <NumberField
            label="Of column"
            path="column"
            fallback={1}
            min={0}
            max={MOST_RETENTION_PERIODS + 1}
            value={query.column}
            onChange={(column, options) => onChange({ column }, options)}
          />
        )}
        {query.brackets === undefined && (
          <NumberField
            label="Periods"
            path="periods"
            fallback={RETENTION_PERIODS[interval] ?? ''}
            min={1}
            max={MOST_RETENTION_PERIODS}
            value={query.periods}
            onChange={(periods, options) => onChange({ periods }, options)}
          />
        )}
        {query.periods === undefined && (
          <NumberListField
            label="Brackets"
            path="brackets"
            placeholder="0, 1, 4, 8, 15, 31"
            width={24}
            value={query.brackets}
            onChange={(brackets, options) => onChange({ brackets }, options)}
          />
        )}
      </Stack>
      <FiltersField
        label="Starts with a request where"
        name="Start filter"
        path="start"
        value={query.start}
        onChange={(start) => onChange({ start })}
      />
      <FiltersField
        label="Returns with a request where"
        name="Return filter"
        path="return"
        value={query.return}
        onChange={(filters) => onChange({ return: filters })}
      />
      <FiltersField
        label="Filters on every request"
        description="Requests outside are not seen at all."
        value={query.filters}
        onChange={(filters) => onChange({ filters })}
      />
      <RangeFields buckets={false} query={{ ...query, interval: undefined }} onChange={onRange(onChange)} />
    </>
  );
}

/** Retention has intervals of its own, which the fields of the range know nothing of. */
function onRange(onChange: FormProps<'retention'>['onChange']) {
  return ({ interval: _, ...patch }: { interval?: string }, options?: { run?: boolean }) => onChange(patch, options);
}

export const retentionForm: QueryTypeForm<'retention'> = {
  type: 'retention',
  label: 'Retention',
  description: 'How many customers, sessions or accounts come back, by when they started.',
  initial: { interval: 'day', unit: 'customer' },
  Form: RetentionForm,
};
