import React, { type ReactElement, useId } from 'react';
import { css } from '@emotion/css';
import { Field } from '@grafana/ui';

import { useFieldProblem } from '../editor-context';

interface FormFieldProps {
  label: string;
  description?: string;
  /** Where the field's value lies in the query, for messages about it. */
  path?: string;
  children: (props: { id: string; invalid: boolean }) => ReactElement<Record<string, unknown>>;
}

// Fields have the width that suits them, and less where there is less.
const NO_WIDER = css({ maxWidth: '100%' });

/** A labelled field with the message about its value beside it. */
export function FormField({ label, description, path, children }: FormFieldProps) {
  const id = useId();
  const problem = useFieldProblem(path);
  return (
    <Field
      noMargin
      className={NO_WIDER}
      htmlFor={id}
      label={label}
      description={description}
      invalid={problem !== undefined}
      error={problem}
    >
      {children({ id, invalid: problem !== undefined })}
    </Field>
  );
}
