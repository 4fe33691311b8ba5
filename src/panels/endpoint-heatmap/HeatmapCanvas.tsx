import { useTheme2 } from '@grafana/ui';
import React, { useLayoutEffect, useRef } from 'react';

import { testIds } from '../../components/test-ids';
import { canvasSurface } from './canvas-surface';
import { paint, type PaintInput } from './paint';

interface Props {
  input: PaintInput;
  scrollTop: number;
}

export const VALUE_FONT_SIZE = 11;

/** The cells. Drawn anew only when what they show changes, not when the pointer moves over them. */
export const HeatmapCanvas = React.memo(function HeatmapCanvas({ input, scrollTop }: Props) {
  const canvas = useRef<HTMLCanvasElement>(null);
  const theme = useTheme2();
  const { plotWidth: width, viewHeight: height } = input.layout;

  useLayoutEffect(() => {
    const surface =
      canvas.current &&
      canvasSurface(
        canvas.current,
        { width, height },
        {
          font: `${VALUE_FONT_SIZE}px ${theme.typography.fontFamily}`,
          hatch: theme.colors.text.disabled,
          outline: theme.colors.text.secondary,
        }
      );
    if (surface) {
      paint(surface, input, scrollTop);
    }
  }, [input, scrollTop, width, height, theme]);

  return (
    <canvas ref={canvas} style={{ width, height, display: 'block' }} aria-hidden data-testid={testIds.heatmap.canvas} />
  );
});
