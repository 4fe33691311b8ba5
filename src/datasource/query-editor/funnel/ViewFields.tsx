import React from 'react';
import { FUNNEL_OUTCOMES, FUNNEL_REASONS, type FunnelView } from '@apitrail/contract';

import type { ApitrailQueryOf } from '../../types';
import { ChoiceField } from '../fields/ChoiceField';
import { FormatField } from '../fields/FormatField';
import { NumberField } from '../fields/NumberField';
import { SwitchField } from '../fields/SwitchField';
import { TextField } from '../fields/TextField';
import type { FormProps } from '../form-props';
import { CorrelationFields } from './CorrelationFields';
import { StepNumberField } from './StepNumberField';

type Funnel = ApitrailQueryOf<'funnel'>;

const VIEWS: Array<{ value: FunnelView; label: string; description: string }> = [
  { value: 'steps', label: 'Steps', description: 'How many reach each step.' },
  { value: 'trend', label: 'Trend', description: 'The conversion by when they entered.' },
  { value: 'times', label: 'Times', description: 'How long it takes from step to step.' },
  { value: 'reasons', label: 'Reasons', description: 'Why they stopped.' },
  { value: 'units', label: 'Who', description: 'Each of them, with the step they got to.' },
  { value: 'correlation', label: 'Correlation', description: 'What goes with converting, and with dropping.' },
];

const NUMBERS = [
  { value: 'conversion' as const, label: 'Conversion', description: 'Share of those who entered.' },
  { value: 'step_conversion' as const, label: 'Step conversion', description: 'Share of those at the step before.' },
  { value: 'units' as const, label: 'Count', description: 'How many reach the step.' },
];

const OUTCOMES = {
  converted: 'Reached the last step.',
  stopped: 'Did not, and cannot any more.',
  excluded: 'An exclusion ended it.',
  pending: 'May still get there.',
} as const;

const REASONS = {
  pending: 'May still get there.',
  excluded: 'An exclusion ended it.',
  failed: 'Tried the step and got an error.',
  failed_elsewhere: 'Met an error that goes with dropping.',
  slow: 'Waited far longer than usual.',
  diverted: 'Made other requests instead.',
  silent: 'Made no further request.',
} as const;

const ANY = 'any';

/** Fields of an earlier view that mean nothing, or something else, in another. */
const OF_A_VIEW = { fromStep: undefined, toStep: undefined, outcome: undefined, offset: undefined, step: undefined };

/** What the funnel answers with: a view with its fields, or one number. */
export function ViewFields({ query, onChange }: FormProps<'funnel'>) {
  const view: FunnelView = query.view ?? 'steps';
  const numeric = query.format === 'numeric';
  return (
    <>
      <FormatField formats={['table', 'numeric']} value={query.format} onChange={(format) => onChange({ format })} />
      {numeric ? (
        <>
          <ChoiceField
            label="Number"
            path="metric"
            fallback="conversion"
            value={query.metric}
            options={NUMBERS}
            onChange={(metric) => onChange({ metric })}
          />
          <StepNumberField
            {...stepField(query)}
            label="At step"
            placeholder="The last"
            onChange={(step) => onChange({ step })}
          />
        </>
      ) : (
        <>
          <ChoiceField
            label="View"
            path="view"
            fallback="steps"
            width={16}
            value={query.view}
            options={VIEWS}
            onChange={(next) => onChange({ ...OF_A_VIEW, reason: undefined, view: next })}
          />
          <FieldsOfView view={view} query={query} onChange={onChange} />
        </>
      )}
    </>
  );
}

function stepField({ steps = [], step }: Funnel) {
  return { path: 'step', steps, value: step };
}

