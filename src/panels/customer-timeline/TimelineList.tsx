import { cx } from '@emotion/css';
import { type TimeZone } from '@grafana/schema';
import { Icon, useStyles2 } from '@grafana/ui';
import React, { useLayoutEffect, useMemo, useRef, useState } from 'react';

import { testIds } from '../../components/test-ids';
import { type TimelineItem } from './arrange';
import { dayName, itemSentence } from './describe';
import { heightOf, NARROW, offsetsOf, rowAt, rowsSeen } from './item-heights';
import { type TimelineOptions } from './options';
import { Rail } from './Rail';
import { getTimelineStyles } from './timeline-styles';
import { RowContent } from './TimelineRows';
import { type PointedItem } from './TimelineView';

interface Props {
  items: TimelineItem[];
  options: TimelineOptions;
  /** What is in the list, in words. */
  label: string;
  width: number;
  height: number;
  timeZone: TimeZone;
  /** Opens or closes a session or a run; without `open` the other way round. */
  onToggle: (item: TimelineItem, open?: boolean) => void;
  onPoint: (at: PointedItem | undefined) => void;
  onMenu: (at: PointedItem, element: HTMLElement) => void;
}

const WIDE = 640;
const LEVELS = { day: 1, pause: 1, session: 1, run: 2, event: 2 };

/** The rows of a timeline, of which only those in view are drawn. Arrow keys move, Enter opens what a row has. */
export function TimelineList(props: Props) {
  const { items, options, label, width, height, timeZone, onToggle, onPoint, onMenu } = props;
  const styles = useStyles2(getTimelineStyles);
  const list = useRef<HTMLDivElement>(null);
  const wantsFocus = useRef(false);
  const [scrollTop, setScrollTop] = useState(0);
  const [currentId, setCurrentId] = useState<string>();
  const narrow = width < NARROW;
  const heights = useMemo(() => items.map((item) => heightOf(item, narrow)), [items, narrow]);
  const offsets = useMemo(() => offsetsOf(heights), [heights]);
  const total = offsets[items.length];
  const top = Math.min(scrollTop, Math.max(0, total - height));
  const [first, last] = rowsSeen(offsets, top, height);
  const firstStop = items.findIndex(isStop);
  const found = items.findIndex(({ id }) => id === currentId);
  const current = found >= 0 ? found : firstStop;
  const drawn = Array.from({ length: last - first }, (_, index) => first + index);
  if (current >= 0 && (current < first || current >= last)) {
    // What has the focus stays drawn, so that it keeps it while it is scrolled away.
    drawn.push(current);
  }

  useLayoutEffect(() => {
    if (wantsFocus.current) {
      wantsFocus.current = false;
      list.current?.querySelector<HTMLElement>(`[data-index="${current}"]`)?.focus({ preventScroll: true });
    }
  }, [current, scrollTop]);

  const go = (index: number) => {
    const element = list.current;
    if (element) {
      const pinned = PINNED_HEIGHT;
      element.scrollTop = Math.min(
        Math.max(0, offsets[index] - pinned),
        Math.max(element.scrollTop, offsets[index + 1] - element.clientHeight)
      );
      setScrollTop(element.scrollTop);
    }
    wantsFocus.current = true;
    setCurrentId(items[index].id);
  };

  const onKeyDown = (event: React.KeyboardEvent<HTMLElement>, index: number) => {
    const item = items[index];
    const opens = item.kind === 'session' || item.kind === 'run';
    const to = nextStop(items, offsets, index, event.key, height);
    const act: Record<string, (() => void) | undefined> = {
      ArrowRight: opens ? () => onToggle(item, true) : undefined,
      ArrowLeft: opens ? () => onToggle(item, false) : () => go(parentOf(items, index)),
      Enter: () => take(item, event.currentTarget),
      ' ': () => take(item, event.currentTarget),
      ContextMenu: () => onMenu({ item, ...middleOf(event.currentTarget) }, event.currentTarget),
      Escape: () => onPoint(undefined),
    };
    const action = to === undefined ? act[event.key] : () => go(to);
    if (action) {
      event.preventDefault();
      action();
    }
  };
  const take = (item: TimelineItem, element: HTMLElement, at = middleOf(element)) =>
    item.kind === 'event' ? onMenu({ item, ...at }, element) : onToggle(item);

  const topRow = items.length > 0 ? rowAt(offsets, top) : -1;
  const day = top > 0 ? items.slice(0, topRow + 1).findLast(({ kind }) => kind === 'day') : undefined;
  return (
    <div style={{ position: 'relative', height, minHeight: 0 }}>
      {day?.kind === 'day' && (
        <div className={cx(styles.day, styles.pinned)} aria-hidden>
          {dayName(day.time, timeZone)}
        </div>
      )}
      <div
        ref={list}
        className={styles.grid}
        style={{ height }}
        role="treegrid"
        aria-label={label}
        aria-rowcount={items.length}
        data-testid={testIds.timeline.grid}
        onScroll={(event) => {
          setScrollTop(event.currentTarget.scrollTop);
          onPoint(undefined);
        }}
      >
        <div style={{ height: total, position: 'relative' }} role="presentation">
          {drawn.map((index) => {
            const item = items[index];
            const stop = isStop(item);
            const isError = item.kind === 'event' && item.event.kind === 'error';
            return (
              <div
                key={item.id}
                className={cx(
                  styles.row,
                  stop && styles.clickable,
                  item.kind === 'day' && styles.day,
                  item.kind === 'pause' && styles.pause,
                  isError && styles.error
                )}
                style={{ top: offsets[index], height: heights[index] }}
                role="row"
                aria-rowindex={index + 1}
                aria-level={LEVELS[item.kind]}
                aria-label={itemSentence(item, timeZone)}
                aria-expanded={item.kind === 'session' || item.kind === 'run' ? item.open : undefined}
                tabIndex={stop ? (index === current ? 0 : -1) : undefined}
                data-index={index}
                data-testid={testIdOf(item)}
                onClick={(event) => {
                  if (stop) {
                    setCurrentId(item.id);
                    const pointer = { x: event.clientX, y: event.clientY };
                    take(item, event.currentTarget, event.detail === 0 ? middleOf(event.currentTarget) : pointer);
                  }
                }}
                onContextMenu={(event) => {
                  if (item.kind === 'event' || item.kind === 'session') {
                    event.preventDefault();
                    onMenu({ item, x: event.clientX, y: event.clientY }, event.currentTarget);
                  }
                }}
                onKeyDown={stop ? (event) => onKeyDown(event, index) : undefined}
                onMouseMove={(event) => onPoint({ item, x: event.clientX, y: event.clientY })}
                onMouseLeave={() => onPoint(undefined)}
                onFocus={(event) => {
                  if (stop) {
                    setCurrentId(item.id);
                    if (event.currentTarget.matches(':focus-visible')) {
                      onPoint({ item, ...middleOf(event.currentTarget) });
                    }
                  }
                }}
                onBlur={() => onPoint(undefined)}
              >
                <Rail
                  part={item.rail}
                  height={heights[index]}
                  mark={item.kind === 'event' && item.event.kind === 'journey' ? item.event.outcome : undefined}
                />
                <div
                  role="gridcell"
                  className={cx(
                    styles.cell,
                    item.kind === 'session' && styles.session,
                    item.kind === 'event' && item.inRun && styles.indented
                  )}
                >
                  <RowContent
                    item={item}
                    timeZone={timeZone}
                    narrow={narrow}
                    wide={width >= WIDE}
                    newest={options.order === 'newest'}
                    showService={options.showService}
                  />
                  {item.kind === 'session' && (
                    <span
                      className={styles.more}
                      title="What can be done with this session"
                      onClick={(event) => {
                        event.stopPropagation();
                        const row = event.currentTarget.closest<HTMLElement>('[role="row"]');
                        onMenu({ item, x: event.clientX, y: event.clientY }, row ?? event.currentTarget);
                      }}
                    >
                      <Icon name="ellipsis-v" size="sm" />
                    </span>
                  )}
                </div>
              </div>
            );
          })}
        </div>
      </div>
    </div>
  );
}

