import React, { useRef, useState } from 'react';

import { moveMark, type MarkHandlers } from './mark-buttons';
import { type Mark, MarkOverlay, type MarkOverlayHandle } from './MarkOverlay';

interface Marks {
  /** Goes to the element around the marks. */
  root: React.RefObject<HTMLDivElement | null>;
  handlers: MarkHandlers;
  /** Tooltip and menu, to be drawn beside the marks. */
  overlay: React.ReactNode;
}

interface Options {
  count: number;
  markOf: (index: number) => Mark;
  /** All figures of a mark in one sentence. */
  sentenceOf: (index: number) => string;
  testId: string;
  /** Where a key goes; by default along all marks. */
  move?: (index: number, key: string) => number | undefined;
}

/** Marks as buttons: one stop of the keyboard, in which the arrows go from one to the next; each has a tooltip and a menu. */
export function useMarks({ count, markOf, sentenceOf, testId, move }: Options): Marks {
  const root = useRef<HTMLDivElement>(null);
  const overlay = useRef<MarkOverlayHandle>(null);
  const [current, setCurrent] = useState(0);
  const handlers: MarkHandlers = (index) => ({
    type: 'button',
    tabIndex: index === Math.min(current, count - 1) ? 0 : -1,
    'aria-description': sentenceOf(index),
    'aria-haspopup': 'menu',
    'data-testid': testId,
    'data-mark': index,
    onClick: (event) => {
      const button = event.currentTarget;
      const byKey = event.detail === 0;
      const at = byKey ? middleOf(button) : { x: event.clientX, y: event.clientY };
      overlay.current?.openMenu({ index, ...at }, button);
    },
    onKeyDown: (event) => {
      if (event.key === 'Escape') {
        overlay.current?.point(undefined);
        return;
      }
      const next = move ? move(index, event.key) : moveMark(index, event.key, count);
      if (next !== undefined) {
        event.preventDefault();
        setCurrent(next);
        root.current?.querySelector<HTMLElement>(`[data-mark="${next}"]`)?.focus();
      }
    },
    onMouseMove: (event) => overlay.current?.point({ index, x: event.clientX, y: event.clientY }),
    onMouseLeave: () => overlay.current?.point(undefined),
    onFocus: (event) => {
      setCurrent(index);
      if (event.currentTarget.matches(':focus-visible') && !overlay.current?.isMenuOpen()) {
        overlay.current?.point({ index, ...middleOf(event.currentTarget) });
      }
    },
    onBlur: () => overlay.current?.point(undefined),
  });
  return { root, handlers, overlay: <MarkOverlay handle={overlay} count={count} markOf={markOf} /> };
}

function middleOf(element: HTMLElement): { x: number; y: number } {
  const rect = element.getBoundingClientRect();
  return { x: rect.left + rect.width / 2, y: rect.top + Math.min(rect.height / 2, 80) };
}
