import { LoadingState } from '@grafana/data';
import { locationService } from '@grafana/runtime';
import { cleanup, fireEvent, render, screen } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import React from 'react';

import { testIds } from '../../components/test-ids';
import { frameOf, funnelFrame, funnelMarker, HOUR, START, text, timesFrame } from '../../test-utils/frames';
import { panelData, panelProps } from '../../test-utils/panel-props';
import { JourneyFunnelPanel } from './JourneyFunnelPanel';
import { defaultOptions } from './options';

jest.setTimeout(60_000);

const show = (...args: Parameters<typeof panelProps<typeof defaultOptions>>) =>
  render(<JourneyFunnelPanel {...panelProps(...args)} />);
const step = (name: RegExp) => screen.getByRole('button', { name });

function asked(href: string) {
  const { queries, range } = JSON.parse(new URL(href, 'http://grafana').searchParams.get('panes') ?? '{}').requests;
  return { filters: queries[0].filters, range: [Number(range.from), Number(range.to)] };
}

describe.each(['columns', 'bars'] as const)('drawn as %s', (orientation) => {
  const options = { ...defaultOptions, orientation };

  it('says what the journey amounts to', () => {
    show(options, panelData([funnelFrame()]));
    expect(screen.getByTestId(testIds.funnel.summary)).toHaveTextContent(
      '30.0% of 1,000 customers get from View to Pay within 1 h'
    );
  });

  it('shows counts, conversions, losses and times', () => {
    show(options, panelData([funnelFrame()]));
    const root = screen.getByTestId(testIds.funnel.root);
    for (const shown of ['400 customers', '40.0%', '550', '(55.0%)', '50 pending', '42 s', '75.0%']) {
      expect(root).toHaveTextContent(shown);
    }
  });

  it('names the biggest loss in words, once', () => {
    show(options, panelData([funnelFrame()]));
    expect(screen.getAllByTestId(testIds.funnel.biggestDrop)).toHaveLength(1);
  });

  it('leaves pending and times out when told to', () => {
    show({ ...options, showPending: false, showTimes: false }, panelData([funnelFrame(), timesFrame()]));
    const root = screen.getByTestId(testIds.funnel.root);
    expect(root).not.toHaveTextContent('pending');
    expect(root).not.toHaveTextContent('42 s');
    expect(screen.queryByTestId(testIds.funnel.histogram)).not.toBeInTheDocument();
  });

  it('draws the times of a second query', () => {
    show(options, panelData([funnelFrame(), timesFrame()]));
    expect(screen.getAllByTestId(testIds.funnel.histogram)).toHaveLength(2);
  });

  it('moves with arrow keys, one step in the tab order', async () => {
    show(options, panelData([funnelFrame()]));
    await userEvent.tab();
    expect(step(/^1 View 100%/)).toHaveFocus();
    expect(step(/^1 View/)).toHaveAccessibleDescription(/^Step 1 of 3, View/);
    await userEvent.keyboard('{ArrowRight}');
    expect(step(/^2 Cart 40.0%/)).toHaveFocus();
    expect(step(/^2 Cart/)).toHaveAccessibleDescription(
      /^Step 2 of 3, Cart: .*Dropped 550 \(55.0%\).*biggest drop-off$/
    );
    await userEvent.keyboard('{End}');
    expect(step(/^3 Pay 30.0%/)).toHaveFocus();
    expect(screen.getAllByTestId(testIds.funnel.step).filter((e) => e.tabIndex === 0)).toHaveLength(1);
  });
});

describe('menu of a step', () => {
  it('leads to the requests that took it, up to a window after the range', async () => {
    show(defaultOptions, panelData([funnelFrame()]));
    await userEvent.click(step(/Cart/));
    expect(
      asked(screen.getByRole('menuitem', { name: 'Open the requests of “Cart”' }).getAttribute('href') ?? '')
    ).toEqual({
      filters: [
        { key: 'route', operator: '=', value: '/cart' },
        { key: 'status', operator: '<', value: '400' },
      ],
      range: [START, START + 25 * HOUR],
    });
  });

  it('leads to the failed tries, and to the step before', async () => {
    show(defaultOptions, panelData([funnelFrame()]));
    await userEvent.click(step(/Cart/));
    const failed = asked(screen.getByRole('menuitem', { name: /failed tries at “Cart”/ }).getAttribute('href') ?? '');
    expect(failed.filters[1].any[0]).toEqual({ key: 'status', operator: '>=', value: '400' });
    const before = asked(
      screen.getByRole('menuitem', { name: /Open the requests of “View”/ }).getAttribute('href') ?? ''
    );
    expect(before.filters[0]).toEqual({ key: 'route', operator: '=', value: '/view' });
    expect(before.range).toEqual([START, START + 24 * HOUR]);
  });

  it('has no step before the first', async () => {
    show(defaultOptions, panelData([funnelFrame()]));
    await userEvent.click(step(/View/));
    expect(screen.queryByRole('menuitem', { name: /failed tries/ })).not.toBeInTheDocument();
  });

  it('opens with Enter, goes where it says, and gives the focus back', async () => {
    const push = jest.spyOn(locationService, 'push');
    show(defaultOptions, panelData([funnelFrame()]));
    await userEvent.tab();
    await userEvent.keyboard('{Enter}');
    await userEvent.keyboard('{Enter}');
    expect(push).toHaveBeenCalledTimes(1);
    expect(step(/View/)).toHaveFocus();
    push.mockRestore();
  });

  it('offers no requests of another data source', async () => {
    const frame = frameOf([text('name', ['a', 'b']), { ...funnelFrame().fields[2], values: [4, 2] }]);
    show(defaultOptions, panelData([frame]));
    await userEvent.click(step(/^1 a/));
    expect(screen.queryByRole('menuitem', { name: /Open/ })).not.toBeInTheDocument();
  });
});

