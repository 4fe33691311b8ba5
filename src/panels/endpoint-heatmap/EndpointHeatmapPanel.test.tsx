import { arrayToDataFrame, LoadingState } from '@grafana/data';
import { locationService } from '@grafana/runtime';
import { PanelContextProvider } from '@grafana/ui';
import { fireEvent, render, screen, within } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import React from 'react';

import { testIds } from '../../components/test-ids';
import { frameOf, heatmapFrame, heatmapMarker, HOUR, START, text } from '../../test-utils/frames';
import { panelData, panelProps } from '../../test-utils/panel-props';
import { EndpointHeatmapPanel } from './EndpointHeatmapPanel';
import { defaultOptions } from './options';

const frame = () =>
  heatmapFrame([
    [0, 0, 12],
    [0, 1, 8],
    [1, 1, 30],
  ]);
const show = (...args: Parameters<typeof panelProps<typeof defaultOptions>>) =>
  render(<EndpointHeatmapPanel {...panelProps(...args)} />);
const live = () => screen.getByTestId(testIds.heatmap.live);

describe('drawing', () => {
  it('says in words what is drawn', () => {
    show(defaultOptions, panelData([frame()]));
    expect(screen.getByRole('application')).toHaveAccessibleName(
      /2 rows by 4 columns, from 0 to 30, the highest at shop POST \/orders/
    );
  });

  it('names rows, columns and the scale', () => {
    show(defaultOptions, panelData([frame()]));
    expect(screen.getAllByTestId(testIds.heatmap.rowLabel).map((e) => e.textContent)).toEqual([
      'GET/products',
      'POST/orders',
    ]);
    expect(screen.getAllByTestId(testIds.heatmap.columnLabel).map((e) => e.textContent)).toContain('01:00');
    expect(screen.getByTestId(testIds.colorLegend)).toHaveTextContent('Requests');
  });

  it('leaves the legend out when told to, and when there is no room', () => {
    show({ ...defaultOptions, showLegend: false }, panelData([frame()]));
    expect(screen.queryByTestId(testIds.colorLegend)).not.toBeInTheDocument();
    show(defaultOptions, panelData([frame()]), { height: 90 });
    expect(screen.queryByTestId(testIds.colorLegend)).not.toBeInTheDocument();
  });

  it('says how many rows the limit leaves out', () => {
    show({ ...defaultOptions, rowLimit: 1 }, panelData([frame()]));
    expect(screen.getAllByTestId(testIds.heatmap.rowLabel)).toHaveLength(1);
    expect(screen.getByTestId(testIds.notices)).toHaveTextContent('1 more rows are not drawn');
  });

  it('does with options saved before an option was there', () => {
    show({} as typeof defaultOptions, panelData([frame()]));
    expect(screen.getByRole('application')).toBeInTheDocument();
  });
});

describe('pointer', () => {
  it('shows value, share and comparison of the cell, and marks the value on the scale', () => {
    show(defaultOptions, panelData([frame()]));
    fireEvent.mouseMove(screen.getByTestId(testIds.heatmap.plot), { clientX: 5, clientY: 5 });
    const tooltip = screen.getByTestId(testIds.tooltip);
    expect(tooltip).toHaveTextContent('shop GET /products');
    expect(tooltip).toHaveTextContent('Sun 2026-11-22 00:00 – 01:00');
    expect(tooltip).toHaveTextContent('Requests12');
    expect(tooltip).toHaveTextContent('Share of row60.0%');
    expect(tooltip).toHaveTextContent('Row average5 (+140%)');
    expect(screen.getByTestId(testIds.colorLegendMarker)).toBeInTheDocument();
  });

  it('hides it when the pointer leaves', () => {
    show(defaultOptions, panelData([frame()]));
    const plot = screen.getByTestId(testIds.heatmap.plot);
    fireEvent.mouseMove(plot, { clientX: 5, clientY: 5 });
    fireEvent.mouseLeave(plot);
    expect(screen.queryByTestId(testIds.tooltip)).not.toBeInTheDocument();
  });

  it('opens a menu that leads to the requests', async () => {
    const push = jest.spyOn(locationService, 'push');
    show(defaultOptions, panelData([frame()]));
    fireEvent.click(screen.getByTestId(testIds.heatmap.plot), { clientX: 5, clientY: 5 });
    await userEvent.click(screen.getByRole('menuitem', { name: /Open the requests of this cell/ }));
    expect(push).toHaveBeenCalledTimes(1);
    expect(decodeURIComponent(String(push.mock.calls[0][0]))).toMatch(
      /^\/explore\?.*"queryType":"requests".*\/products/
    );
    push.mockRestore();
  });

  it('opens the menu of a row from its label', () => {
    show(defaultOptions, panelData([frame()]));
    fireEvent.click(screen.getAllByTestId(testIds.heatmap.rowLabel)[1]);
    expect(screen.getByRole('menuitem', { name: /Open the requests of this row/ })).toBeInTheDocument();
    expect(screen.getByTestId(testIds.menu)).toHaveTextContent('shop POST /orders');
  });

  it('filters the dashboard', async () => {
    const onAddAdHocFilter = jest.fn();
    const props = panelProps(defaultOptions, panelData([frame()]));
    render(
      <PanelContextProvider value={{ eventsScope: 'test', eventBus: props.eventBus, onAddAdHocFilter }}>
        <EndpointHeatmapPanel {...props} />
      </PanelContextProvider>
    );
    fireEvent.click(screen.getByTestId(testIds.heatmap.plot), { clientX: 5, clientY: 5 });
    await userEvent.click(screen.getByRole('menuitem', { name: /Filter for this row/ }));
    expect(onAddAdHocFilter).toHaveBeenCalledWith({ key: 'route', operator: '=', value: '/products' });
  });
});

