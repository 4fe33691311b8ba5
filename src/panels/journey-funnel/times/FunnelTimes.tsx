import { css } from '@emotion/css';
import { type GrafanaTheme2 } from '@grafana/data';
import { useStyles2 } from '@grafana/ui';
import React from 'react';

import { earlierText } from '../../../components/change';
import { formatDuration } from '../../../components/format';
import { testIds } from '../../../components/test-ids';
import { type FunnelModel } from '../model';
import { TimesHistogram } from './TimesHistogram';

interface Props {
  model: FunnelModel;
  width: number;
  height: number;
}

const LEAST_CARD = 220;
const GAP = 12;
const AROUND_CHART = 66;

/** How long each step took from the one before: a small histogram for each. */
export function FunnelTimes({ model, width, height }: Props) {
  const styles = useStyles2(getStyles);
  const transitions = model.steps.map((step, index) => ({ step, before: model.steps[index - 1] })).slice(1);
  const across = Math.max(1, Math.min(transitions.length, Math.floor(width / LEAST_CARD)));
  const card = Math.floor((width - GAP * (across - 1)) / across);
  const down = Math.ceil(transitions.length / across);
  const chart = Math.max(40, Math.min(160, Math.floor(height / down) - AROUND_CHART - GAP));
  return (
    // The keyboard scrolls what does not fit.
    <div className={styles.cards} style={{ width, height }} role="group" aria-label="Times between steps" tabIndex={0}>
      {transitions.map(({ step, before }) => (
        <div key={step.name} style={{ width: card }} data-testid={testIds.funnel.transition}>
          <div className={styles.title} title={`${before.name} → ${step.name}`}>
            {before.name} → {step.name}
          </div>
          {!step.times?.some((bucket) => bucket.units > 0) ? (
            <div className={styles.none}>Nobody got this far.</div>
          ) : (
            <>
              <div className={styles.figures}>
                {Number.isNaN(step.medianMs) ? (
                  'All values of the breakdown together'
                ) : (
                  <>
                    <strong>{formatDuration(step.medianMs)}</strong> median, p90 {formatDuration(step.p90Ms)}
                  </>
                )}
                {model.earlier && step.earlier && !Number.isNaN(step.earlier.medianMs) && (
                  <span title={`p90 ${formatDuration(step.earlier.p90Ms)}`}>
                    {' · '}
                    {formatDuration(step.earlier.medianMs)} {earlierText(model.earlier.timeShift)}
                  </span>
                )}
              </div>
              <TimesHistogram
                buckets={step.times ?? []}
                medianMs={step.medianMs}
                width={card}
                height={chart}
                earlier={earlierText(model.earlier?.timeShift)}
                axis
              />
            </>
          )}
        </div>
      ))}
    </div>
  );
}

function getStyles(theme: GrafanaTheme2) {
  return {
    cards: css({ display: 'flex', flexWrap: 'wrap', gap: GAP, overflowY: 'auto', alignContent: 'flex-start' }),
    title: css({
      fontSize: theme.typography.bodySmall.fontSize,
      fontWeight: theme.typography.fontWeightMedium,
      overflow: 'hidden',
      textOverflow: 'ellipsis',
      whiteSpace: 'nowrap',
    }),
    figures: css({
      fontSize: theme.typography.bodySmall.fontSize,
      color: theme.colors.text.secondary,
      fontVariantNumeric: 'tabular-nums',
      overflow: 'hidden',
      textOverflow: 'ellipsis',
      whiteSpace: 'nowrap',
      strong: { color: theme.colors.text.primary, fontSize: theme.typography.h5.fontSize },
    }),
    none: css({ color: theme.colors.text.secondary, fontSize: theme.typography.bodySmall.fontSize }),
  };
}
