import { createTheme } from '@grafana/data';
import { fireEvent, render, screen } from '@testing-library/react';
import React from 'react';

import { testIds } from '../../components/test-ids';
import { comparedHeatmapFrame, heatmapFrame } from '../../test-utils/frames';
import { panelData, panelProps } from '../../test-utils/panel-props';
import { changeScale, differenceScale } from '../../components/change-scale';
import { changesOf, isCompared, isGone, rowChange } from './changes';
import { EndpointHeatmapPanel } from './EndpointHeatmapPanel';
import { heatmapModel } from './model';
import { defaultOptions } from './options';

/** A route that halved and doubled, was gone, and one that is new. */
const frame = () =>
  comparedHeatmapFrame([
    [0, 0, 10, 20],
    [0, 1, 40, 20],
    [0, 2, 0, 8],
    [1, 1, 30, 0],
  ]);

function compared(frames = [frame()]) {
  const result = heatmapModel(frames);
  if ('missing' in result || !isCompared(result.model)) {
    throw new Error('no comparison');
  }
  return result.model;
}

const show = (...args: Parameters<typeof panelProps<typeof defaultOptions>>) =>
  render(<EndpointHeatmapPanel {...panelProps(...args)} />);
const byChange = { ...defaultOptions, colorBy: 'change' as const };
const legend = () => screen.getByTestId(testIds.colorLegend);

function tooltipOf(row: number, column: number) {
  const plot = screen.getByTestId(testIds.heatmap.plot);
  const width = parseFloat(plot.style.width);
  fireEvent.mouseMove(plot, { clientX: ((column + 0.5) * width) / 4, clientY: row * 44 + 10 });
  return screen.getByTestId(testIds.tooltip);
}

describe('changes', () => {
  it('are shares of what was; from nothing without end', () => {
    expect([...changesOf(compared()).values]).toEqual([-0.5, 1, -1, 0, 0, Infinity, 0, 0]);
  });

  it('know which cells had requests only then', () => {
    const model = compared();
    expect([...model.values.keys()].filter((cell) => isGone(model, cell))).toEqual([2]);
  });

  it('of a row are those of its sum, or of its average where values do not sum up', () => {
    expect(rowChange(compared(), 0)).toMatchObject({ label: 'Row total', now: 50, previous: 48 });
    const rates = comparedHeatmapFrame(
      [
        [0, 0, 0.1, 0.2, 100, 300],
        [0, 1, 0.3, 0.1, 300, 100],
      ],
      { metric: 'error_rate', absent: null }
    );
    const change = rowChange(compared([rates]), 0);
    expect(change.label).toBe('Row average');
    expect(change.now).toBeCloseTo(0.25);
    expect(change.previous).toBeCloseTo(0.175);
  });
});

describe('the scale of changes', () => {
  const theme = createTheme();
  const scale = changeScale(Float64Array.of(-0.5, 1, 3, Infinity, NaN), 'more-is-worse', theme);

  it('has no change in the middle, and half as far as double', () => {
    expect(scale.positionOf(0)).toBe(0.5);
    expect(0.5 - scale.positionOf(-0.5)).toBeCloseTo(scale.positionOf(1) - 0.5);
  });

  it('has what is new and what is gone at the ends', () => {
    expect([scale.positionOf(-1), scale.positionOf(Infinity)]).toEqual([0, 1]);
  });

  it('is turned round where more is better', () => {
    const better = changeScale(Float64Array.of(-0.75, 3), 'more-is-better', theme);
    expect(better.colorOf(3)).toBe(scale.colorOf(-0.75));
  });
});

it('differences of rates are as strong on either side, whatever they were before', () => {
  const rates = comparedHeatmapFrame(
    [
      [0, 0, 0.02, 0, 100, 300],
      [0, 1, 0.01, 0.03, 300, 100],
    ],
    { metric: 'error_rate', absent: null }
  );
  const changes = changesOf(compared([rates])).values;
  expect([...changes.slice(0, 2)].map((change) => Number(change.toFixed(6)))).toEqual([0.02, -0.02]);
  const scale = differenceScale(changes, 'more-is-worse', createTheme());
  expect(scale.positionOf(changes[0]) - 0.5).toBeCloseTo(0.5 - scale.positionOf(changes[1]));
  expect(scale.ticks.map((tick) => tick.value)).toEqual([-0.02, -0.01, 0, 0.01, 0.02]);
});

describe('the panel', () => {
  it('says in its name what it compares with', () => {
    show(defaultOptions, panelData([frame()]));
    expect(screen.getByRole('application')).toHaveAccessibleName(/columns, compared with 1 week earlier, from/);
  });

  it('says what a cell was, how it has changed, and the same of its row', () => {
    show(defaultOptions, panelData([frame()]));
    const tooltip = tooltipOf(0, 0);
    expect(tooltip).toHaveTextContent('1 week earlier20');
    expect(tooltip).toHaveTextContent('Change▼ −50%');
    expect(tooltip).toHaveTextContent('Row total50 (▲ +4.2%)');
  });

  it('says of errors whether a change is for the better', () => {
    show(
      defaultOptions,
      panelData([comparedHeatmapFrame([[0, 0, 0.1, 0.2, 100, 300]], { metric: 'error_rate', absent: null })])
    );
    expect(tooltipOf(0, 0)).toHaveTextContent(/1 week earlier20(\.0)?% of 300 requests/);
    expect(tooltipOf(0, 0)).toHaveTextContent('Change▼ −50% (−10 pp), better');
    expect(tooltipOf(0, 0)).toHaveTextContent('Row average, change▼ −50%');
  });

  it('says in words what is new and what is gone', () => {
    show(defaultOptions, panelData([frame()]));
    expect(tooltipOf(0, 2)).toHaveTextContent('Change▼ gone');
    expect(tooltipOf(1, 1)).toHaveTextContent('Change▲ new');
  });

  it('has how much each row has changed beside it, where there is room, until told otherwise', () => {
    const texts = () => screen.queryAllByTestId(testIds.heatmap.rowChange).map((e) => e.textContent);
    const { unmount } = show(defaultOptions, panelData([frame()]));
    expect(texts()).toEqual(['▲ +4.2%', '▲ new']);
    unmount();
    const narrow = show(defaultOptions, panelData([frame()]), { width: 320 });
    expect(texts()).toEqual([]);
    narrow.unmount();
    show({ ...defaultOptions, showRowChange: false }, panelData([frame()]));
    expect(texts()).toEqual([]);
  });

  it('colours by the change when told to, and the legend says so', () => {
    show(byChange, panelData([frame()]));
    expect(legend()).toHaveTextContent('Requests, change from 1 week earlier');
    expect(legend()).toHaveTextContent('less');
    expect(legend()).toHaveTextContent('more');
    expect(legend()).toHaveTextContent('−50%');
    expect(legend()).toHaveTextContent('Only 1 week earlier');
  });

  it('colours by the value, and says why, when there is nothing to compare with', () => {
    show(byChange, panelData([heatmapFrame([[0, 0, 12]])]));
    expect(legend()).toHaveTextContent(/^Requests/);
    expect(screen.getByTestId(testIds.notices)).toHaveTextContent('say in the query what to compare with');
  });
});
