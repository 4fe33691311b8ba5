import { css } from '@emotion/css';
import { colorManipulator } from '@grafana/data';
import React from 'react';

import { testIds } from '../test-ids';
import { type PlacedMark } from './marks';

const layer = css({ position: 'absolute', inset: 0, overflow: 'hidden', pointerEvents: 'none' });
const line = css({ position: 'absolute', top: 0, bottom: 0, width: 0 });
const band = css({ position: 'absolute', top: 0, bottom: 0 });

/** Annotations across a drawing: a line at a point in time, a band where it lasted. The drawing keeps the pointer. */
export const AnnotationLines = React.memo(function AnnotationLines({ marks }: { marks: readonly PlacedMark[] }) {
  if (marks.length === 0) {
    return null;
  }
  return (
    <div className={layer} aria-hidden data-testid={testIds.annotations.lines}>
      {marks.map((mark, index) => {
        const border = `1px dashed ${mark.color}`;
        return mark.width > 0 ? (
          <div
            key={index}
            className={band}
            style={{
              left: mark.x,
              width: mark.width,
              borderLeft: border,
              borderRight: border,
              background: colorManipulator.alpha(mark.color, 0.1),
            }}
          />
        ) : (
          <div key={index} className={line} style={{ left: mark.x, borderLeft: border }} />
        );
      })}
    </div>
  );
});
