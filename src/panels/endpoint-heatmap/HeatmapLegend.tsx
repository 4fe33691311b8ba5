import React from 'react';

import { earlierText } from '../../components/change';
import { ColorLegend } from '../../components/ColorLegend';
import { formatShare } from '../../components/format';
import { changeEnds } from '../../components/change-scale';
import { modelDirection } from './changes';
import { hatchedText, legendTitle } from './describe';
import { type HeatmapModel } from './matrix';
import { type HeatmapDrawing } from './use-heatmap-drawing';

interface Props {
  model: HeatmapModel;
  drawing: HeatmapDrawing;
  minSamples: number;
  width: number;
  /** What the cell under the pointer is coloured by. */
  marked: number;
}

/** What the colours of the cells stand for, and what hatched and framed cells are. */
export function HeatmapLegend({ model, drawing, minSamples, width, marked }: Props) {
  const { scale, rowMaxima, byChange, cellFormat, labelText, anyLow, anyGone } = drawing;
  return (
    <ColorLegend
      scale={scale}
      format={rowMaxima ? (share) => formatShare(share, 0) : cellFormat}
      title={legendTitle(model, rowMaxima ? 'row' : byChange ? 'change' : 'value')}
      ends={byChange ? changeEnds(modelDirection(model)) : undefined}
      width={width}
      measure={labelText}
      marked={marked}
      hatched={anyLow ? hatchedText(minSamples, byChange) : undefined}
      outlined={anyGone ? `Only ${earlierText(model.earlier?.timeShift)}` : undefined}
    />
  );
}
