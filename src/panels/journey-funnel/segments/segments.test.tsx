import { act, fireEvent, render, screen } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import React from 'react';

import { testIds } from '../../../components/test-ids';
import { brokenFunnelFrame, frameOf, funnelMarker, number, text } from '../../../test-utils/frames';
import { panelData, panelProps } from '../../../test-utils/panel-props';
import { JourneyFunnelPanel } from '../JourneyFunnelPanel';
import { funnelModel } from '../model';
import { defaultOptions } from '../options';
import { SegmentsView } from '../views';
import { fitsSegmentColumns, multiplesGrid, segmentColumns } from './segment-geometry';

jest.setTimeout(60_000);

beforeAll(() => SegmentsView.preload());

const show = (...args: Parameters<typeof panelProps<typeof defaultOptions>>) =>
  render(<JourneyFunnelPanel {...panelProps(...args)} />);
const marks = () => screen.getAllByTestId(testIds.funnel.segmentStep);

function broken() {
  const result = funnelModel([brokenFunnelFrame()]);
  if ('missing' in result) {
    throw new Error(result.missing);
  }
  return result.model;
}

describe('the model of a breakdown', () => {
  it('has a funnel for every value, in the order of the marker', () => {
    expect(broken().segments?.map(({ label, other, steps }) => [label, other, steps.map((s) => s.units)])).toEqual([
      ['eu', false, [700, 280, 210]],
      ['us', false, [250, 100, 80]],
      ['{other}', true, [50, 20, 10]],
    ]);
  });

  it('has the steps of all together, whose conversions are of the sums', () => {
    const { steps } = broken();
    expect(steps.map((s) => [s.units, s.dropped, s.conversion])).toEqual([
      [1000, 0, 1],
      [400, 600, 0.4],
      [300, 100, 0.3],
    ]);
    expect(steps[1].medianMs).toBeNaN();
  });
});

describe('columns of segments', () => {
  it('are as high as their conversion, so that segments of all sizes compare', () => {
    const columns = segmentColumns(broken().segments ?? [], 3, 600, 100);
    expect(columns).toHaveLength(9);
    expect(columns.slice(3, 6).map(({ height }) => height)).toEqual([40, 40, 40]);
    expect(columns.every(({ x, width }) => x >= 0 && x + width <= 600)).toBe(true);
  });

  it('are drawn where they have room', () => {
    expect(fitsSegmentColumns(800, 300, 3, 5)).toBe(true);
    expect(fitsSegmentColumns(800, 300, 3, 60)).toBe(false);
    expect(fitsSegmentColumns(300, 300, 5, 2)).toBe(false);
  });
});

it('puts as many small funnels beside each other as fit', () => {
  expect(multiplesGrid(300, 8, 5).across).toBe(1);
  expect(multiplesGrid(2000, 8, 5)).toEqual({ across: 8, card: 239 });
});

describe.each([
  ['columns', { ...defaultOptions }, 800],
  ['bars', { ...defaultOptions }, 300],
  ['small funnels', { ...defaultOptions, breakdown: 'multiples' as const }, 800],
])('drawn as %s', (_, options, width) => {
  it('has a mark for every step of every segment, one in the tab order', async () => {
    show(options, panelData([brokenFunnelFrame()]), { width });
    expect(marks()).toHaveLength(9);
    expect(marks().filter((mark) => mark.tabIndex === 0)).toHaveLength(1);
    expect(screen.getByTestId(testIds.funnel.summary)).toHaveTextContent('from 32.0% (us) to 30.0% (eu)');
    act(() => marks()[0].focus());
    await userEvent.keyboard('{ArrowRight}');
    expect(marks()[1]).toHaveFocus();
    expect(marks().map((mark) => mark.getAttribute('aria-description'))).toContainEqual(
      expect.stringMatching(/^us\. Step 3 of 3, Pay: Customers 80, Of the first step 32.0%/)
    );
  });

  it('tells how a number was counted', () => {
    show(options, panelData([brokenFunnelFrame()]), { width });
    fireEvent.mouseMove(marks()[1], { clientX: 5, clientY: 5 });
    expect(screen.getByTestId(testIds.tooltip)).toHaveTextContent('by region (by the first step that has a value)');
  });
});

it('leads from a segment to its requests, and from the rest to those of no other', async () => {
  show(defaultOptions, panelData([brokenFunnelFrame()]));
  await userEvent.click(screen.getByRole('button', { name: /^Cart, \{other\}/ }));
  const href = screen.getByRole('menuitem', { name: /Open the requests of “Cart”/ }).getAttribute('href') ?? '';
  expect(JSON.parse(new URL(href, 'http://g').searchParams.get('panes') ?? '').requests.queries[0].filters).toEqual([
    { key: 'route', operator: '=', value: '/cart' },
    { key: 'status', operator: '<', value: '400' },
    { key: 'region', operator: '!=|', values: ['eu', 'us'] },
  ]);
});

it('draws 40 segments of 5 steps', () => {
  const segments = Array.from({ length: 40 }, (_, i) => `a rather long name of a region, number ${i}`);
  const steps = ['a', 'b', 'c', 'd', 'e'];
  const marker = funnelMarker({
    breakdown: 'region',
    steps: steps.map((name) => ({ name, filters: [] })),
    segments: segments.map((value) => ({ value, units: 100 })),
  });
  const rows = segments.flatMap((segment) => steps.map((name, i) => ({ segment, name, step: i + 1, units: 100 - i })));
  const frame = frameOf(
    [
      number(
        'step',
        rows.map(({ step }) => step)
      ),
      text(
        'name',
        rows.map(({ name }) => name)
      ),
      text(
        'region',
        rows.map(({ segment }) => segment)
      ),
      number(
        'units',
        rows.map(({ units }) => units)
      ),
    ],
    marker
  );
  show(defaultOptions, panelData([frame]), { width: 2000 });
  expect(marks()).toHaveLength(200);
});
