import { cx } from '@emotion/css';
import { Icon, type IconName, useStyles2 } from '@grafana/ui';
import React from 'react';

import { formatCount } from '../../components/format';
import { testIds } from '../../components/test-ids';
import { type Picked } from './arrange';
import { type TimelineModel } from './model';
import { getTimelineStyles } from './timeline-styles';

interface Props {
  model: TimelineModel;
  summary: string;
  picks: ReadonlySet<Picked>;
  /** Whether journeys are shown at all. */
  journeys: boolean;
  /** Chips without icons. */
  narrow: boolean;
  onPick: (picks: ReadonlySet<Picked>) => void;
}

const CHIPS: Array<{ pick: Picked; label: string; icon: IconName }> = [
  { pick: 'errors', label: 'Errors', icon: 'exclamation-triangle' },
  { pick: 'slow', label: 'Slow', icon: 'clock-nine' },
  { pick: 'journeys', label: 'Journeys', icon: 'code-branch' },
];

/** Whose timeline it is, what it amounts to, and chips that pick out a part of it. */
export function TimelineToolbar({ model, summary, picks, journeys, narrow, onPick }: Props) {
  const styles = useStyles2(getTimelineStyles);
  const counts: Record<Picked, number> = {
    errors: model.errorsOnPage,
    slow: model.counts.slow,
    journeys: model.counts.journeys,
  };
  const toggle = (pick: Picked) => {
    const next = new Set(picks);
    if (!next.delete(pick)) {
      next.add(pick);
    }
    onPick(next);
  };
  return (
    <div className={styles.toolbar}>
      <div className={styles.about}>
        {model.customer !== undefined && (
          <span className={styles.customer} title={model.customer}>
            <Icon name="user" size="sm" /> {model.customer}
          </span>
        )}
        <span className={styles.summary} title={summary} data-testid={testIds.timeline.summary}>
          {summary}
        </span>
      </div>
      <div
        className={styles.chips}
        role="group"
        aria-label={model.missing > 0 ? 'Show only, of this page' : 'Show only'}
      >
        {CHIPS.filter(({ pick }) => pick !== 'journeys' || (journeys && counts.journeys > 0)).map(
          ({ pick, label, icon }) => (
            <button
              key={pick}
              type="button"
              className={cx(styles.chip, picks.has(pick) && styles.chosen)}
              aria-pressed={picks.has(pick)}
              title={model.missing > 0 ? 'On this page' : undefined}
              disabled={counts[pick] === 0 && !picks.has(pick)}
              onClick={() => toggle(pick)}
              data-testid={testIds.timeline.filter}
            >
              {!narrow && <Icon name={icon} size="sm" />}
              {label} {formatCount(counts[pick])}
            </button>
          )
        )}
      </div>
    </div>
  );
}
