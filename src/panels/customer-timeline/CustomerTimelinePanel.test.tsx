import { LoadingState, type PanelData } from '@grafana/data';
import { locationService } from '@grafana/runtime';
import { act, fireEvent, render, screen, within } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import React from 'react';

import { testIds } from '../../components/test-ids';
import { frameOf, HOUR, START, text } from '../../test-utils/frames';
import { panelData, panelProps } from '../../test-utils/panel-props';
import { timelineFrame, timelineFrameOf, timelineMarker } from '../../test-utils/timeline-frames';
import { CustomerTimelinePanel } from './CustomerTimelinePanel';
import { defaultOptions } from './options';

const ids = testIds.timeline;
const show = (...args: Parameters<typeof panelProps<typeof defaultOptions>>) =>
  render(<CustomerTimelinePanel {...panelProps(...args)} />);
const row = (name: RegExp) => screen.getByRole('row', { name });
const oldest = { ...defaultOptions, order: 'oldest' as const };
const ofCustomer = (customer: string): Partial<PanelData> => {
  const { request } = panelData([]);
  const [target] = request!.targets;
  return {
    request: {
      ...request!,
      targets: [{ ...target, ...{ queryType: 'customers', view: 'timeline', customer } }],
    },
  };
};

function asked(name: RegExp) {
  const href = screen.getByRole('menuitem', { name }).getAttribute('href') ?? '';
  const { queries, range } = JSON.parse(new URL(href, 'http://grafana').searchParams.get('panes') ?? '{}').requests;
  return { filters: queries[0].filters, range: [Number(range.from), Number(range.to)] };
}

const ofProduction = { key: 'environment', operator: '=', value: 'prod' };

describe('the timeline', () => {
  it('says whose it is, and what it amounts to', () => {
    show(defaultOptions, panelData([timelineFrame()]));
    expect(screen.getByTestId(ids.root)).toHaveTextContent('jane');
    expect(screen.getByTestId(ids.summary)).toHaveTextContent('10 requests in 2 sessions, 1 error');
  });

  it('tells days, sessions and pauses', () => {
    show(oldest, panelData([timelineFrame()]));
    expect(screen.getAllByTestId(ids.day).map((e) => e.textContent)).toEqual([
      'Sunday, 22 November 2026',
      'Wednesday, 25 November 2026',
    ]);
    expect(screen.getByTestId(ids.pause)).toHaveTextContent('3 days later');
    expect(screen.getAllByTestId(ids.session)[0]).toHaveTextContent('08:00 – 08:2020 min, 6 requests1 error');
  });

  it('begins with the newest, unless told otherwise', () => {
    show(defaultOptions, panelData([timelineFrame()]));
    expect(screen.getAllByTestId(ids.day)[0]).toHaveTextContent('25 November');
    expect(screen.getByTestId(ids.pause)).toHaveTextContent('3 days earlier');
  });

  it('shows an error with its status, its owner and its message', () => {
    show(defaultOptions, panelData([timelineFrame()]));
    const error = screen.getByTestId(ids.error);
    for (const shown of [
      '08:20:00',
      'POST',
      '/checkout',
      '503',
      '3 s',
      'slow',
      'Upstream',
      'payment gateway timed out',
    ]) {
      expect(error).toHaveTextContent(shown);
    }
  });

  it('compares durations with what is usual', () => {
    show(defaultOptions, panelData([timelineFrame()]));
    const fills = (name: RegExp) =>
      within(row(name)).getByTestId(ids.bar).firstElementChild?.getAttribute('style') ?? '';
    expect(fills(/GET \/orders/)).toContain('width: 40%');
    expect(fills(/GET \/cart/)).toContain('width: 100%');
    expect(row(/GET \/cart/)).toHaveTextContent('slow');
  });

  it('shows a run of what went well as one line, and its requests when it is opened', async () => {
    show(defaultOptions, panelData([timelineFrame()]));
    expect(screen.getByTestId(ids.run)).toHaveTextContent('5 requests, all fine/products ×5');
    const before = screen.getAllByTestId(ids.request).length;
    await userEvent.click(screen.getByTestId(ids.run));
    expect(screen.getAllByTestId(ids.request)).toHaveLength(before + 5);
  });

  it('marks steps of journeys, and a rail beside what is between them', () => {
    show(defaultOptions, panelData([timelineFrame()]));
    expect(screen.getAllByTestId(ids.journey).map((e) => e.textContent)).toEqual([
      '08:08:00Converted at Checkout',
      '08:00:00Entered at Cart',
      '08:20:00Abandoned after Cart',
      '08:04:00Entered at Cart',
    ]);
    expect(within(row(/GET \/cart/)).getByTestId(ids.rail)).toBeInTheDocument();
    expect(within(row(/GET \/orders/)).queryByTestId(ids.rail)).not.toBeInTheDocument();
  });

  it('draws only what is in view of thousands of rows', () => {
    const rows = Array.from({ length: 8000 }, (_, index) => ({
      at: index * 1000,
      kind: 'error' as const,
      route: '/a',
      status: 500,
    }));
    show(defaultOptions, panelData([timelineFrameOf(rows, timelineMarker({ counts: undefined }))]));
    expect(screen.getAllByRole('row').length).toBeLessThan(60);
    expect(screen.getByRole('treegrid')).toHaveAttribute('aria-rowcount', '8002');
  });
});

