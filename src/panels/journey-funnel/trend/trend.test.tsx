import { act, fireEvent, render, screen } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import React from 'react';

import { testIds } from '../../../components/test-ids';
import { HOUR, START, trendFrame } from '../../../test-utils/frames';
import { panelData, panelProps } from '../../../test-utils/panel-props';
import { JourneyFunnelPanel } from '../JourneyFunnelPanel';
import { defaultOptions } from '../options';
import { TrendView } from '../views';
import { trendSummary } from './describe-trend';
import { readTrend } from './read-trend';
import { bandAreas, bucketAt, lineStretches, trendScale } from './trend-geometry';

jest.setTimeout(60_000);

beforeAll(() => TrendView.preload());

const model = readTrend(trendFrame(), []);
const scale = trendScale(model, model.series, 400, 100);
const show = (...args: Parameters<typeof panelProps<typeof defaultOptions>>) =>
  render(<JourneyFunnelPanel {...panelProps(...args)} />);

it('knows from which bucket on windows are not over', () => {
  expect(model.incomplete).toBe(3);
  expect(readTrend(trendFrame({ incompleteFrom: undefined }), []).incomplete).toBe(4);
});

it('breaks the line where nobody entered, and dashes what is not over from the last point that is', () => {
  const values = model.series[0].points.map((point) => point.conversion);
  expect(lineStretches(values, model.incomplete, scale)).toEqual([
    { path: 'M50,0 h0', complete: true },
    { path: 'M250,50 h0', complete: true },
    { path: 'M250,50 L350,75', complete: false },
  ]);
});

it('fits the plot to the conversions, and cuts bounds that reach beyond', () => {
  expect(scale.top).toBe(0.4);
  expect(scale.y(0.5)).toBe(0);
  expect(bandAreas(model.series[0].points, scale)).toHaveLength(2);
});

it('finds the bucket under a pixel', () => {
  expect([0, 99, 101, 399].map((x) => bucketAt(scale, x, model.times))).toEqual([0, 0, 1, 3]);
});

it('sums up those whose windows are over', () => {
  expect(trendSummary(model, 1)).toBe('26.7% of 300 customers got from View to Pay within 1 h, by when they began');
});

describe('in the panel', () => {
  const plot = () => screen.getByTestId(testIds.funnel.trend);

  it('is said bucket by bucket with the arrow keys', async () => {
    show(defaultOptions, panelData([trendFrame()]));
    act(() => plot().focus());
    await userEvent.keyboard('{ArrowRight}');
    const live = screen.getByTestId(testIds.funnel.trendLive);
    expect(live).toHaveTextContent(/00:00 – 01:00, Conversion 40.0%, With 95 % between 30.0% and 50.0%/);
    await userEvent.keyboard('{End}');
    expect(live).toHaveTextContent('Pending 30, Not over yet may still grow');
  });

  it('leads to why those of a bucket stopped, and into it', async () => {
    const onChangeTimeRange = jest.fn();
    show(defaultOptions, panelData([trendFrame()]), { onChangeTimeRange });
    act(() => plot().focus());
    await userEvent.keyboard('{ArrowRight}{Enter}');
    const href = screen.getByRole('menuitem', { name: /Why those who began then stopped/ }).getAttribute('href') ?? '';
    expect(JSON.parse(new URL(href, 'http://g').searchParams.get('panes') ?? '').funnel).toMatchObject({
      queries: [{ view: 'reasons', unit: 'customer' }],
      range: { from: String(START), to: String(START + HOUR) },
    });
    await userEvent.click(screen.getByRole('menuitem', { name: /Zoom in/ }));
    expect(onChangeTimeRange).toHaveBeenCalledWith({ from: START, to: START + HOUR });
  });

  it('has lines that can be switched off, one for each segment', async () => {
    const marker = {
      breakdown: 'region',
      segments: [
        { value: 'eu', units: 9 },
        { value: 'us', units: 1 },
      ],
    };
    const frame = trendFrame(marker);
    const [time, ...fields] = frame.fields;
    const of = (region: string) => fields.map((field) => ({ ...field, labels: { region } }));
    const { container } = show(defaultOptions, panelData([{ ...frame, fields: [time, ...of('eu'), ...of('us')] }]));
    const before = container.querySelectorAll('path[data-complete]').length;
    await userEvent.click(screen.getByRole('button', { name: 'us' }));
    expect(container.querySelectorAll('path[data-complete]')).toHaveLength(before / 2);
    fireEvent.mouseMove(plot(), { clientX: 1, clientY: 1 });
    expect(screen.getByTestId(testIds.tooltip)).toHaveTextContent('eu40.0% of 100');
    expect(screen.getByTestId(testIds.tooltip)).not.toHaveTextContent('us4');
  });
});
