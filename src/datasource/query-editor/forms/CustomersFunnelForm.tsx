import React from 'react';
import { Stack } from '@grafana/ui';

import type { ApitrailQueryOf } from '../../types';
import { ChoiceField } from '../fields/ChoiceField';
import { AttemptFields } from './AttemptFields';
import { type Step } from './FunnelStepForm';
import { JourneySteps } from './JourneySteps';

type CustomersFunnel = NonNullable<ApitrailQueryOf<'customers'>['funnel']>;

const COUNTINGS = [
  { value: 'total' as const, label: 'Every attempt', description: 'One can be abandoned again and again.' },
  { value: 'unique' as const, label: 'Once', description: 'Only the first attempt of each counts.' },
];

/** A journey of two steps, to be filled in. */
export function newCustomersFunnel(): CustomersFunnel {
  return {
    steps: [
      { name: 'Step 1', filters: [] },
      { name: 'Step 2', filters: [] },
    ],
  };
}

interface CustomersFunnelFormProps {
  funnel: CustomersFunnel;
  onChange: (funnel: CustomersFunnel, options?: { run?: boolean }) => void;
}

/** The journey whose abandonment counts. */
export function CustomersFunnelForm({ funnel, onChange }: CustomersFunnelFormProps) {
  const { steps } = funnel;
  const set = (patch: Partial<CustomersFunnel>, options?: { run?: boolean }) =>
    onChange({ ...funnel, ...patch }, options);
  const setSteps = (next: Step[], options?: { run?: boolean }) => set({ steps: next }, options);
  return (
    <>
      <Stack direction="row" wrap="wrap" gap={1}>
        <AttemptFields funnel={funnel} onChange={set}>
          <ChoiceField
            label="Counted"
            path="funnel.counting"
            fallback="total"
            value={funnel.counting}
            options={COUNTINGS}
            onChange={(counting) => set({ counting })}
          />
        </AttemptFields>
      </Stack>
      <JourneySteps steps={steps} onChange={setSteps} />
    </>
  );
}
