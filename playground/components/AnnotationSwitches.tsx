import React from 'react';
import { css } from '@emotion/css';
import { type GrafanaTheme2 } from '@grafana/data';
import { InlineSwitch, useStyles2 } from '@grafana/ui';

import type { ViewAnnotation } from '../views';

interface Props {
  annotations: readonly ViewAnnotation[];
  /** Names of those that are switched off. */
  hidden: ReadonlySet<string>;
  onChange: (hidden: ReadonlySet<string>) => void;
  error: string | undefined;
}

/** Switches the annotations of a view on and off, as a dashboard does. */
export function AnnotationSwitches({ annotations, hidden, onChange, error }: Props) {
  const styles = useStyles2(getStyles);
  return (
    <div className={styles.row} role="group" aria-label="Annotations shown">
      {annotations.map(({ name }) => (
        <InlineSwitch
          key={name}
          id={`annotations-${name}`}
          label={name}
          showLabel
          value={!hidden.has(name)}
          onChange={({ currentTarget }) => {
            const next = new Set(hidden);
            if (currentTarget.checked) {
              next.delete(name);
            } else {
              next.add(name);
            }
            onChange(next);
          }}
        />
      ))}
      {error && (
        <span className={styles.error} role="alert">
          {error}
        </span>
      )}
    </div>
  );
}

const getStyles = (theme: GrafanaTheme2) => ({
  row: css({
    display: 'flex',
    flexWrap: 'wrap',
    alignItems: 'center',
    gap: theme.spacing(1),
    marginBottom: theme.spacing(1),
  }),
  error: css({ color: theme.colors.error.text }),
});
