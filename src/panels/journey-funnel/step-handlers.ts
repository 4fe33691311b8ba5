import type React from 'react';

/** What makes a step's button answer to pointer and keyboard. */
export interface StepButtonProps {
  type: 'button';
  tabIndex: number;
  /** A sentence with all figures of the step. Its name is what the button shows. */
  'aria-description': string;
  'aria-haspopup': 'menu';
  'data-testid': string;
  'data-step': number;
  onClick: React.MouseEventHandler<HTMLButtonElement>;
  onKeyDown: React.KeyboardEventHandler<HTMLButtonElement>;
  onMouseMove: React.MouseEventHandler<HTMLButtonElement>;
  onMouseLeave: React.MouseEventHandler<HTMLButtonElement>;
  onFocus: React.FocusEventHandler<HTMLButtonElement>;
  onBlur: React.FocusEventHandler<HTMLButtonElement>;
}

export type StepHandlers = (index: number) => StepButtonProps;
