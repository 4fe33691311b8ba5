import { cx } from '@emotion/css';
import { type TimeZone } from '@grafana/schema';
import { Icon, useStyles2 } from '@grafana/ui';
import React from 'react';

import { formatCount, formatTimeRange } from '../../components/format';
import { testIds } from '../../components/test-ids';
import { type PageChoice } from './ask-page';
import { NARROW } from './item-heights';
import { rowsOfPage, type TimelineModel } from './model';
import { getTimelineStyles } from './timeline-styles';

/** Height of the pager in pixels. */
export const PAGER_HEIGHT = 32;

interface Props {
  model: TimelineModel;
  /** What comes first in the list. */
  order: 'newest' | 'oldest';
  width: number;
  timeZone: TimeZone;
  loading: boolean;
  onPage: (choice: PageChoice) => void;
}

/** Which part of a long timeline is shown, and buttons to what is older and newer. */
export function TimelinePager({ model, order, width, timeZone, loading, onPage }: Props) {
  const styles = useStyles2(getTimelineStyles);
  const { older, newer } = model.marker?.cursors ?? {};
  const { first, last, total } = rowsOfPage(model, order);
  const narrow = width < NARROW;
  const times = model.sessions.flatMap(({ events }) => events.map(({ time }) => time));
  const span =
    narrow || times.length === 0
      ? ''
      : `, ${formatTimeRange(
          times.reduce((a, b) => Math.min(a, b)),
          times.reduce((a, b) => Math.max(a, b)),
          timeZone
        )}`;
  const text = `${narrow ? '' : 'Rows '}${formatCount(first)} to ${formatCount(last)} of ${formatCount(total)}${span}`;
  const button = (label: 'Older' | 'Newer', back: boolean, choice: PageChoice | undefined) => (
    <button
      type="button"
      className={cx(styles.chip, (!choice || loading) && styles.noPage)}
      aria-disabled={!choice || loading}
      aria-label={`${label} rows`}
      title={choice ? `${label} rows` : `There is nothing ${label.toLowerCase()} in the range`}
      onClick={() => choice && !loading && onPage(choice)}
      data-testid={label === 'Older' ? testIds.timeline.older : testIds.timeline.newer}
    >
      {back && <Icon name="angle-left" size="sm" />}
      {label}
      {!back && <Icon name="angle-right" size="sm" />}
    </button>
  );
  const newestFirst = order === 'newest';
  const toOlder = button('Older', !newestFirst, older === undefined ? undefined : { side: 'before', cursor: older });
  const toNewer = button('Newer', newestFirst, newer === undefined ? undefined : { side: 'after', cursor: newer });
  return (
    <nav className={styles.pager} style={{ height: PAGER_HEIGHT }} aria-label="Pages of the timeline">
      {newestFirst ? toNewer : toOlder}
      <span className={styles.pageText} role="status" title={text} data-testid={testIds.timeline.page}>
        {loading ? 'Loading…' : text}
      </span>
      {newestFirst ? toOlder : toNewer}
    </nav>
  );
}
