import type React from 'react';

/** What makes a mark's button answer to pointer and keyboard. */
export interface MarkButtonProps {
  type: 'button';
  tabIndex: number;
  /** A sentence with all figures of the mark. Its name is what the button shows. */
  'aria-description': string;
  'aria-haspopup': 'menu';
  'data-testid': string;
  'data-mark': number;
  onClick: React.MouseEventHandler<HTMLButtonElement>;
  onKeyDown: React.KeyboardEventHandler<HTMLButtonElement>;
  onMouseMove: React.MouseEventHandler<HTMLButtonElement>;
  onMouseLeave: React.MouseEventHandler<HTMLButtonElement>;
  onFocus: React.FocusEventHandler<HTMLButtonElement>;
  onBlur: React.FocusEventHandler<HTMLButtonElement>;
}

export type MarkHandlers = (index: number) => MarkButtonProps;

/** Where a key moves the cursor among marks, or undefined when it moves nothing. */
export function moveMark(index: number, key: string, count: number): number | undefined {
  switch (key) {
    case 'ArrowLeft':
    case 'ArrowUp':
      return Math.max(0, index - 1);
    case 'ArrowRight':
    case 'ArrowDown':
      return Math.min(count - 1, index + 1);
    case 'Home':
      return 0;
    case 'End':
      return count - 1;
    default:
      return undefined;
  }
}

/** The same among marks in rows of so many: up and down go from row to row. */
export function moveInGrid(index: number, key: string, count: number, across: number): number | undefined {
  const down = key === 'ArrowDown' ? across : key === 'ArrowUp' ? -across : 0;
  if (down === 0) {
    return moveMark(index, key, count);
  }
  const next = index + down;
  return next >= 0 && next < count ? next : index;
}
