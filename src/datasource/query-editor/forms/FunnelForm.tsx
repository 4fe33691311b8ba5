import React, { useRef, useState } from 'react';
import { css } from '@emotion/css';
import type { GrafanaTheme2 } from '@grafana/data';
import { Button, FieldValidationMessage, InlineSwitch, Stack, useStyles2 } from '@grafana/ui';

import { formatShare } from '../../../components/format';
import { useStoredSwitch } from '../asking/use-stored-switch';
import { useVisible } from '../asking/use-visible';
import { useEditor } from '../editor-context';
import { RangeFields } from '../fields/RangeFields';
import { UnitFields } from '../fields/UnitFields';
import { WindowField } from '../fields/WindowField';
import { FiltersField } from '../filters/FiltersField';
import type { FormProps, QueryTypeForm } from '../form-props';
import { InsertStep } from '../funnel/InsertStep';
import { MoreFields } from '../funnel/MoreFields';
import { PathPicker } from '../funnel/PathPicker';
import { StepCountLine } from '../funnel/StepCountLine';
import { StepList } from '../funnel/StepList';
import { inserted, isFull, isPicked, newStep, pickedSteps, type Step } from '../funnel/steps';
import { SuggestedSteps } from '../funnel/SuggestedSteps';
import { unitsName } from '../funnel/units';
import { useLiveCounts } from '../funnel/use-live-counts';
import { useStepIds } from '../funnel/use-step-ids';
import { ViewFields } from '../funnel/ViewFields';

/** What a funnel begins as. */
const BLANK = [newStep(0), newStep(1)];

/** Above this share of requests that have no unit, the unit is probably the wrong one. */
const MANY_WITHOUT = 0.5;

function FunnelForm({ query, onChange }: FormProps<'funnel'>) {
  const styles = useStyles2(getStyles);
  const form = useRef<HTMLDivElement>(null);
  const { problem } = useEditor();
  const steps = query.steps ?? BLANK;
  const stepIds = useStepIds(steps.length);
  const isVisible = useVisible(form);
  const [isLive, setLive] = useStoredSwitch('apitrail.funnel-editor.live');
  const [showsPaths, setShowsPaths] = useState(false);
  /** Where a step is suggested; by default after the last. */
  const [at, setAt] = useState<number>();
  const isAsking = isLive && isVisible;
  const { counts, asking, rowsWithoutUnit, error } = useLiveCounts(query, isAsking);
  const full = isFull(steps);
  const setSteps = (next: Step[], options?: { run?: boolean }) => onChange({ steps: next }, options);
  const insert = (place: number, step: Step) => {
    const next = inserted(steps, place, step);
    if (next.length > steps.length) {
      stepIds.insert(place);
    }
    setAt(undefined);
    setSteps(next);
  };
  const suggested = (place: number) => (
    <SuggestedSteps query={query} at={place} isOn={isAsking && !full} onPick={(step) => insert(place, step)} />
  );
  const insertAt = (place: number) => (
    <InsertStep
      at={place}
      name={place === 0 ? 'Insert a step before the first' : `Insert a step after step ${place}`}
      isOpen={at === place}
      disabled={full}
      onToggle={() => setAt(at === place ? undefined : place)}
      onPick={(step) => insert(place, step)}
    >
      {suggested(place)}
    </InsertStep>
  );

  return (
    <div ref={form} className={styles.form}>
      <Stack direction="row" wrap="wrap" gap={1}>
        <UnitFields query={query} onChange={onChange} />
        <WindowField
          label="Within"
          path="window"
          fallback="1h"
          value={query.window}
          onChange={(window) => onChange({ window })}
        />
        <ViewFields query={query} onChange={onChange} />
      </Stack>
      {!steps.some(isPicked) && (
        <p className={styles.note}>
          Choose the request that the first step is, or one of the suggestions below; what customers do next is
          suggested then. “From a path…” makes all steps of a way that many take.
        </p>
      )}
      <div>
        {steps.length > 0 && isPicked(steps[0]) && insertAt(0)}
        <StepList
          steps={steps}
          stepIds={stepIds}
          order={query.order}
          onChange={setSteps}
          below={(index) => (
            <>
              {isAsking && (
                <StepCountLine
                  count={counts[index]}
                  unit={query.unit}
                  asking={asking}
                  of={query.order === 'any' ? index + 1 : undefined}
                />
              )}
              {error?.step === index && <FieldValidationMessage>{error.message}</FieldValidationMessage>}
            </>
          )}
          between={(index) => isPicked(steps[index]) && isPicked(steps[index + 1]) && insertAt(index + 1)}
        />
        {problem?.where === 'steps' && <FieldValidationMessage>{problem.message}</FieldValidationMessage>}
        {error && error.step === undefined && (
          <FieldValidationMessage>The steps cannot be counted: {error.message}</FieldValidationMessage>
        )}
        {at === undefined && suggested(pickedSteps(steps))}
      </div>
      {rowsWithoutUnit !== undefined && rowsWithoutUnit > 0 && (
        <p className={rowsWithoutUnit > MANY_WITHOUT ? styles.warning : styles.note}>
          {formatShare(rowsWithoutUnit)} of the requests in the range have no {unitsName(query.unit, 1)} and are left
          out.
          {rowsWithoutUnit > MANY_WITHOUT && ' Follow somebody else, or by another key, to see them.'}
        </p>
      )}
      <Stack direction="row" wrap="wrap" gap={1} alignItems="center">
        <Button
          size="sm"
          variant="secondary"
          icon="plus"
          disabled={full}
          onClick={() => setSteps([...steps, newStep(steps.length)])}
        >
          Add step
        </Button>
        <Button
          size="sm"
          variant="secondary"
          icon="code-branch"
          aria-expanded={showsPaths}
          onClick={() => setShowsPaths(!showsPaths)}
        >
          From a path…
        </Button>
        <InlineSwitch
          label="Counts and suggestions"
          showLabel
          transparent
          value={isLive}
          onChange={(event) => setLive(event.currentTarget.checked)}
        />
      </Stack>
      {showsPaths && (
        <PathPicker
          query={query}
          isVisible={isVisible}
          onPick={(picked) => {
            setShowsPaths(false);
            onChange(picked);
          }}
        />
      )}
      <MoreFields query={query} onChange={onChange} />
      <FiltersField
        label="Filters on every request"
        description="Requests outside are not seen at all."
        value={query.filters}
        onChange={(filters) => onChange({ filters })}
      />
      <RangeFields buckets={false} query={query} onChange={onChange} />
    </div>
  );
}

export const funnelForm: QueryTypeForm<'funnel'> = {
  type: 'funnel',
  label: 'Funnel',
  description: 'How many customers, sessions or accounts get through ordered steps, and how long it takes them.',
  initial: { steps: BLANK, window: '1h', unit: 'customer' },
  Form: FunnelForm,
};

const getStyles = (theme: GrafanaTheme2) => ({
  form: css({ display: 'flex', flexDirection: 'column', gap: theme.spacing(1), minWidth: 0 }),
  note: css({ ...theme.typography.bodySmall, color: theme.colors.text.secondary, margin: 0 }),
  warning: css({ ...theme.typography.bodySmall, color: theme.colors.warning.text, margin: 0 }),
});
