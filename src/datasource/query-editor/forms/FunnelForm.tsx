import React from 'react';
import { Button, Stack } from '@grafana/ui';
import { MOST_FUNNEL_STEPS } from '@apitrail/contract';

import { ChoiceField } from '../fields/ChoiceField';
import { FormatField } from '../fields/FormatField';
import { NumberField } from '../fields/NumberField';
import { RangeFields } from '../fields/RangeFields';
import { SwitchField } from '../fields/SwitchField';
import { TextField } from '../fields/TextField';
import { UnitFields } from '../fields/UnitFields';
import { FiltersField } from '../filters/FiltersField';
import type { FormProps, QueryTypeForm } from '../form-props';
import { FunnelStepForm, type Step } from './FunnelStepForm';
import { moved } from './moved';

const VIEWS = [
  { value: 'steps' as const, label: 'Steps', description: 'How many reach each step.' },
  { value: 'times' as const, label: 'Times', description: 'How long it takes from step to step.' },
];

const NUMBERS = [
  { value: 'conversion' as const, label: 'Conversion', description: 'Share of those who entered.' },
  { value: 'step_conversion' as const, label: 'Step conversion', description: 'Share of those at the step before.' },
  { value: 'units' as const, label: 'Count', description: 'How many reach the step.' },
];

function newStep(index: number): Step {
  return { name: `Step ${index + 1}`, filters: [] };
}

function FunnelForm({ query, onChange }: FormProps<'funnel'>) {
  const steps = query.steps ?? [];
  const setSteps = (next: Step[], options?: { run?: boolean }) => onChange({ steps: next }, options);
  return (
    <>
      <Stack direction="row" wrap="wrap" gap={1}>
        <UnitFields query={query} onChange={onChange} />
        <TextField
          label="Within"
          path="window"
          placeholder="1h"
          width={12}
          value={query.window}
          onChange={(window, options) => onChange({ window }, options)}
        />
        <SwitchField
          label="Successful only"
          value={query.successOnly ?? true}
          onChange={(successOnly) => onChange({ successOnly })}
        />
        <FormatField formats={['table', 'numeric']} value={query.format} onChange={(format) => onChange({ format })} />
        {query.format === 'numeric' ? (
          <>
            <ChoiceField
              label="Number"
              path="metric"
              fallback="conversion"
              value={query.metric}
              options={NUMBERS}
              onChange={(metric) => onChange({ metric })}
            />
            <NumberField
              label="At step"
              path="step"
              fallback="last"
              min={1}
              max={Math.max(steps.length, 1)}
              value={query.step}
              onChange={(step, options) => onChange({ step }, options)}
            />
          </>
        ) : (
          <ChoiceField
            label="View"
            path="view"
            fallback="steps"
            width={14}
            value={query.view}
            options={VIEWS}
            onChange={(view) => onChange({ view })}
          />
        )}
      </Stack>
      {steps.map((step, index) => (
        <FunnelStepForm
          key={index}
          step={step}
          index={index}
          count={steps.length}
          onChange={(next, options) =>
            setSteps(
              steps.map((old, at) => (at === index ? next : old)),
              options
            )
          }
          onMove={(by) => setSteps(moved(steps, index, by))}
          onRemove={() => setSteps(steps.filter((_, at) => at !== index))}
        />
      ))}
      <div>
        <Button
          size="sm"
          variant="secondary"
          icon="plus"
          disabled={steps.length >= MOST_FUNNEL_STEPS}
          onClick={() => setSteps([...steps, newStep(steps.length)])}
        >
          Add step
        </Button>
      </div>
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

export const funnelForm: QueryTypeForm<'funnel'> = {
  type: 'funnel',
  label: 'Funnel',
  description: 'How many customers, sessions or accounts get through ordered steps, and how long it takes them.',
  initial: { steps: [newStep(0), newStep(1)], window: '1h', unit: 'customer' },
  Form: FunnelForm,
};
