import { css } from '@emotion/css';
import { colorManipulator } from '@grafana/data';
import { useTheme2 } from '@grafana/ui';
import React from 'react';

import { testIds } from '../test-ids';
import { type PlacedMark } from './marks';

const layer = css({ position: 'absolute', inset: 0, overflow: 'hidden', pointerEvents: 'none' });
const line = css({ position: 'absolute', top: 0, bottom: 0, width: 1 });
const band = css({ position: 'absolute', top: 0, bottom: 0 });

/** Annotations across a drawing: a line at a point in time, a band where it lasted. The drawing keeps the pointer. */
export const AnnotationLines = React.memo(function AnnotationLines({ marks }: { marks: readonly PlacedMark[] }) {
  const theme = useTheme2();
  if (marks.length === 0) {
    return null;
  }
  // On what is drawn in the same colour a line is seen by its edge.
  const edge = `0 0 0 1px ${colorManipulator.alpha(theme.colors.background.primary, 0.7)}`;
  return (
    <div className={layer} aria-hidden data-testid={testIds.annotations.lines}>
      {marks.map((mark, index) => (
        <React.Fragment key={index}>
          {mark.width > 0 && (
            <div
              className={band}
              style={{ left: mark.x, width: mark.width, background: colorManipulator.alpha(mark.color, 0.15) }}
            />
          )}
          {[mark.x, ...(mark.width > 0 ? [mark.x + mark.width] : [])].map((x) => (
            <div key={x} className={line} style={{ left: x, background: mark.color, boxShadow: edge }} />
          ))}
        </React.Fragment>
      ))}
    </div>
  );
});
