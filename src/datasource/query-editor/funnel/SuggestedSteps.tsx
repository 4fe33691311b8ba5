import React from 'react';
import { css } from '@emotion/css';
import type { GrafanaTheme2 } from '@grafana/data';
import { Button, LoadingBar, useStyles2 } from '@grafana/ui';

import { formatCount, formatDuration, formatShare, plural } from '../../../components/format';
import type { ApitrailQueryOf } from '../../types';
import { useAnswer } from '../asking/use-answer';
import { routeText } from './routes';
import { suggestionsOf, suggestionsQuery, type SuggestedStep } from './suggestions';
import { stepOf, type Step } from './steps';
import { unitsName } from './units';

interface SuggestedStepsProps {
  query: ApitrailQueryOf<'funnel'>;
  /** Where the step would go: 0 is before the first. */
  at: number;
  /** Whether to ask. */
  isOn: boolean;
  onPick: (step: Step) => void;
}

/** Requests that many make after the step before this place, or before the first: one click makes one a step. */
export function SuggestedSteps({ query, at, isOn, onPick }: SuggestedStepsProps) {
  const styles = useStyles2(getStyles);
  const { frames, error, asking } = useAnswer(isOn ? suggestionsQuery(query, at) : undefined);
  const found = suggestionsOf(frames?.[0], query.steps ?? []);
  if (!isOn || suggestionsQuery(query, at) === undefined) {
    return null;
  }
  const units = unitsName(query.unit);
  const direction = at === 0 ? 'before' : 'after';
  const from = at === 0 ? query.steps[0].name : query.steps.slice(0, at).at(-1)!.name;
  const title = at === 0 ? `Where ${units} come from before ${from}` : `Where ${units} go after ${from}`;
  return (
    <div className={styles.box} role="group" aria-label={title} aria-busy={asking}>
      <p className={styles.title}>{title}</p>
      {asking && !found && <LoadingBar width={120} />}
      {error && !asking && <p className={styles.note}>Nothing can be suggested: {error}</p>}
      {!error && !asking && !found && (
        <p className={styles.note}>
          Nobody got to this step in the range, so nothing can be suggested. Take a longer range or another step.
        </p>
      )}
      {found && (
        <>
          <div className={styles.list}>
            {found.steps.map((step) => (
              <Button
                key={routeText(step.route)}
                size="sm"
                variant="secondary"
                icon="plus"
                className={styles.pick}
                tooltip={explained(step, units, direction)}
                onClick={() => onPick(stepOf(step.route))}
              >
                <span className={styles.route}>{routeText(step.route)}</span>
                <span className={styles.share}>{numbersOf(step)}</span>
              </Button>
            ))}
          </div>
          <p className={styles.note}>
            {found.steps.length === 0 && 'No request that is not a step already. '}
            Of {plural(found.units, unitsName(query.unit, 1), units)}
            {found.ends > 0 &&
              (at === 0
                ? `, ${formatShare(found.ends, 0)} begin here`
                : `, ${formatShare(found.ends, 0)} make no further request`)}
            .
          </p>
        </>
      )}
    </div>
  );
}

/** `62% · 12 s`, or where it is not the next request `31% · 2 requests on`. */
function numbersOf({ share, medianMs, distance }: SuggestedStep): string {
  const time = medianMs === undefined ? undefined : formatDuration(medianMs);
  return [formatShare(share, 0), distance > 1 ? `${distance} requests away` : time].filter(Boolean).join(' · ');
}

function explained(
  { route, units, distance, medianMs }: SuggestedStep,
  name: string,
  direction: 'after' | 'before'
): string {
  const place =
    distance === 1
      ? direction === 'after'
        ? 'make this request next'
        : 'made this request right before'
      : `made this request ${distance} requests ${direction === 'after' ? 'later' : 'earlier'}`;
  const time = medianMs === undefined ? '' : `, half of them within ${formatDuration(medianMs)}`;
  return `${routeText(route)}: ${formatCount(units)} ${name} ${place}${time}.`;
}

const getStyles = (theme: GrafanaTheme2) => ({
  box: css({ display: 'flex', flexDirection: 'column', gap: theme.spacing(0.5), minWidth: 0 }),
  title: css({ ...theme.typography.bodySmall, fontWeight: theme.typography.fontWeightMedium, margin: 0 }),
  note: css({ ...theme.typography.bodySmall, color: theme.colors.text.secondary, margin: 0 }),
  list: css({ display: 'flex', flexWrap: 'wrap', gap: theme.spacing(0.5), minWidth: 0 }),
  pick: css({ maxWidth: '100%', '> span': { minWidth: 0 } }),
  route: css({ overflow: 'hidden', textOverflow: 'ellipsis' }),
  share: css({
    flexShrink: 0,
    marginLeft: theme.spacing(1),
    color: theme.colors.text.secondary,
    fontVariantNumeric: 'tabular-nums',
  }),
});
