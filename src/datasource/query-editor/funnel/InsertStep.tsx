import React, { type ReactNode } from 'react';
import { css } from '@emotion/css';
import type { GrafanaTheme2 } from '@grafana/data';
import { IconButton, useStyles2 } from '@grafana/ui';

import { RouteFields } from './RouteFields';
import { stepOf, type Step } from './steps';

interface InsertStepProps {
  /** Where the step would go: 0 is before the first. */
  at: number;
  /** What the button does. */
  name: string;
  isOpen: boolean;
  disabled: boolean;
  onToggle: () => void;
  onPick: (step: Step) => void;
  /** What is suggested there, shown while it is open. */
  children: ReactNode;
}

/** A place between two steps, or before the first, that a step can be put at. */
export function InsertStep({ at, name, isOpen, disabled, onToggle, onPick, children }: InsertStepProps) {
  const styles = useStyles2(getStyles);
  return (
    <div className={styles.place} data-open={isOpen}>
      <div className={styles.button}>
        <IconButton
          name={isOpen ? 'minus-circle' : 'plus-circle'}
          size="sm"
          tooltip={isOpen ? 'No step here' : name}
          aria-expanded={isOpen}
          disabled={disabled}
          onClick={onToggle}
        />
      </div>
      {isOpen && (
        <div className={styles.inside}>
          <RouteFields
            name={at === 0 ? 'New first step' : `New step after step ${at}`}
            routes={[]}
            placeholder="Choose a request"
            onChange={([route]) => route && onPick(stepOf(route))}
          />
          {children}
        </div>
      )}
    </div>
  );
}

const getStyles = (theme: GrafanaTheme2) => ({
  place: css({
    marginTop: theme.spacing(1),
    '&:first-child': { margin: theme.spacing(0, 0, 1, 0) },
    '&[data-open="true"]': {
      padding: theme.spacing(0.5, 1, 1),
      border: `1px dashed ${theme.colors.border.medium}`,
      borderRadius: theme.shape.radius.default,
    },
  }),
  button: css({ display: 'flex', justifyContent: 'center' }),
  inside: css({ display: 'flex', flexDirection: 'column', gap: theme.spacing(1) }),
});
