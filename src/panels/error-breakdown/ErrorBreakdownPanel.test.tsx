import { LoadingState } from '@grafana/data';
import { PanelContextProvider } from '@grafana/ui';
import { act, render, screen, within } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import React from 'react';

import { testIds } from '../../components/test-ids';
import { errorsFrame, errorsMarker, frameOf, number, text } from '../../test-utils/frames';
import { panelData, panelProps } from '../../test-utils/panel-props';
import { ErrorBreakdownPanel } from './ErrorBreakdownPanel';
import { defaultOptions } from './options';

const show = (...args: Parameters<typeof panelProps<typeof defaultOptions>>) =>
  render(<ErrorBreakdownPanel {...panelProps(...args)} />);
const wide = { width: 1400, height: 600 };
const rows = () => screen.getAllByTestId(testIds.errors.row);
const headers = () => screen.getAllByRole('columnheader').map((h) => h.textContent);

describe('the list', () => {
  it('says how many errors of how many requests', () => {
    show(defaultOptions, panelData([errorsFrame()]), wide);
    expect(screen.getByTestId(testIds.errors.summary)).toHaveTextContent(
      '100 errors of 1,000 requests (10.00%) in 3 groups'
    );
  });

  it('shows status, route, service, owner, counts, share and times of a group', () => {
    show(defaultOptions, panelData([errorsFrame()]), wide);
    const cells = within(rows()[0]).getAllByRole('gridcell');
    expect(cells[0]).toHaveTextContent('503POST/pay');
    expect(cells[0]).toHaveTextContent('pay · gateway timed out');
    expect(cells.slice(1, 6).map((c) => c.textContent)).toEqual(['Capacity', '50', '50.0%', '25', '30']);
    expect(within(rows()[0]).getByRole('img')).toHaveAccessibleName('Trend: rising, at most 40 at a time');
    expect(cells[7]).toHaveAttribute('title', '2026-11-22 00:00:00');
  });

  it('leaves out the columns there is no room for', () => {
    show(defaultOptions, panelData([errorsFrame()]), { width: 320, height: 400 });
    expect(headers()).toEqual(['Error', 'Requests']);
  });

  it('leaves out the columns that are not wanted, or that the data does not have', () => {
    show({ ...defaultOptions, columns: ['owner'] }, panelData([errorsFrame()]), wide);
    expect(headers()).toEqual(['Error', 'Owner', 'Requests']);
  });

  it('does with a table of another data source', () => {
    show(defaultOptions, panelData([frameOf([text('message', ['boom']), number('count', [3])])]), wide);
    expect(headers()).toEqual(['Error', 'Requests', 'Share']);
    expect(rows()[0]).toHaveTextContent('boom');
  });

  it('sorts by a column and turns the order round', async () => {
    show(defaultOptions, panelData([errorsFrame()]), wide);
    const header = screen.getByRole('columnheader', { name: /Customers/ });
    await userEvent.click(within(header).getByRole('button'));
    expect(header).toHaveAttribute('aria-sort', 'descending');
    expect(rows().map((r) => r.textContent?.slice(0, 7))).toEqual(['503POST', '503GET/', '404GET{']);
    await userEvent.click(within(header).getByRole('button'));
    expect(header).toHaveAttribute('aria-sort', 'ascending');
    expect(rows()[0]).toHaveTextContent('404');
  });

  it('finds errors, and says so when there is none', async () => {
    show(defaultOptions, panelData([errorsFrame()]), wide);
    await userEvent.type(screen.getByPlaceholderText('Find errors'), 'items');
    expect(rows()).toHaveLength(1);
    await userEvent.type(screen.getByPlaceholderText('Find errors'), 'xyz');
    expect(screen.queryByTestId(testIds.errors.row)).not.toBeInTheDocument();
    expect(screen.getByText('No error matches “itemsxyz”.')).toBeInTheDocument();
  });

  it('puts errors together', async () => {
    show(defaultOptions, panelData([errorsFrame()]), wide);
    await userEvent.click(screen.getByRole('radio', { name: 'Status' }));
    expect(rows()[0]).toHaveTextContent('5032 errors');
    expect(rows()[0]).toHaveTextContent('≤ 35');
  });

  it('opens with the rows that the option says', () => {
    show({ ...defaultOptions, groupBy: 'service' }, panelData([errorsFrame()]), wide);
    expect(rows().map((r) => within(r).getAllByRole('gridcell')[0].textContent)).toEqual(['pay', 'shop2 errors']);
  });

  it('draws thousands of rows a batch at a time', async () => {
    const routes = Array.from({ length: 450 }, (_, i) => `/r${i}`);
    show(
      defaultOptions,
      panelData([
        frameOf([
          text('route', routes),
          number(
            'count',
            routes.map(() => 1)
          ),
        ]),
      ]),
      wide
    );
    expect(rows()).toHaveLength(200);
    await userEvent.click(screen.getByRole('button', { name: '200 of 450 rows: show 200 more' }));
    await userEvent.click(screen.getByRole('button', { name: '400 of 450 rows: show 50 more' }));
    expect(rows()).toHaveLength(450);
    expect(screen.queryByTestId(testIds.errors.more)).not.toBeInTheDocument();
  }, 60_000);
});