function FieldsOfView({ view, query, onChange }: FormProps<'funnel'> & { view: FunnelView }) {
  const steps = query.steps ?? [];
  switch (view) {
    case 'trend':
      return (
        <StepNumberField
          {...stepField(query)}
          label="Conversion to"
          placeholder="The last step"
          onChange={(step) => onChange({ step })}
        />
      );
    case 'times':
      return (
        <>
          <StepNumberField
            label="From step"
            path="fromStep"
            placeholder="Each"
            steps={steps}
            to={steps.length - 1}
            value={query.fromStep}
            onChange={(fromStep) => onChange({ fromStep })}
          />
          <StepNumberField
            label="To step"
            path="toStep"
            placeholder="The next"
            steps={steps}
            from={2}
            value={query.toStep}
            onChange={(toStep) => onChange({ toStep })}
          />
        </>
      );
    case 'reasons':
      return (
        <>
          <StepNumberField
            {...stepField(query)}
            label="Who did not get to"
            placeholder="Any step"
            from={2}
            onChange={(step) => onChange({ step })}
          />
          <NumberField
            label="Details per reason"
            path="reasonLimit"
            fallback={10}
            min={1}
            max={200}
            value={query.reasonLimit}
            onChange={(reasonLimit, options) => onChange({ reasonLimit }, options)}
          />
          <SlowField query={query} onChange={onChange} />
        </>
      );
    case 'units':
      return <UnitsFields query={query} onChange={onChange} />;
    case 'correlation':
      return (
        <>
          <CorrelationFields query={query} onChange={onChange} />
          <RowsField query={query} onChange={onChange} />
        </>
      );
    case 'steps':
      return null;
  }
}

/** Which attempts are listed, and which page of them. */
function UnitsFields({ query, onChange }: FormProps<'funnel'>) {
  const steps = query.steps ?? [];
  const withReasons = query.reasons === true || query.reason !== undefined;
  return (
    <>
      <ChoiceField
        label="Outcome"
        path="outcome"
        fallback={ANY}
        width={16}
        value={query.outcome as string | undefined}
        options={[anyOf('Any outcome'), ...FUNNEL_OUTCOMES.map((value) => option(value, OUTCOMES[value]))]}
        onChange={(outcome) => onChange({ outcome: outcome === ANY ? undefined : (outcome as Funnel['outcome']) })}
      />
      <ChoiceField
        label="Reason"
        path="reason"
        fallback={ANY}
        width={20}
        value={query.reason as string | undefined}
        options={[anyOf('Any reason'), ...FUNNEL_REASONS.map((value) => option(value, REASONS[value]))]}
        onChange={(reason) =>
          onChange({
            reason: reason === ANY ? undefined : (reason as Funnel['reason']),
            detail: undefined,
            step: undefined,
          })
        }
      />
      {query.reason !== undefined && (
        <TextField
          label="Detail"
          path="detail"
          description="Only those of this detail, exactly as the view “reasons” writes it"
          placeholder="Any"
          width={40}
          value={query.detail}
          onChange={(detail, options) => onChange({ detail }, options)}
        />
      )}
      <StepNumberField
        {...stepField(query)}
        label={query.reason === undefined ? 'Last step' : 'Who did not get to'}
        placeholder="Any"
        from={query.reason === undefined ? 1 : 2}
        to={steps.length}
        onChange={(step) => onChange({ step })}
      />
      <SwitchField
        label="Show reasons"
        path="reasons"
        value={query.reasons ?? false}
        onChange={(reasons) => onChange({ reasons: reasons || undefined })}
      />
      {withReasons && <SlowField query={query} onChange={onChange} />}
      <RowsField query={query} onChange={onChange} />
      <NumberField
        label="After so many"
        path="offset"
        fallback={0}
        min={0}
        max={10_000_000}
        value={query.offset}
        onChange={(offset, options) => onChange({ offset }, options)}
      />
    </>
  );
}

function SlowField({ query, onChange }: FormProps<'funnel'>) {
  return (
    <NumberField
      label="Slow is × usual p95"
      path="slowFactor"
      fallback={3}
      min={1}
      max={1000}
      value={query.slowFactor}
      onChange={(slowFactor, options) => onChange({ slowFactor }, options)}
    />
  );
}

function RowsField({ query, onChange }: FormProps<'funnel'>) {
  return (
    <NumberField
      label="Rows"
      path="limit"
      fallback={100}
      min={1}
      max={10_000}
      value={query.limit}
      onChange={(limit, options) => onChange({ limit }, options)}
    />
  );
}

function option(value: string, description: string) {
  const label = value.charAt(0).toUpperCase() + value.slice(1).replaceAll('_', ' ');
  return { value, label, description };
}

function anyOf(label: string) {
  return { value: ANY, label, description: 'All of them' };
}