it('says of a session how much of it is on another page', () => {
  const rows = [
    { at: 0, kind: 'session' as const, end: HOUR, requests: 5, errors: 0 },
    { at: 0, kind: 'request' as const, route: '/a', status: 200 },
  ];
  show(defaultOptions, panelData([timelineFrameOf(rows, timelineMarker({ total: 6 }))]));
  expect(screen.getByTestId(ids.session)).toHaveTextContent('5 requests (4 not on this page)');
  expect(screen.getByTestId(ids.summary)).toHaveTextContent('; 4 rows on other pages');
});

it('picks out what is on the page, and says so', async () => {
  const rows = [
    { at: 0, kind: 'session' as const, end: HOUR, requests: 5, errors: 2 },
    { at: 0, kind: 'request' as const, route: '/a', status: 200, slow: true },
  ];
  const counts = { sessions: 1, requests: 5, errors: 2, journeys: 0 };
  show(defaultOptions, panelData([timelineFrameOf(rows, timelineMarker({ total: 6, counts }))]));
  expect(screen.getByTestId(ids.summary)).toHaveTextContent('2 errors');
  expect(screen.getByRole('group', { name: 'Show only, of this page' })).toBeInTheDocument();
  expect(screen.getByRole('button', { name: 'Errors 0' })).toBeDisabled();
  expect(screen.getByRole('button', { name: 'Slow 1' })).toBeEnabled();
});

it('says in its own words that it shows a page', () => {
  const frame = timelineFrameOf(
    [{ at: 0, kind: 'request', route: '/a' }],
    timelineMarker({ total: 5285, offset: 2000 })
  );
  frame.meta = {
    ...frame.meta,
    notices: [{ severity: 'info', text: '2,001 to 2,001 of 5,285 are shown; limit and offset choose others.' }],
  };
  show(defaultOptions, panelData([frame]));
  expect(screen.getByTestId(testIds.notices)).toHaveTextContent(/part of a long timeline.*of 5,285\. A shorter time/);
  expect(screen.getByTestId(testIds.notices)).not.toHaveTextContent('offset');
});

describe('chips', () => {
  const chip = (name: RegExp) => screen.getByRole('button', { name });

  it('pick out errors, slow requests and journeys, several at once', async () => {
    show(defaultOptions, panelData([timelineFrame()]));
    await userEvent.click(chip(/^Errors 1/));
    expect(chip(/^Errors/)).toHaveAttribute('aria-pressed', 'true');
    expect(screen.getAllByTestId(ids.error)).toHaveLength(1);
    expect(screen.queryByTestId(ids.request)).not.toBeInTheDocument();
    await userEvent.click(chip(/^Slow 2/));
    expect(screen.getAllByTestId(ids.request)).toHaveLength(1);
    await userEvent.click(chip(/^Errors/));
    await userEvent.click(chip(/^Slow/));
    await userEvent.click(chip(/^Journeys 2/));
    expect(screen.getAllByTestId(ids.journey)).toHaveLength(4);
    expect(screen.queryByTestId(ids.error)).not.toBeInTheDocument();
  });

  it('cannot pick out what there is none of', () => {
    const rows = [{ at: 0, kind: 'request' as const, route: '/a', status: 200 }];
    show(defaultOptions, panelData([timelineFrameOf(rows, timelineMarker({ counts: undefined }))]));
    expect(chip(/^Errors 0/)).toBeDisabled();
    expect(screen.queryByRole('button', { name: /^Journeys/ })).not.toBeInTheDocument();
  });
});

describe('keyboard', () => {
  it('moves from row to row past days and pauses, closes and opens', async () => {
    show(oldest, panelData([timelineFrame()]));
    act(() => screen.getByRole('treegrid').querySelector<HTMLElement>('[tabindex="0"]')?.focus());
    const [first, second] = screen.getAllByTestId(ids.session);
    expect(first).toHaveFocus();
    await userEvent.keyboard('{ArrowDown}');
    expect(screen.getByTestId(ids.run)).toHaveFocus();
    await userEvent.keyboard('{ArrowLeft}{ArrowUp}{ArrowLeft}');
    expect(first).toHaveAttribute('aria-expanded', 'false');
    await userEvent.keyboard('{ArrowDown}');
    expect(second).toHaveFocus();
    await userEvent.keyboard('{Home}{ArrowRight}');
    expect(first).toHaveAttribute('aria-expanded', 'true');
    await userEvent.keyboard('{End}');
    expect(row(/GET \/orders/)).toHaveFocus();
    expect(document.querySelectorAll('[role="row"][tabindex="0"]')).toHaveLength(1);
  });

  it('opens a menu, and gives the focus back', async () => {
    show(defaultOptions, panelData([timelineFrame()]));
    act(() => row(/GET \/orders/).focus());
    await userEvent.keyboard('{Enter}');
    expect(screen.getByTestId(testIds.menu)).toHaveTextContent('GET /orders');
    await userEvent.keyboard('{Escape}');
    expect(row(/GET \/orders/)).toHaveFocus();
  });
});

