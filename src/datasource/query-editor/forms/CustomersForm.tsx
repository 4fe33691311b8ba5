import React from 'react';
import { Stack } from '@grafana/ui';
import {
  CUSTOMER_ORDERS,
  OUTREACH_METRICS,
  OUTREACH_ORDERS,
  TREND_METRICS,
  type CustomerMetric,
  type CustomerOrder,
} from '@apitrail/contract';

import { ChoiceField } from '../fields/ChoiceField';
import { FormatField } from '../fields/FormatField';
import { FormField } from '../fields/FormField';
import { MultiPicker } from '../fields/MultiPicker';
import { NumberField } from '../fields/NumberField';
import { Picker } from '../fields/Picker';
import { RangeFields } from '../fields/RangeFields';
import { UnitFields } from '../fields/UnitFields';
import { FiltersField } from '../filters/FiltersField';
import { useValueOptions } from '../filters/use-values';
import type { FormProps, QueryTypeForm } from '../form-props';
import { CustomersFunnelForm, newCustomersFunnel } from './CustomersFunnelForm';

const VIEWS = [
  { value: 'list' as const, label: 'List', description: 'A row per customer, with health and what it is told from.' },
  { value: 'trend' as const, label: 'Trend', description: 'Health over time, of one customer or of all.' },
  {
    value: 'timeline' as const,
    label: 'Timeline',
    description: 'What one customer lived through, in the order it came.',
  },
  {
    value: 'outreach' as const,
    label: 'Outreach',
    description: 'Whom to talk to: hit by an error, or gone after one.',
  },
];

const JOURNEYS = [
  { value: 'visits' as const, label: 'Visits', description: 'Abandoned when the last request failed.' },
  { value: 'funnel' as const, label: 'A funnel', description: 'Abandoned when it stopped after a failure.' },
];

const NAMES: Record<CustomerOrder | CustomerMetric, string> = {
  ...{ health: 'Health', requests: 'Requests', sessions: 'Sessions', errors: 'Errors', error_rate: 'Error rate' },
  ...{ p95: 'p95 latency', apdex: 'Apdex', abandoned: 'Abandoned journeys', first_seen: 'First seen' },
  ...{ last_seen: 'Last seen', priority: 'Priority', customers: 'How many', mean_health: 'Mean health' },
  at_risk: 'At risk',
};

const DIRECTIONS = [
  { value: 'desc' as const, label: 'Most or newest first' },
  { value: 'asc' as const, label: 'Least or oldest first' },
];

const KINDS = [
  { value: 'session' as const, label: 'Sessions' },
  { value: 'request' as const, label: 'Requests' },
  { value: 'error' as const, label: 'Errors' },
  { value: 'journey' as const, label: 'Journeys' },
];
const ALL_KINDS = KINDS.map(({ value }) => value);

const REASONS = [
  { value: 'any' as const, label: 'Any' },
  { value: 'abandoned' as const, label: 'Abandoned a journey' },
  { value: 'failed' as const, label: 'Met a failure' },
  { value: 'slow' as const, label: 'Was slow' },
];