it('shows a tooltip with what a step matches', () => {
  show(defaultOptions, panelData([funnelFrame()]));
  fireEvent.mouseMove(step(/Cart/), { clientX: 10, clientY: 10 });
  expect(screen.getByTestId(testIds.tooltip)).toHaveTextContent('Pending50 (5.0%)');
  expect(screen.getByTestId(testIds.tooltip)).toHaveTextContent('Biggest drop-off. route = /cart');
  fireEvent.mouseLeave(step(/Cart/));
  expect(screen.queryByTestId(testIds.tooltip)).not.toBeInTheDocument();
});

it('draws times alone as histograms', () => {
  show(defaultOptions, panelData([timesFrame()]));
  expect(screen.getAllByTestId(testIds.funnel.transition).map((e) => e.textContent)).toEqual([
    expect.stringContaining('View → Cart'),
    expect.stringContaining('Cart → Pay'),
  ]);
});

describe('without a drawing', () => {
  it('says so when nobody entered, and why that may be', () => {
    const frame = funnelFrame(funnelMarker({ rowsWithoutUnit: 0.9 }));
    const empty = { ...frame, fields: frame.fields.map((f) => (f.name === 'units' ? { ...f, values: [0, 0, 0] } : f)) };
    show(defaultOptions, panelData([empty]));
    expect(screen.getByRole('status')).toHaveTextContent('No customers took the first step');
    expect(screen.getByRole('status')).toHaveTextContent('90.0% of the requests name no customer');
  });

  it('says which columns are wanted', () => {
    show(defaultOptions, panelData([frameOf([text('a', ['x'])])]));
    expect(screen.getByTestId(testIds.message)).toHaveTextContent('units');
  });

  it('says why the query failed', () => {
    show(
      defaultOptions,
      panelData([], { state: LoadingState.Error, errors: [{ message: 'steps must have at least 2' }] })
    );
    expect(screen.getByRole('alert')).toHaveTextContent('steps must have at least 2');
  });
});

describe('how it is counted', () => {
  it('always says how many requests have no unit, also when none is without', () => {
    show(defaultOptions, panelData([funnelFrame(funnelMarker({ rowsWithoutUnit: 0.083 }))]));
    expect(screen.getByTestId(testIds.funnel.counted)).toHaveTextContent('8.3% of requests name no customer');
    cleanup();
    show(defaultOptions, panelData([funnelFrame()]), { height: 120 });
    expect(screen.getByTestId(testIds.funnel.counted)).toHaveTextContent('All requests name their customer');
  });

  it('is told in full on demand', async () => {
    const marker = funnelMarker({ counting: 'total', holdConstant: ['attributes.cart_id'], identity: 'strict' });
    show(defaultOptions, panelData([funnelFrame(marker)]));
    await userEvent.click(screen.getByRole('button', { name: /How counted/ }));
    const lines = screen.getByTestId(testIds.funnel.counted);
    expect(lines).toHaveTextContent('Counted are attempts');
    expect(lines).toHaveTextContent('the same attributes.cart_id');
    expect(lines).toHaveTextContent('Only requests that name the customer');
  });

  it('is in the tooltip of every step', () => {
    show(defaultOptions, panelData([funnelFrame()]));
    fireEvent.mouseMove(step(/Cart/), { clientX: 10, clientY: 10 });
    expect(screen.getByTestId(testIds.tooltip)).toHaveTextContent(
      'Counted: customers, each once, from the first entry; in order within 1 h; successful requests'
    );
  });
});

it('draws 200 steps', () => {
  const names = Array.from({ length: 200 }, (_, i) => `step ${i}`);
  const units = { ...funnelFrame().fields[2], values: names.map((_, i) => 1000 - i) };
  show(defaultOptions, panelData([frameOf([text('name', names), units])]));
  expect(screen.getAllByTestId(testIds.funnel.step)).toHaveLength(200);
});