describe('the menu', () => {
  it('of an error leads to its trace, to what was around it, and to the same error of others', async () => {
    show(defaultOptions, panelData([timelineFrame()]));
    await userEvent.click(screen.getByTestId(ids.error));
    const at = START + 8 * HOUR + 1_200_000;
    expect(asked(/trace/).filters).toEqual([ofProduction, { key: 'trace_id', operator: '=', value: 'abc123' }]);
    expect(asked(/around/)).toEqual({
      filters: [
        ofProduction,
        {
          any: [
            { key: 'customer', operator: '=', value: 'jane' },
            { key: 'session', operator: '=', value: 'visit' },
          ],
        },
      ],
      range: [at - 300_000, at + 3000 + 300_000],
    });
    const same = asked(/all requests with this error/);
    expect(same.filters[1]).toEqual({ key: 'error_group', operator: '=', value: 'pay-timeout' });
    expect(same.range).toEqual([START, START + 96 * HOUR]);
  });

  it('leads to the dashboard of the endpoint, with its variables', async () => {
    const push = jest.spyOn(locationService, 'push').mockImplementation(() => undefined);
    show(defaultOptions, panelData([timelineFrame()]));
    await userEvent.click(screen.getByTestId(ids.error));
    await userEvent.click(screen.getByRole('menuitem', { name: /dashboard of this endpoint/ }));
    const [path, search] = String(push.mock.calls[0][0]).split('?');
    expect(path).toBe('/d/apitrail-api-overview');
    expect(Object.fromEntries(new URLSearchParams(search))).toMatchObject({
      'var-datasource': 'lake',
      'var-service': 'shop',
      'var-method': 'POST',
      'var-route': '/checkout',
      from: String(START),
    });
    push.mockRestore();
  });

  it('of a session leads to its requests', () => {
    show(defaultOptions, panelData([timelineFrame()]));
    fireEvent.contextMenu(screen.getAllByTestId(ids.session)[1]);
    expect(asked(/requests of this session/).filters[1]).toEqual({
      any: [
        { key: 'session', operator: '=', value: 'visit' },
        {
          all: [
            { key: 'customer', operator: '=', value: 'jane' },
            { key: 'session', operator: '!exists' },
          ],
        },
      ],
    });
    expect(screen.getByRole('menuitem', { name: /failed requests/ })).toBeInTheDocument();
  });
});

it('shows a tooltip with everything that is known', () => {
  show(defaultOptions, panelData([timelineFrame()]));
  fireEvent.mouseMove(screen.getByTestId(ids.error), { clientX: 10, clientY: 10 });
  const tooltip = screen.getByTestId(testIds.tooltip);
  for (const said of [
    'POST /checkout',
    'Status503',
    'Duration3 s',
    'Usual p95 of this endpoint400 ms',
    'Traceabc123',
  ]) {
    expect(tooltip).toHaveTextContent(said);
  }
});

describe('without a timeline', () => {
  it.each(['', '$customer', '${customer}'])('asks to choose a customer when there is none: “%s”', (customer) => {
    const failed = { state: LoadingState.Error, errors: [{ message: 'customer: is needed' }] };
    show(defaultOptions, panelData([], { ...ofCustomer(customer), ...failed }));
    expect(screen.getByRole('status')).toHaveTextContent('Choose a customer');
  });

  it('says so when the customer made no request', () => {
    const empty = timelineFrameOf([], timelineMarker());
    show(defaultOptions, panelData([empty], ofCustomer('jane')));
    expect(screen.getByRole('status')).toHaveTextContent('No requests of jane');
  });

  it('says what it cannot draw', () => {
    show(defaultOptions, panelData([timelineFrame(timelineMarker({ view: 'outreach' }))]));
    expect(screen.getByTestId(testIds.message)).toHaveTextContent('This is the outreach of customers');
    expect(screen.getByTestId(testIds.message)).toHaveTextContent('duration_ms');
  });

  it('says which columns are wanted', () => {
    show(defaultOptions, panelData([frameOf([text('a', ['x'])])]));
    expect(screen.getByTestId(testIds.message)).toHaveTextContent('There is no column that says when');
  });

  it('says why the query failed', () => {
    const errors = [{ message: 'There is no dataset “x”.' }];
    show(defaultOptions, panelData([], { state: LoadingState.Error, errors, ...ofCustomer('jane') }));
    expect(screen.getByRole('alert')).toHaveTextContent('There is no dataset');
  });
});