function CustomersForm({ query, onChange }: FormProps<'customers'>) {
  const view = query.view ?? 'list';
  const unit = query.unit ?? 'customer';
  const numeric = query.format === 'numeric';
  const metrics = metricsOf(view, query.format);
  return (
    <>
      <Stack direction="row" wrap="wrap" gap={1}>
        <ChoiceField
          label="View"
          path="view"
          fallback="list"
          width={16}
          value={query.view}
          options={VIEWS}
          onChange={(next) => onChange({ view: next, ...fittingFields(next) })}
        />
        <UnitFields query={query} onChange={onChange} />
        <CustomerField
          unit={unit}
          value={query.customer}
          needed={view === 'timeline'}
          onChange={(customer) => onChange({ customer })}
        />
        <FormatField
          formats={FORMATS[view] ?? FORMATS.list}
          value={query.format}
          onChange={(format) => onChange({ format, ...(format === 'table' ? { metric: undefined } : {}) })}
        />
        {metrics.length > 0 && (
          <ChoiceField
            label="Number"
            path="metric"
            fallback="health"
            value={query.metric}
            options={metrics.map((value) => ({ value, label: NAMES[value] }))}
            onChange={(metric) => onChange({ metric })}
          />
        )}
        {view === 'outreach' && (
          <ChoiceField
            label="Reason"
            path="reason"
            fallback="any"
            value={query.reason}
            options={REASONS}
            onChange={(reason) => onChange({ reason: reason === 'any' ? undefined : reason })}
          />
        )}
        {view === 'timeline' && (
          <FormField label="Shown" path="kinds">
            {({ id, invalid }) => (
              <MultiPicker
                id={id}
                width={36}
                invalid={invalid}
                options={KINDS}
                value={query.kinds ?? ALL_KINDS}
                onChange={(kinds) => onChange({ kinds: kinds.length > 0 ? kinds : undefined })}
              />
            )}
          </FormField>
        )}
        {(view === 'list' || view === 'outreach') && (
          <ChoiceField
            label="Ordered by"
            path="orderBy"
            fallback={view === 'outreach' ? 'priority' : 'health'}
            value={query.orderBy}
            options={ordersOf(view).map((value) => ({ value, label: NAMES[value] }))}
            onChange={(orderBy) => onChange({ orderBy })}
          />
        )}
        {view !== 'trend' && !(numeric && isSummary(query.metric)) && (
          <>
            <ChoiceField
              label="Order"
              path="direction"
              fallback={naturalDirection(view, query.orderBy)}
              value={query.direction}
              options={DIRECTIONS}
              onChange={(direction) => onChange({ direction })}
            />
            <NumberField
              label="Rows"
              path="limit"
              fallback={100}
              min={1}
              max={10_000}
              value={query.limit}
              onChange={(limit, options) => onChange({ limit }, options)}
            />
          </>
        )}
        {view !== 'timeline' && view !== 'outreach' && (
          <NumberField
            label="At risk below"
            path="threshold"
            fallback={70}
            min={0}
            max={100}
            value={query.threshold}
            onChange={(threshold, options) => onChange({ threshold }, options)}
          />
        )}
        <ChoiceField
          label="Journeys"
          fallback="visits"
          value={query.funnel === undefined ? 'visits' : 'funnel'}
          options={JOURNEYS}
          onChange={(journeys) => onChange({ funnel: journeys === 'funnel' ? newCustomersFunnel() : undefined })}
        />
      </Stack>
      {query.funnel !== undefined && (
        <CustomersFunnelForm funnel={query.funnel} onChange={(funnel, options) => onChange({ funnel }, options)} />
      )}
      <FiltersField
        label="Filters on every request"
        description="Requests outside are not seen at all. Choose one customer above, so that the others are still compared with."
        value={query.filters}
        onChange={(filters) => onChange({ filters })}
      />
      <RangeFields buckets={view === 'trend' || view === 'list'} query={query} onChange={onChange} />
    </>
  );
}

type View = NonNullable<FormProps<'customers'>['query']['view']>;
type Format = NonNullable<FormProps<'customers'>['query']['format']>;

const FORMATS: Record<View, readonly [Format, ...Format[]]> = {
  list: ['table', 'numeric'],
  trend: ['table', 'time_series', 'numeric'],
  timeline: ['table'],
  outreach: ['table', 'numeric'],
};

/** What of the other views does not go with this one. */
function fittingFields(view: View) {
  return {
    format: view === 'trend' ? ('time_series' as const) : undefined,
    metric: undefined,
    orderBy: undefined,
    direction: undefined,
    offset: undefined,
    before: undefined,
    after: undefined,
  };
}

function metricsOf(view: View, format: Format | undefined): readonly CustomerMetric[] {
  if (format === 'time_series') {
    return TREND_METRICS;
  }
  if (format !== 'numeric') {
    return [];
  }
  return view === 'outreach' ? OUTREACH_METRICS : NUMERIC_METRICS;
}

const NUMERIC_METRICS: readonly CustomerMetric[] = [
  ...(['at_risk', 'mean_health', 'customers', 'health', 'requests', 'sessions', 'errors'] as const),
  ...(['error_rate', 'p95', 'apdex', 'abandoned'] as const),
];

function isSummary(metric: string | undefined): boolean {
  return metric === 'at_risk' || metric === 'mean_health' || metric === 'customers';
}

function ordersOf(view: View): readonly CustomerOrder[] {
  return view === 'outreach' ? OUTREACH_ORDERS : CUSTOMER_ORDERS.filter((order) => order !== 'priority');
}

function naturalDirection(view: View, orderBy: string | undefined): 'asc' | 'desc' {
  const order = orderBy ?? (view === 'outreach' ? 'priority' : 'health');
  return view === 'timeline' || order === 'health' || order === 'apdex' ? 'asc' : 'desc';
}

interface CustomerFieldProps {
  unit: string;
  value: string | undefined;
  needed: boolean;
  onChange: (customer: string | undefined) => void;
}

/** One customer, chosen from those with the most requests, or typed. */
function CustomerField({ unit, value, needed, onChange }: CustomerFieldProps) {
  const options = useValueOptions(unit);
  return (
    <FormField label="Only" description="By the id it is stored as, or the original one." path="customer">
      {({ id, invalid }) => (
        <Picker
          id={id}
          width={28}
          invalid={invalid || (needed && !value)}
          createCustomValue
          placeholder={needed ? `Choose a ${unit}` : 'All'}
          options={options}
          value={value ? value : null}
          onChange={onChange}
          onClear={() => onChange(undefined)}
        />
      )}
    </FormField>
  );
}

export const customersForm: QueryTypeForm<'customers'> = {
  type: 'customers',
  label: 'Customers',
  description: 'How well each customer is and why, what one lived through, and whom to talk to.',
  initial: { unit: 'customer' },
  Form: CustomersForm,
};
