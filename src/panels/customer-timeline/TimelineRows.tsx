import { cx } from '@emotion/css';
import { type TimeZone } from '@grafana/schema';
import { Icon, useStyles2, useTheme2 } from '@grafana/ui';
import React from 'react';

import { ownerOf, statusColor } from '../../components/error-owners';
import { formatDuration, formatTime } from '../../components/format';
import { methodColor } from '../../components/http-method';
import { testIds } from '../../components/test-ids';
import { type TimelineItem } from './arrange';
import { dayName, errorText, pauseText, runRoutes, runText, sessionText } from './describe';
import { isEnd } from './journey-rail';
import { type TimelineEvent } from './model';
import { outcomeColor } from './Rail';
import { getTimelineStyles } from './timeline-styles';

interface Props {
  timeZone: TimeZone;
  /** Two lines for a request instead of one. */
  narrow: boolean;
}

const CLOCK = 'HH:mm:ss';

/** What a row shows beside the rail. */
export function RowContent(
  props: Props & { item: TimelineItem; newest: boolean; wide: boolean; showService: boolean }
) {
  const { item, timeZone, narrow, newest } = props;
  const styles = useStyles2(getTimelineStyles);
  switch (item.kind) {
    case 'day':
      return <span className={styles.cut}>{dayName(item.time, timeZone)}</span>;
    case 'pause':
      return (
        <>
          <span className={styles.dashes} />
          {pauseText(item.ms)} {newest ? 'earlier' : 'later'}
          <span className={styles.dashes} />
        </>
      );
    case 'session':
      return <SessionContent {...props} item={item} />;
    case 'run':
      return (
        <>
          <Icon name={item.open ? 'angle-down' : 'angle-right'} />
          <span className={styles.time}>{formatTime(item.events[0].time, timeZone, CLOCK)}</span>
          <span className={styles.strong}>{runText(item.events)}</span>
          {!narrow && <span className={cx(styles.grow, styles.muted)}>{runRoutes(item.events)}</span>}
        </>
      );
    case 'event':
      return item.event.kind === 'journey' ? (
        <JourneyContent event={item.event} timeZone={timeZone} />
      ) : (
        <RequestContent {...props} event={item.event} />
      );
  }
}

function SessionContent({ item, timeZone, narrow }: Props & { item: TimelineItem & { kind: 'session' } }) {
  const styles = useStyles2(getTimelineStyles);
  const { session, open } = item;
  const [from, to] = [session.time, session.timeEnd].map((time) => formatTime(time, timeZone, 'HH:mm'));
  const [all, failed] = sessionText(session).split(/, (?=[\d,]+ errors?$)/);
  return (
    <>
      <Icon name={open ? 'angle-down' : 'angle-right'} />
      <span className={styles.strong}>{narrow || from === to ? from : `${from} – ${to}`}</span>
      <span className={cx(styles.cut, styles.muted)}>{all}</span>
      {failed && <span className={styles.bad}>{failed}</span>}
      {!narrow && session.session !== undefined && (
        <span className={cx(styles.grow, styles.muted)} style={{ textAlign: 'right' }} title={session.session}>
          {session.session}
        </span>
      )}
    </>
  );
}

function JourneyContent({ event, timeZone }: { event: TimelineEvent; timeZone: TimeZone }) {
  const theme = useTheme2();
  const styles = useStyles2(getTimelineStyles);
  return (
    <>
      <span className={styles.time}>{formatTime(event.time, timeZone, CLOCK)}</span>
      <span
        className={cx(styles.cut, styles.strong)}
        style={isEnd(event.outcome) ? { color: outcomeColor(event.outcome, theme) } : undefined}
      >
        {event.title}
      </span>
    </>
  );
}

function RequestContent(props: Props & { event: TimelineEvent; wide: boolean; showService: boolean }) {
  const { event, timeZone, narrow, wide, showService } = props;
  const theme = useTheme2();
  const styles = useStyles2(getTimelineStyles);
  const { method, route, status, durationMs, slow } = event;
  const error = event.kind === 'error';
  const time = <span className={styles.time}>{formatTime(event.time, timeZone, CLOCK)}</span>;
  const asked = (
    <>
      {method !== undefined && (
        <span className={styles.method} style={{ color: methodColor(method, theme) }}>
          {method}
        </span>
      )}
      <span className={styles.grow} title={route ?? event.title}>
        {route ?? event.title}
      </span>
    </>
  );
  const answer = (
    <>
      <span className={styles.status} style={{ color: statusColor(String(status ?? (error ? '5' : '')), theme) }}>
        {status ?? (error ? 'none' : '')}
      </span>
      <span className={styles.duration}>{Number.isNaN(durationMs) ? '' : formatDuration(durationMs)}</span>
      <DurationBar event={event} />
      <span className={styles.slow}>{slow ? 'slow' : ''}</span>
    </>
  );
  return (
    <div className={styles.lines}>
      {narrow ? (
        <>
          <div className={styles.line}>
            {time}
            {asked}
          </div>
          <div className={styles.line}>
            <span className={styles.time} />
            {answer}
          </div>
        </>
      ) : (
        <div className={styles.line}>
          {time}
          {asked}
          {wide && showService && event.service !== undefined && <span className={styles.muted}>{event.service}</span>}
          {answer}
        </div>
      )}
      {error && <ErrorLine event={event} />}
    </div>
  );
}

function ErrorLine({ event }: { event: TimelineEvent }) {
  const styles = useStyles2(getTimelineStyles);
  const owner = ownerOf(event.errorOwner);
  const message = event.errorMessage ?? event.errorGroup;
  return (
    <div className={styles.line} title={errorText(event)}>
      <span className={styles.time} />
      {owner && (
        <span className={styles.bad} title={owner.meaning}>
          <Icon name={owner.icon} size="sm" /> {owner.label}
        </span>
      )}
      <span className={styles.cut}>{message ?? 'No message'}</span>
    </div>
  );
}

/** How long it took beside what is usual, which is in the middle; beyond twice of it the bar is full. */
function DurationBar({ event }: { event: TimelineEvent }) {
  const theme = useTheme2();
  const styles = useStyles2(getTimelineStyles);
  const { durationMs, usualMs, slow } = event;
  if (Number.isNaN(durationMs) || !(usualMs > 0)) {
    return <span className={styles.noBar} />;
  }
  const color = theme.visualization.getColorByName(
    slow ? 'semi-dark-orange' : theme.isDark ? 'blue' : 'semi-dark-blue'
  );
  return (
    <span className={styles.bar} data-testid={testIds.timeline.bar}>
      <div
        className={styles.fill}
        style={{ width: `${Math.min(1, durationMs / usualMs / 2) * 100}%`, background: color }}
      />
      <div className={styles.usual} />
    </span>
  );
}
