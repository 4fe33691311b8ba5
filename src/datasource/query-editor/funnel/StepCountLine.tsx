import React from 'react';
import { css } from '@emotion/css';
import type { GrafanaTheme2 } from '@grafana/data';
import { useStyles2 } from '@grafana/ui';

import { formatCount, formatShare } from '../../../components/format';
import { unitsName } from './units';
import type { StepCount } from './use-live-counts';

interface StepCountLineProps {
  count: StepCount | undefined;
  unit: string | undefined;
  asking: boolean;
  /** In a funnel whose steps come in any order, how many of them that many have done. */
  of?: number | undefined;
}

/** How many get to a step: their number, their share of the step before and, as a bar, of those who entered. */
export function StepCountLine({ count, unit, asking, of }: StepCountLineProps) {
  const styles = useStyles2(getStyles);
  if (!count) {
    return asking ? <p className={styles.text}>Counting</p> : null;
  }
  const { units, conversion, stepConversion, stale } = count;
  const share = Number.isNaN(conversion) ? 0 : Math.min(1, conversion);
  return (
    <div className={styles.line} data-stale={stale}>
      <div className={styles.track} aria-hidden>
        <div className={styles.bar} style={{ width: `${share * 100}%` }} />
      </div>
      <p className={styles.text}>
        <strong className={styles.units}>{formatCount(units)}</strong> {unitsName(unit, units)}
        {of !== undefined && ` did ${of === 1 ? 'one step' : `${of} of the steps`}`}
        {!Number.isNaN(stepConversion) &&
          `, ${formatShare(stepConversion)} of ${of === undefined ? 'the step before' : `who did ${of === 2 ? 'one' : of - 1}`}`}
      </p>
    </div>
  );
}

const getStyles = (theme: GrafanaTheme2) => ({
  line: css({
    display: 'flex',
    flexWrap: 'wrap',
    alignItems: 'center',
    gap: theme.spacing(0.25, 1),
    '&[data-stale="true"]': { opacity: 0.5 },
  }),
  track: css({
    flex: '0 1 auto',
    width: theme.spacing(16),
    height: 6,
    borderRadius: 3,
    overflow: 'hidden',
    background: theme.colors.background.secondary,
    border: `1px solid ${theme.colors.border.weak}`,
  }),
  bar: css({ height: '100%', background: theme.visualization.getColorByName('blue') }),
  text: css({ ...theme.typography.bodySmall, color: theme.colors.text.secondary, margin: 0 }),
  units: css({ color: theme.colors.text.primary, fontVariantNumeric: 'tabular-nums' }),
});
