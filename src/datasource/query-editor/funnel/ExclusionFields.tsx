import React, { useState } from 'react';
import { css } from '@emotion/css';
import type { GrafanaTheme2 } from '@grafana/data';
import { Button, IconButton, Label, Stack, useStyles2 } from '@grafana/ui';

import type { ApitrailQueryOf } from '../../types';
import { ChoiceField } from '../fields/ChoiceField';
import { Fold } from '../fields/Fold';
import { useFieldProblem } from '../editor-context';
import { FiltersField } from '../filters/FiltersField';
import { RouteFields } from './RouteFields';
import { filtersOf, joinFilters, nameOfRoutes, splitFilters } from './routes';
import { StepNumberField } from './StepNumberField';
import type { Step } from './steps';

type Exclusion = NonNullable<ApitrailQueryOf<'funnel'>['exclusions']>[number];

const MODES = [
  { value: 'cut' as const, label: 'Ends the attempt', description: 'It counts up to the step it has reached.' },
  { value: 'remove' as const, label: 'Removes the attempt', description: 'It does not count at all.' },
];

/** The most that the contract takes. */
const MOST = 20;

interface ExclusionFieldsProps {
  exclusions: Exclusion[];
  steps: readonly Step[];
  onChange: (exclusions: Exclusion[] | undefined) => void;
}

/** What must not happen between two steps. */
export function ExclusionFields({ exclusions, steps, onChange }: ExclusionFieldsProps) {
  const [isAdding, setAdding] = useState(false);
  return (
    <div role="group" aria-label="Exclusions">
      <Label description="Requests that must not be made between two steps.">Exclusions</Label>
      <Stack direction="column" gap={1} alignItems="stretch">
        {exclusions.map((exclusion, index) => (
          <ExclusionForm
            key={index}
            index={index}
            exclusion={exclusion}
            steps={steps}
            onChange={(next) => onChange(exclusions.map((old, at) => (at === index ? next : old)))}
            onRemove={() => onChange(exclusions.length > 1 ? exclusions.filter((_, at) => at !== index) : undefined)}
          />
        ))}
        {isAdding ? (
          // Kept from the query until it says which requests it is: one that says nothing would exclude them all.
          <RouteFields
            name={`Exclusion ${exclusions.length + 1}`}
            routes={[]}
            placeholder="Choose a request"
            onChange={(routes) => {
              setAdding(false);
              onChange([...exclusions, { name: nameOfRoutes(routes), filters: joinFilters({ routes, rest: [] }) }]);
            }}
          />
        ) : (
          <div>
            <Button
              size="sm"
              variant="secondary"
              icon="plus"
              disabled={exclusions.length >= MOST}
              onClick={() => setAdding(true)}
            >
              Add exclusion
            </Button>
          </div>
        )}
      </Stack>
    </div>
  );
}

interface ExclusionFormProps {
  exclusion: Exclusion;
  index: number;
  steps: readonly Step[];
  onChange: (exclusion: Exclusion) => void;
  onRemove: () => void;
}

function ExclusionForm({ exclusion, index, steps, onChange, onRemove }: ExclusionFormProps) {
  const styles = useStyles2(getStyles);
  const path = `exclusions[${index}]`;
  const label = `Exclusion ${index + 1}`;
  const filters = filtersOf(exclusion.filters);
  const { routes, rest } = splitFilters(filters);
  const filtersProblem = useFieldProblem(`${path}.filters`);
  return (
    <div className={styles.exclusion} role="group" aria-label={label}>
      <div className={styles.head}>
        <div className={styles.request}>
          <Label>{label}: no request to</Label>
          <RouteFields
            name={label}
            routes={routes}
            placeholder={rest.length > 0 ? 'What its conditions say' : 'Choose a request'}
            onChange={(next) => {
              const { name: _, ...others } = exclusion;
              const name = nameOfRoutes(next);
              onChange({ ...others, filters: joinFilters({ routes: next, rest }), ...(name ? { name } : {}) });
            }}
          />
        </div>
        <IconButton name="trash-alt" tooltip={`Remove exclusion ${index + 1}`} onClick={onRemove} />
      </div>
      <Stack direction="row" wrap="wrap" gap={1}>
        <StepNumberField
          label="After step"
          path={`${path}.fromStep`}
          placeholder="The first"
          steps={steps}
          to={steps.length - 1}
          value={exclusion.fromStep}
          onChange={(fromStep) => onChange({ ...exclusion, fromStep })}
        />
        <StepNumberField
          label="Before step"
          path={`${path}.toStep`}
          placeholder="The last"
          steps={steps}
          from={2}
          value={exclusion.toStep}
          onChange={(toStep) => onChange({ ...exclusion, toStep })}
        />
        <ChoiceField
          label="It"
          path={`${path}.mode`}
          fallback="cut"
          width={24}
          value={exclusion.mode}
          options={MODES}
          onChange={(mode) => onChange({ ...exclusion, mode })}
        />
      </Stack>
      <Fold
        label="Conditions"
        name={`${label} conditions`}
        summary={rest.length > 0 ? `${rest.length} more` : undefined}
        startsOpen={routes.length === 0 && filters.length > 0}
        forced={filtersProblem !== undefined}
      >
        <FiltersField
          label={`${label} is a request where`}
          name={`${label} filter`}
          path={`${path}.filters`}
          value={exclusion.filters}
          onChange={(next) => onChange({ ...exclusion, filters: next ?? [] })}
        />
      </Fold>
    </div>
  );
}

const getStyles = (theme: GrafanaTheme2) => ({
  exclusion: css({
    display: 'flex',
    flexDirection: 'column',
    gap: theme.spacing(1),
    padding: theme.spacing(1),
    border: `1px solid ${theme.colors.border.weak}`,
    borderRadius: theme.shape.radius.default,
  }),
  head: css({ display: 'flex', gap: theme.spacing(1), alignItems: 'flex-start' }),
  request: css({ flex: '1 1 auto', minWidth: 0 }),
});
