import { css } from '@emotion/css';
import { useTheme2 } from '@grafana/ui';
import React from 'react';

import { testIds } from '../../../components/test-ids';
import { type FunnelModel } from '../model';
import { reasonFill } from '../reasons/reason-kinds';
import { dropParts } from '../reasons/read-reasons';
import { partLengths, type Rect } from './geometry';

const part = css({ position: 'absolute', pointerEvents: 'none' });

interface Props {
  model: FunnelModel;
  index: number;
  /** Where the chart begins, in pixels from the top. */
  top: number;
  /** The shape of what was dropped, in the chart. */
  dropped: Rect;
}

/** What was lost at a column, told by its reasons: most to blame lowest, next to those who got there. */
export function DropParts({ model, index, top, dropped }: Props) {
  const theme = useTheme2();
  const parts = partLengths(dropParts(model.reasons, index), model.steps[index].dropped, dropped.height);
  const foot = top + dropped.y + dropped.height;
  return (
    <>
      {parts.map(({ reason, from, length }) => (
        <div
          key={reason}
          aria-hidden
          className={part}
          style={{
            left: dropped.x,
            width: dropped.width,
            top: foot - from - length,
            height: length,
            ...reasonFill(reason, theme),
          }}
          data-testid={testIds.funnel.dropPart}
          data-reason={reason}
        />
      ))}
    </>
  );
}