const PINNED_HEIGHT = 24;

/** Days and pauses are read, not stopped at. */
function isStop({ kind }: TimelineItem): boolean {
  return kind !== 'day' && kind !== 'pause';
}

function nextStop(
  items: TimelineItem[],
  offsets: Float64Array,
  index: number,
  key: string,
  viewHeight: number
): number | undefined {
  const from = (start: number, step: 1 | -1) => {
    for (let at = start; at >= 0 && at < items.length; at += step) {
      if (isStop(items[at])) {
        return at;
      }
    }
    return index;
  };
  switch (key) {
    case 'ArrowDown':
      return from(index + 1, 1);
    case 'ArrowUp':
      return from(index - 1, -1);
    case 'PageDown':
      return from(rowAt(offsets, offsets[index] + viewHeight * 0.9), 1);
    case 'PageUp':
      return from(rowAt(offsets, Math.max(0, offsets[index] - viewHeight * 0.9)), -1);
    case 'Home':
      return from(0, 1);
    case 'End':
      return from(items.length - 1, -1);
    default:
      return undefined;
  }
}

/** The session a row is in. */
function parentOf(items: TimelineItem[], index: number): number {
  const session = items.slice(0, index).findLastIndex(({ kind }) => kind === 'session');
  return session >= 0 ? session : index;
}

function testIdOf(item: TimelineItem): string {
  return testIds.timeline[item.kind === 'event' ? item.event.kind : item.kind];
}

function middleOf(element: HTMLElement): { x: number; y: number } {
  const { left, top, width, height } = element.getBoundingClientRect();
  return { x: left + Math.min(width / 2, 240), y: top + height / 2 };
}