describe('a row', () => {
  it('opens to its facts, its standing and its trend', async () => {
    show(defaultOptions, panelData([errorsFrame()]), wide);
    await userEvent.click(rows()[0]);
    const details = screen.getByTestId(testIds.errors.details);
    expect(rows()[0]).toHaveAttribute('aria-expanded', 'true');
    expect(details).toHaveTextContent('Errorgateway timed out');
    expect(details).toHaveTextContent('50.0% of the errors, 5.00% of all requests');
    expect(details).toHaveTextContent('of status 50371.4%');
    expect(details).toHaveTextContent('11-22 00:00');
  });

  it('opens to its parts when it is made of several', async () => {
    show({ ...defaultOptions, groupBy: 'status' }, panelData([errorsFrame()]), wide);
    await userEvent.click(rows()[0]);
    const details = screen.getByTestId(testIds.errors.details);
    expect(details).toHaveTextContent('By service');
    expect(details).toHaveTextContent('pay50 (71.4%)');
    expect(details).toHaveTextContent('By route');
  });

  it('leads to its requests and filters the dashboard', async () => {
    const onAddAdHocFilter = jest.fn();
    const props = panelProps(defaultOptions, panelData([errorsFrame()]), wide);
    render(
      <PanelContextProvider value={{ eventsScope: 'test', eventBus: props.eventBus, onAddAdHocFilter }}>
        <ErrorBreakdownPanel {...props} />
      </PanelContextProvider>
    );
    await userEvent.click(rows()[0]);
    expect(screen.getByRole('link', { name: 'Open the failed requests' })).toHaveAttribute(
      'href',
      expect.stringContaining('/explore?')
    );
    await userEvent.click(screen.getByRole('button', { name: 'Filter for this' }));
    expect(onAddAdHocFilter.mock.calls.map(([item]) => item)).toEqual([
      { key: 'status', operator: '=', value: '503' },
      { key: 'service', operator: '=', value: 'pay' },
    ]);
  });

  it('is moved to, opened and closed without a pointer', async () => {
    show({ ...defaultOptions, showToolbar: false }, panelData([errorsFrame()]), wide);
    act(() => rows()[0].focus());
    await userEvent.keyboard('{ArrowDown}');
    expect(rows()[1]).toHaveFocus();
    await userEvent.keyboard('{Enter}');
    expect(rows()[1]).toHaveAttribute('aria-expanded', 'true');
    await userEvent.keyboard('{ArrowLeft}');
    expect(rows()[1]).toHaveAttribute('aria-expanded', 'false');
    await userEvent.keyboard('{ArrowRight}');
    expect(rows()[1]).toHaveAttribute('aria-expanded', 'true');
    await userEvent.tab();
    expect(screen.getByTestId(testIds.errors.details)).toContainElement(document.activeElement as HTMLElement);
    act(() => rows()[1].focus());
    await userEvent.keyboard('{End}');
    expect(rows()[2]).toHaveFocus();
    expect(rows().filter((row) => row.tabIndex === 0)).toHaveLength(1);
  });

  it('stays open when the order changes', async () => {
    show(defaultOptions, panelData([errorsFrame()]), wide);
    await userEvent.click(rows()[2]);
    await userEvent.click(within(screen.getByRole('columnheader', { name: /Last seen/ })).getByRole('button'));
    expect(rows()[0]).toHaveAttribute('aria-expanded', 'true');
    expect(rows()[2]).toHaveAttribute('aria-expanded', 'false');
  });
});

describe('without a list', () => {
  it('is glad when there are requests and no errors', () => {
    const frame = frameOf([text('status', []), number('requests', [])], errorsMarker(['status'], { errors: 0 }));
    show(defaultOptions, panelData([frame]));
    expect(screen.getByRole('status')).toHaveTextContent('All 1,000 requests in this time range succeeded.');
  });

  it('says what to do when there is no data at all', () => {
    show(defaultOptions, panelData([]));
    expect(screen.getByRole('status')).toHaveTextContent('Widen the time range');
  });

  it('says which columns are wanted', () => {
    show(defaultOptions, panelData([frameOf([text('route', ['x'])])]));
    expect(screen.getByTestId(testIds.message)).toHaveTextContent('There is no column of numbers');
  });

  it('says why the query failed, whatever came before', () => {
    const frame = frameOf(
      [text('status', []), number('requests', [])],
      errorsMarker(['status'], { requests: 0, errors: 0 })
    );
    show(defaultOptions, panelData([frame], { state: LoadingState.Error, errors: [{ message: 'out of memory' }] }));
    expect(screen.getByRole('alert')).toHaveTextContent('out of memory');
  });
});
