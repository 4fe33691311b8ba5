import React from 'react';
import { css } from '@emotion/css';
import type { GrafanaTheme2 } from '@grafana/data';
import { IconButton, Stack, useStyles2 } from '@grafana/ui';

import type { ApitrailQueryOf } from '../../types';
import { TextField } from '../fields/TextField';
import { FiltersField } from '../filters/FiltersField';

export type Step = ApitrailQueryOf<'funnel'>['steps'][number];

interface FunnelStepFormProps {
  step: Step;
  /** Counted from 0. */
  index: number;
  count: number;
  /** Where it lies in the query. */
  path?: string;
  onChange: (step: Step, options?: { run?: boolean }) => void;
  onMove: (by: -1 | 1) => void;
  onRemove: () => void;
}

/** One step of a funnel: its name and which requests are it. */
export function FunnelStepForm({
  step,
  index,
  count,
  path = `steps[${index}]`,
  onChange,
  onMove,
  onRemove,
}: FunnelStepFormProps) {
  const styles = useStyles2(getStyles);
  const label = `Step ${index + 1}`;
  return (
    <div className={styles.step} role="group" aria-label={label}>
      <Stack direction="row" wrap="wrap" gap={1} alignItems="flex-end">
        <TextField
          label={`${label} name`}
          path={`${path}.name`}
          width={24}
          value={step.name}
          onChange={(name, options) => onChange({ ...step, name: name ?? '' }, options)}
        />
        <div className={styles.buttons}>
          <IconButton
            name="arrow-up"
            tooltip={`Move step ${index + 1} up`}
            disabled={index === 0}
            onClick={() => onMove(-1)}
          />
          <IconButton
            name="arrow-down"
            tooltip={`Move step ${index + 1} down`}
            disabled={index === count - 1}
            onClick={() => onMove(1)}
          />
          <IconButton name="trash-alt" tooltip={`Remove step ${index + 1}`} disabled={count <= 2} onClick={onRemove} />
        </div>
      </Stack>
      <FiltersField
        label={`${label} is a request where`}
        name={`${label} filter`}
        path={`${path}.filters`}
        value={step.filters}
        onChange={(filters) => onChange({ ...step, filters: filters ?? [] })}
      />
    </div>
  );
}

const getStyles = (theme: GrafanaTheme2) => ({
  // As high as the field beside it.
  buttons: css({
    display: 'flex',
    alignItems: 'center',
    gap: theme.spacing(0.5),
    height: theme.spacing(theme.components.height.md),
  }),
  step: css({
    display: 'flex',
    flexDirection: 'column',
    gap: theme.spacing(1),
    padding: theme.spacing(1),
    border: `1px solid ${theme.colors.border.weak}`,
    borderRadius: theme.shape.radius.default,
  }),
});