describe('keyboard', () => {
  it('reads out the cell it is at, and moves', async () => {
    show(defaultOptions, panelData([frame()]));
    await userEvent.tab();
    expect(live()).toHaveTextContent('shop GET /products, Sun 2026-11-22 00:00 – 01:00, Requests: 12');
    await userEvent.keyboard('{ArrowRight}{ArrowDown}');
    expect(live()).toHaveTextContent('shop POST /orders, Sun 2026-11-22 01:00 – 02:00, Requests: 30');
    expect(screen.getByTestId(testIds.heatmap.cursor)).toBeInTheDocument();
  });

  it('opens the menu with Enter, closes it with Escape, and is where it was', async () => {
    show(defaultOptions, panelData([frame()]));
    await userEvent.tab();
    await userEvent.keyboard('{ArrowRight}{Enter}');
    const menu = screen.getByRole('menu');
    expect(within(menu).getByTestId(testIds.menu)).toHaveTextContent('01:00 – 02:00 · 8');
    await userEvent.keyboard('{Escape}');
    expect(screen.queryByRole('menu')).not.toBeInTheDocument();
    expect(screen.getByRole('application')).toHaveFocus();
    expect(live()).toHaveTextContent('01:00 – 02:00');
  });

  it('zooms from the menu without a pointer', async () => {
    const onChangeTimeRange = jest.fn();
    show(defaultOptions, panelData([frame()]), { onChangeTimeRange });
    await userEvent.tab();
    await userEvent.keyboard('{Enter}');
    await userEvent.keyboard('{ArrowDown}');
    expect(screen.getByRole('menuitem', { name: 'Zoom to this time range' })).toHaveFocus();
    await userEvent.keyboard('{Enter}');
    expect(onChangeTimeRange).toHaveBeenCalledWith({ from: START, to: START + HOUR });
  });

  it('takes the cursor away with Escape', async () => {
    show(defaultOptions, panelData([frame()]));
    await userEvent.tab();
    await userEvent.keyboard('{Escape}');
    expect(screen.queryByTestId(testIds.heatmap.cursor)).not.toBeInTheDocument();
  });
});

describe('without a drawing', () => {
  it('says what to do when there is no data', () => {
    show(defaultOptions, panelData([]));
    expect(screen.getByRole('status')).toHaveTextContent('Widen the time range');
  });

  it('says which columns are wanted', () => {
    show(defaultOptions, panelData([frameOf([text('message', ['x']), text('level', ['y'])])]));
    const message = screen.getByTestId(testIds.message);
    expect(message).toHaveTextContent('There is no column of numbers to colour by');
    expect(message).toHaveTextContent('It has: message (string), level (string).');
    expect(within(message).getByRole('row', { name: /value number/ })).toBeInTheDocument();
  });

  it('says why a query failed', () => {
    show(
      defaultOptions,
      panelData([], { state: LoadingState.Error, errors: [{ message: 'limit must be at most 500' }] })
    );
    expect(screen.getByRole('alert')).toHaveTextContent('limit must be at most 500');
  });

  it('waits while loading', () => {
    show(defaultOptions, panelData([], { state: LoadingState.Loading }));
    expect(screen.getByRole('status')).toHaveTextContent('Loading');
  });

  it('draws what came and says what failed beside it', () => {
    const withNotice = {
      ...frame(),
      meta: { ...frame().meta, notices: [{ severity: 'warning' as const, text: 'Truncated' }] },
    };
    show(defaultOptions, panelData([withNotice], { state: LoadingState.Error, errors: [{ message: 'B failed' }] }));
    expect(screen.getByRole('application')).toBeInTheDocument();
    expect(screen.getByTestId(testIds.notices)).toHaveTextContent('B failed+1 more');
  });

  it('draws a row without any value', () => {
    show(defaultOptions, panelData([heatmapFrame([[0, 0, null, 0]], heatmapMarker({ metric: 'p95' }))]));
    expect(screen.getByRole('application')).toHaveAccessibleName(/without values/);
  });
});

describe('annotations of the dashboard', () => {
  const annotations = [
    arrayToDataFrame([
      { time: START + 1.5 * HOUR, title: 'checkout 2', text: '', tags: ['deploy'], color: '#5794f2' },
      { time: START + 9 * HOUR, title: 'after the range', text: '', tags: [], color: '#5794f2' },
    ]),
  ];
  const marked = (options: Partial<typeof defaultOptions>, marker = heatmapMarker()) =>
    show({ ...defaultOptions, ...options }, { ...panelData([heatmapFrame([[0, 0, 12]], marker)]), annotations });

  it('are marked where columns are times, reachable with the keyboard', () => {
    marked({});
    const handles = within(screen.getByRole('group', { name: 'Annotations' })).getAllByRole('button');
    expect(handles).toHaveLength(1);
    expect(handles[0]).toHaveAccessibleName(/checkout 2, .*deploy/);
    const [line] = screen.getByTestId(testIds.annotations.lines).children;
    const plot = screen.getByTestId(testIds.heatmap.plot);
    expect(parseFloat((line as HTMLElement).style.left)).toBeCloseTo((parseFloat(plot.style.width) * 1.5) / 4, -1);
  });

  it('are left out when told to', () => {
    marked({ showAnnotations: false });
    expect(screen.queryByRole('group', { name: 'Annotations' })).not.toBeInTheDocument();
  });

  it('are left out where columns are no times', () => {
    marked({}, heatmapMarker({ x: 'hour_of_day', columns: [0, 1, 2, 3] }));
    expect(screen.queryByRole('group', { name: 'Annotations' })).not.toBeInTheDocument();
  });
});
