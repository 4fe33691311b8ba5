import React from 'react';

import { SwitchField } from '../fields/SwitchField';
import { TextField } from '../fields/TextField';

interface Attempt {
  window?: string;
  successOnly?: boolean;
}

interface Props {
  /** Of a funnel that is a field of another query. */
  funnel: Attempt;
  onChange: (patch: Attempt, options?: { run?: boolean }) => void;
  /** Fields that stand between the two. */
  children?: React.ReactNode;
}

/** What an attempt at a funnel within another query is: how long it may take, and whether failed requests are steps of it. */
export function AttemptFields({ funnel, onChange, children }: Props) {
  return (
    <>
      <TextField
        label="Within"
        path="funnel.window"
        placeholder="1h"
        width={12}
        value={funnel.window}
        onChange={(window, options) => onChange({ window }, options)}
      />
      {children}
      <SwitchField
        label="Successful only"
        value={funnel.successOnly ?? true}
        onChange={(successOnly) => onChange({ successOnly })}
      />
    </>
  );
}
