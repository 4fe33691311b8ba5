import { css } from '@emotion/css';
import { RadioButtonGroup } from '@grafana/ui';
import React, { useState } from 'react';

import { type FunnelModel } from '../model';
import { type FunnelOptions } from '../options';
import { type SegmentContext } from '../segments/segment-actions';
import { ReasonsList, SegmentsView } from '../views';
import { FunnelView } from './FunnelView';
import { reasonsPlace } from './reasons-place';
import { type StepContext } from './step-actions';

interface Props {
  model: FunnelModel;
  options: FunnelOptions;
  width: number;
  height: number;
  context: Omit<SegmentContext, 'decimals'> & StepContext;
}

const GAP = 12;
const SWITCH = 28;
const SHOWN = [
  { value: 'steps', label: 'Steps' },
  { value: 'reasons', label: 'Reasons' },
] as const;

/** A funnel, and the reasons of those who dropped beside it, below it, or in its place where there is no room for both. */
export function StepsView({ model, options, width, height, context }: Props) {
  const [shown, setShown] = useState<'steps' | 'reasons'>('steps');
  const { reasons } = model;
  const place = reasons && model.hasSteps ? reasonsPlace(options.reasons, width, height, model.steps.length) : 'hidden';
  const draw = (w: number, h: number) =>
    model.segments ? (
      <SegmentsView model={model} options={options} width={w} height={h} context={context} />
    ) : (
      <FunnelView model={model} options={options} width={w} height={h} context={context} />
    );
  const list = (w: number, h: number) =>
    reasons && <ReasonsList model={reasons} options={options} width={w} height={h} context={context} />;
  switch (place) {
    case 'beside': {
      const side = Math.round(Math.min(560, Math.max(380, width * 0.36)));
      return (
        <div className={row} style={{ width, height }}>
          {draw(width - side - GAP, height)}
          {list(side, height)}
        </div>
      );
    }
    case 'below': {
      const below = Math.round(height * 0.45);
      return (
        <div style={{ width, height }}>
          {draw(width, height - below - GAP / 2)}
          <div style={{ height: GAP / 2 }} />
          {list(width, below)}
        </div>
      );
    }
    case 'instead':
      return (
        <div style={{ width, height }}>
          <div style={{ height: SWITCH }}>
            <RadioButtonGroup
              size="sm"
              options={[...SHOWN]}
              value={shown}
              onChange={setShown}
              aria-label="What is shown"
            />
          </div>
          {shown === 'steps' ? draw(width, height - SWITCH) : list(width, height - SWITCH)}
        </div>
      );
    default:
      return draw(width, height);
  }
}

const row = css({ display: 'flex', gap: GAP });
