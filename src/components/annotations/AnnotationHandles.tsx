import { css } from '@emotion/css';
import { type GrafanaTheme2 } from '@grafana/data';
import { type TimeZone } from '@grafana/schema';
import { useStyles2 } from '@grafana/ui';
import React, { useRef, useState } from 'react';

import { formatDuration, formatTime, formatTimeRange } from '../format';
import { PanelTooltip } from '../PanelTooltip';
import { testIds } from '../test-ids';
import { type PlacedMark } from './marks';

interface Props {
  marks: readonly PlacedMark[];
  timeZone: TimeZone;
}

/** Height of the strip, in pixels. */
export const HANDLES_HEIGHT = 8;

/**
 * What annotations are pointed at by, below a drawing: a triangle for a point in time, a bar where it lasted. One stop of
 * the keyboard, in which the arrows go from one to the next.
 */
export function AnnotationHandles({ marks, timeZone }: Props) {
  const styles = useStyles2(getStyles);
  const strip = useRef<HTMLDivElement>(null);
  const [reached, setReached] = useState(0);
  const [open, setOpen] = useState<{ index: number; x: number; y: number }>();
  if (marks.length === 0) {
    return null;
  }
  const current = Math.min(reached, marks.length - 1);
  const openAt = (index: number, element: Element) => {
    const { left, width, top } = element.getBoundingClientRect();
    setOpen({ index, x: left + width / 2, y: top });
  };
  const onKeyDown = (event: React.KeyboardEvent) => {
    if (event.key === 'Escape') {
      setOpen(undefined);
      return;
    }
    const next = nextIndex(event.key, current, marks.length);
    if (next !== undefined) {
      event.preventDefault();
      setReached(next);
      (strip.current?.children[next] as HTMLElement | undefined)?.focus();
    }
  };
  const shown = open && marks[open.index];

  return (
    <>
      <div
        ref={strip}
        className={styles.strip}
        role="group"
        aria-label="Annotations"
        onKeyDown={onKeyDown}
        data-testid={testIds.annotations.handles}
      >
        {marks.map((mark, index) => (
          <button
            key={index}
            type="button"
            className={styles.handle}
            style={{ left: mark.x, width: Math.max(mark.width, 0) + 2 * REACH }}
            tabIndex={index === current ? 0 : -1}
            aria-label={nameOf(mark, timeZone)}
            onMouseEnter={(event) => openAt(index, event.currentTarget)}
            onMouseLeave={() => setOpen(undefined)}
            onFocus={(event) => {
              setReached(index);
              openAt(index, event.currentTarget);
            }}
            onBlur={() => setOpen(undefined)}
          >
            {mark.width > 0 ? (
              <span className={styles.bar} style={{ background: mark.color }} />
            ) : (
              <span className={styles.triangle} style={{ borderBottomColor: mark.color }} />
            )}
          </button>
        ))}
      </div>
      {shown && (
        <PanelTooltip
          x={open.x}
          y={open.y}
          color={shown.color}
          title={shown.title}
          subtitle={timeOf(shown, timeZone)}
          rows={[
            ...(shown.timeEnd === undefined
              ? []
              : [{ label: 'Lasted', value: formatDuration(shown.timeEnd - shown.time) }]),
            ...(shown.tags.length === 0 ? [] : [{ label: 'Tags', value: shown.tags.join(', ') }]),
          ]}
          footer={shown.text || undefined}
        />
      )}
    </>
  );
}

/** How far beside a mark it is still pointed at, in pixels. */
const REACH = 6;

function timeOf({ time, timeEnd }: PlacedMark, timeZone: TimeZone): string {
  return timeEnd === undefined ? formatTime(time, timeZone) : formatTimeRange(time, timeEnd, timeZone);
}

function nameOf(mark: PlacedMark, timeZone: TimeZone): string {
  return [mark.title, timeOf(mark, timeZone), mark.text, ...mark.tags].filter((part) => part !== '').join(', ');
}

function nextIndex(key: string, current: number, count: number): number | undefined {
  switch (key) {
    case 'ArrowLeft':
      return Math.max(0, current - 1);
    case 'ArrowRight':
      return Math.min(count - 1, current + 1);
    case 'Home':
      return 0;
    case 'End':
      return count - 1;
    default:
      return undefined;
  }
}

function getStyles(theme: GrafanaTheme2) {
  return {
    strip: css({ position: 'absolute', left: 0, right: 0, top: 0, height: HANDLES_HEIGHT }),
    handle: css({
      position: 'absolute',
      top: 0,
      height: HANDLES_HEIGHT,
      marginLeft: -REACH,
      padding: `0 ${REACH}px`,
      border: 0,
      background: 'none',
      lineHeight: 0,
      '&:focus-visible': { outline: `2px solid ${theme.colors.primary.border}`, outlineOffset: 0 },
    }),
    bar: css({ display: 'block', height: 5, borderRadius: theme.shape.radius.sm }),
    triangle: css({
      display: 'block',
      width: 0,
      height: 0,
      marginLeft: -5,
      borderLeft: '5px solid transparent',
      borderRight: '5px solid transparent',
      borderBottomWidth: 6,
      borderBottomStyle: 'solid',
    }),
  };
}
