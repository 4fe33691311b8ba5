import React, { type ReactNode } from 'react';
import { css } from '@emotion/css';
import type { GrafanaTheme2 } from '@grafana/data';
import { IconButton, Label, Stack, useStyles2 } from '@grafana/ui';

import { useFieldProblem } from '../editor-context';
import { Fold } from '../fields/Fold';
import { SwitchField } from '../fields/SwitchField';
import { TextField } from '../fields/TextField';
import { FiltersField } from '../filters/FiltersField';
import { RouteFields } from '../funnel/RouteFields';
import { filtersOf, splitFilters } from '../funnel/routes';
import { type Step, withRoutes } from '../funnel/steps';

export type { Step } from '../funnel/steps';

interface FunnelStepFormProps {
  step: Step;
  /** Counted from 0. */
  index: number;
  count: number;
  /** Where it lies in the query. */
  path?: string;
  /** The order that the funnel's steps come in. */
  order?: 'ordered' | 'strict' | 'any';
  onChange: (step: Step, options?: { run?: boolean }) => void;
  onMove: (by: -1 | 1) => void;
  onRemove: () => void;
  /** By which it is dragged. */
  handle?: ReactNode;
  /** What is known of it, below its fields. */
  children?: ReactNode;
}

/** One step of a funnel: its name and which requests are it. */
export function FunnelStepForm({
  step,
  index,
  count,
  path = `steps[${index}]`,
  order = 'ordered',
  onChange,
  onMove,
  onRemove,
  handle,
  children,
}: FunnelStepFormProps) {
  const styles = useStyles2(getStyles);
  const problem = useFieldProblem(path);
  const nameProblem = useFieldProblem(`${path}.name`);
  const label = `Step ${index + 1}`;
  const filters = filtersOf(step.filters);
  const { routes, rest } = splitFilters(filters);
  const isInner = index > 0 && index < count - 1;
  const options = [
    ...(rest.length > 0 ? [`${rest.length} more ${rest.length === 1 ? 'condition' : 'conditions'}`] : []),
    ...(step.optional ? ['may be left out'] : []),
    ...(step.anchored ? ['keeps its place'] : []),
  ];
  return (
    <div className={styles.step} role="group" aria-label={label}>
      <div className={styles.head}>
        {handle}
        <div className={styles.fields}>
          <div className={styles.request}>
            <Label>{label} is a request to</Label>
            <RouteFields
              name={label}
              routes={routes}
              placeholder={rest.length > 0 ? 'What its conditions say' : 'Choose a request'}
              onChange={(next) => onChange(withRoutes(step, next))}
            />
          </div>
          <TextField
            label={`${label} name`}
            path={`${path}.name`}
            width={24}
            value={step.name}
            onChange={(name, how) => onChange({ ...step, name: name ?? '' }, how)}
          />
        </div>
        <div className={styles.buttons}>
          <IconButton
            name="arrow-up"
            data-move="up"
            tooltip={`Move step ${index + 1} up`}
            disabled={index === 0}
            onClick={() => onMove(-1)}
          />
          <IconButton
            name="arrow-down"
            data-move="down"
            tooltip={`Move step ${index + 1} down`}
            disabled={index === count - 1}
            onClick={() => onMove(1)}
          />
          <IconButton name="trash-alt" tooltip={`Remove step ${index + 1}`} disabled={count <= 2} onClick={onRemove} />
        </div>
      </div>
      {children}
      <Fold
        label="Conditions"
        name={`${label} conditions`}
        summary={options.join(', ')}
        startsOpen={routes.length === 0 && filters.length > 0}
        forced={problem !== undefined && nameProblem === undefined}
      >
        {((isInner && order !== 'any') || step.optional || order === 'any' || step.anchored) && (
          <Stack direction="row" wrap="wrap" gap={2}>
            {((isInner && order !== 'any') || step.optional) && (
              <SwitchField
                label={`${label} may be left out`}
                path={`${path}.optional`}
                value={step.optional ?? false}
                onChange={(optional) => onChange({ ...step, optional: optional || undefined })}
              />
            )}
            {(order === 'any' || step.anchored) && (
              <SwitchField
                label={`${label} keeps its place`}
                path={`${path}.anchored`}
                value={step.anchored ?? false}
                onChange={(anchored) => onChange({ ...step, anchored: anchored || undefined })}
              />
            )}
          </Stack>
        )}
        <FiltersField
          label={`${label} is a request where`}
          name={`${label} filter`}
          path={`${path}.filters`}
          value={step.filters}
          onChange={(next) => onChange({ ...step, filters: next ?? [] })}
        />
      </Fold>
    </div>
  );
}

const getStyles = (theme: GrafanaTheme2) => ({
  head: css({ display: 'flex', gap: theme.spacing(1), alignItems: 'flex-start' }),
  fields: css({
    display: 'flex',
    flexWrap: 'wrap',
    gap: theme.spacing(1),
    flex: '1 1 auto',
    minWidth: 0,
    alignItems: 'flex-start',
  }),
  request: css({ flex: `1 1 ${theme.spacing(34)}`, minWidth: 0 }),
  buttons: css({ display: 'flex', alignItems: 'center', gap: theme.spacing(0.5), flexShrink: 0 }),
  step: css({
    display: 'flex',
    flexDirection: 'column',
    gap: theme.spacing(1),
    padding: theme.spacing(1),
    background: theme.colors.background.primary,
    border: `1px solid ${theme.colors.border.weak}`,
    borderRadius: theme.shape.radius.default,
  }),
});
