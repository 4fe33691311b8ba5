import { fireEvent, render, screen } from '@testing-library/react';
import React from 'react';

import { testIds } from '../../../components/test-ids';
import {
  comparedFunnelFrame,
  frameOf,
  funnelFrame,
  funnelMarker,
  number,
  WEEK_EARLIER,
} from '../../../test-utils/frames';
import { panelData, panelProps } from '../../../test-utils/panel-props';
import { columnShapes, earlierUnits } from './geometry';
import { JourneyFunnelPanel } from '../JourneyFunnelPanel';
import { funnelModel } from '../model';
import { defaultOptions } from '../options';
import { pText, stepChange } from './significance';

const show = (...args: Parameters<typeof panelProps<typeof defaultOptions>>) =>
  render(<JourneyFunnelPanel {...panelProps(...args)} />);
const changes = () => screen.getAllByTestId(testIds.funnel.change).map((e) => e.textContent);

function modelOf(frame = comparedFunnelFrame()) {
  const result = funnelModel([frame]);
  if ('missing' in result) {
    throw new Error(result.missing);
  }
  return result.model;
}

describe('the change of a step', () => {
  it('is of the step conversion, in percentage points, with its significance as arrow and in words', () => {
    expect(stepChange(modelOf(), 1, 1)?.full).toBe('▼ −8.0 pp, significant (p < 0.001)');
    expect(stepChange(modelOf(), 2, 1)?.full).toBe('△ +1.7 pp, not significant (p 0.55)');
  });

  it('of the first step is of how many entered, which is not tested and has no arrow', () => {
    expect(stepChange(modelOf(), 0, 1)?.full).toBe('−20%');
  });

  it('does not call what rests on too few, or cannot be told, not significant', () => {
    const model = modelOf();
    model.steps[1].earlier!.significant = false;
    expect(stepChange(model, 1, 1)?.words).toBe('too few customers');
    model.steps[1].earlier!.significant = undefined;
    expect(stepChange(model, 1, 1)?.words).toBe('chance not known');
  });

  it.each([
    [0.0002, 'p < 0.001'],
    [0.003, 'p 0.003'],
    [0.41, 'p 0.41'],
  ])('a p-value of %d is %s', (p, text) => {
    expect(pText(p)).toBe(text);
  });
});

describe('outlines', () => {
  it('are as high as the same share of now, so that shapes are compared', () => {
    expect(earlierUnits(modelOf().steps, false)).toEqual([1000, 480, 352]);
    const [first, second] = columnShapes(modelOf().steps, 600, 100, earlierUnits(modelOf().steps, false));
    expect(first.earlier?.height).toBe(100);
    expect(second.earlier?.height).toBe(48);
  });

  it('are as many as there were when bars stand for units, and fit in', () => {
    const then = earlierUnits(modelOf().steps, true);
    const [first] = columnShapes(modelOf().steps, 600, 100, then);
    expect(then).toEqual([1250, 600, 440]);
    expect([first.earlier?.height, first.reached.height]).toEqual([100, 80]);
  });
});

describe.each(['columns', 'bars'] as const)('drawn as %s', (orientation) => {
  const options = { ...defaultOptions, orientation };

  it('has an outline and a change for each step, and a key to them', () => {
    show(options, panelData([comparedFunnelFrame()]), { width: 1400 });
    expect(screen.getAllByTestId(testIds.funnel.earlier)).toHaveLength(3);
    expect(changes()).toEqual(['−20% customers', 'Step ▼ −8.0 pp significant', 'Step △ +1.7 pp not significant']);
    expect(screen.getByTestId(testIds.funnel.key)).toHaveTextContent('1 week earlier');
    expect(screen.getByTestId(testIds.funnel.key)).toHaveTextContent('significant');
  });

  it('shows nothing of it when told to', () => {
    show({ ...options, showEarlier: false }, panelData([comparedFunnelFrame()]));
    expect(screen.queryByTestId(testIds.funnel.earlier)).not.toBeInTheDocument();
    expect(screen.queryByTestId(testIds.funnel.change)).not.toBeInTheDocument();
  });
});

it('says in the summary how far the whole has changed, without the arrow of what is tested', () => {
  show(defaultOptions, panelData([comparedFunnelFrame()]));
  expect(screen.getByTestId(testIds.funnel.summary)).toHaveTextContent('within 1 h, −5.2 pp against 1 week earlier');
});

it('tells the earlier step and its significance in tooltip and description', () => {
  show(defaultOptions, panelData([comparedFunnelFrame()]));
  const step = screen.getByRole('button', { name: /^2 Cart/ });
  expect(step).toHaveAccessibleDescription(/Step 2 of 3.*1 week earlier 600 customers.*p < 0.001/);
  fireEvent.mouseMove(step, { clientX: 5, clientY: 5 });
  const tooltip = screen.getByTestId(testIds.tooltip);
  expect(tooltip).toHaveTextContent('Of the first step then48.0%, now −8.0 pp');
  expect(tooltip).toHaveTextContent('Step conversion▼ −8.0 pp, significant (p < 0.001)');
  expect(tooltip).toHaveTextContent('Median time then40 s');
});

it('says that nobody entered then, and draws no outlines of nothing', () => {
  const marker = funnelMarker({ comparison: WEEK_EARLIER });
  const none = frameOf([...funnelFrame(marker).fields, number('previous_units', [0, 0, 0])], marker);
  show(defaultOptions, panelData([none]));
  expect(screen.getByTestId(testIds.notices)).toHaveTextContent(
    'No customers took “View” 1 week earlier: there is nothing to compare with.'
  );
  expect(screen.queryByTestId(testIds.funnel.earlier)).not.toBeInTheDocument();
});
