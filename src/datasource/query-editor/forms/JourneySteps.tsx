import React from 'react';
import { Button } from '@grafana/ui';
import { MOST_FUNNEL_STEPS } from '@apitrail/contract';

import { FunnelStepForm, type Step } from './FunnelStepForm';
import { moved } from './moved';

interface Props {
  /** Of the funnel within the query. */
  steps: readonly Step[];
  onChange: (steps: Step[], options?: { run?: boolean }) => void;
}

/** The steps of a funnel that is a field of another query. */
export function JourneySteps({ steps, onChange }: Props) {
  return (
    <>
      {steps.map((step, index) => (
        <FunnelStepForm
          key={index}
          step={step}
          index={index}
          count={steps.length}
          path={`funnel.steps[${index}]`}
          onChange={(next, options) =>
            onChange(
              steps.map((old, at) => (at === index ? next : old)),
              options
            )
          }
          onMove={(by) => onChange(moved([...steps], index, by))}
          onRemove={() => onChange(steps.filter((_, at) => at !== index))}
        />
      ))}
      <div>
        <Button
          size="sm"
          variant="secondary"
          icon="plus"
          disabled={steps.length >= MOST_FUNNEL_STEPS}
          onClick={() => onChange([...steps, { name: `Step ${steps.length + 1}`, filters: [] }])}
        >
          Add step
        </Button>
      </div>
    </>
  );
}
