import React from 'react';
import { CORRELATED_KEYS } from '@apitrail/contract';

import { KeyListField } from '../fields/KeyListField';
import { SwitchField } from '../fields/SwitchField';
import type { FormProps } from '../form-props';
import { LeftOutFields } from './LeftOutFields';
import { StepNumberField } from './StepNumberField';

/** What counts as converting, by what it is compared, and what is left out of that. */
export function CorrelationFields({ query, onChange }: FormProps<'funnel'>) {
  return (
    <>
      <StepNumberField
        label="Converting is"
        path="step"
        placeholder="The last step"
        from={2}
        steps={query.steps ?? []}
        value={query.step}
        onChange={(step) => onChange({ step })}
      />
      <KeyListField
        label="Compared by"
        path="correlate"
        value={query.correlate ?? CORRELATED_KEYS}
        onChange={(correlate) => onChange({ correlate: correlate.length > 0 ? correlate : undefined })}
      />
      <SwitchField
        label="Compare what is necessary"
        description="What practically all who convert meet on the way. Else it is listed last, not judged."
        path="correlateNecessary"
        value={query.correlateNecessary ?? false}
        onChange={(on) => onChange({ correlateNecessary: on || undefined })}
      />
      <LeftOutFields
        except={query.correlateExcept ?? []}
        onChange={(except) => onChange({ correlateExcept: except.length > 0 ? except : undefined })}
      />
    </>
  );
}
