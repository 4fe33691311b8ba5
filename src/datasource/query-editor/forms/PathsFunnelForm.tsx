import React from 'react';
import { Stack } from '@grafana/ui';

import type { ApitrailQueryOf } from '../../types';
import { ChoiceField } from '../fields/ChoiceField';
import { StepNumberField } from '../funnel/StepNumberField';
import { AttemptFields } from './AttemptFields';
import { type Step } from './FunnelStepForm';
import { JourneySteps } from './JourneySteps';

type PathsFunnel = NonNullable<ApitrailQueryOf<'paths'>['funnel']>;

const OUTCOMES = [
  { value: 'converted' as const, label: 'Reached it', description: 'Paths of those who reached the step, from there.' },
  {
    value: 'dropped' as const,
    label: 'Dropped before it',
    description: 'Paths of those who reached the step before and not this one, from their last step.',
  },
];

/** A funnel that begins with the requests paths were anchored on. */
export function newPathsFunnel(anchor: PathsFunnel['steps'][number]['filters'] = []): PathsFunnel {
  return {
    steps: [
      { name: 'Step 1', filters: anchor },
      { name: 'Step 2', filters: [] },
    ],
    step: 2,
    outcome: 'dropped',
  };
}

interface PathsFunnelFormProps {
  funnel: PathsFunnel;
  onChange: (funnel: PathsFunnel, options?: { run?: boolean }) => void;
}

/** The steps of a funnel, and who of it is followed. */
export function PathsFunnelForm({ funnel, onChange }: PathsFunnelFormProps) {
  const { steps } = funnel;
  const set = (patch: Partial<PathsFunnel>, options?: { run?: boolean }) => onChange({ ...funnel, ...patch }, options);
  const setSteps = (next: Step[], options?: { run?: boolean }) =>
    set({ steps: next, step: Math.min(funnel.step, next.length) }, options);
  return (
    <>
      <Stack direction="row" wrap="wrap" gap={1}>
        <StepNumberField
          label="Funnel step"
          path="funnel.step"
          placeholder="The last"
          steps={steps}
          value={funnel.step}
          onChange={(step) => set({ step: step ?? steps.length })}
        />
        <ChoiceField
          label="Who"
          path="funnel.outcome"
          fallback="converted"
          value={funnel.outcome}
          options={OUTCOMES}
          onChange={(outcome) => set({ outcome })}
        />
        <AttemptFields funnel={funnel} onChange={set} />
      </Stack>
      <JourneySteps steps={steps} onChange={setSteps} />
    </>
  );
}
