import { css } from '@emotion/css';
import React from 'react';

const hidden = css({
  position: 'absolute',
  width: 1,
  height: 1,
  margin: -1,
  padding: 0,
  border: 0,
  overflow: 'hidden',
  clipPath: 'inset(50%)',
  whiteSpace: 'nowrap',
});

interface Props {
  children: React.ReactNode;
  /** Whether changes are read out. */
  live?: boolean;
  id?: string;
  testId?: string;
}

/** Text for those who do not see the drawing. */
export function VisuallyHidden({ children, live, id, testId }: Props) {
  return (
    <div id={id} className={hidden} aria-live={live ? 'polite' : undefined} data-testid={testId}>
      {children}
    </div>
  );
}
