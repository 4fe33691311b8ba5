import { type DataQueryRequest, type DataSourceApi, LoadingState } from '@grafana/data';
import { type DataSourceSrv, setDataSourceSrv } from '@grafana/runtime';
import { type DataQuery } from '@grafana/schema';
import { render, screen, waitFor } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import React from 'react';
import { of } from 'rxjs';

import { testIds } from '../../components/test-ids';
import { timelineFrameOf, timelineMarker, type TimelineRowInput } from '../../test-utils/timeline-frames';
import { panelData, panelProps } from '../../test-utils/panel-props';
import { CustomerTimelinePanel } from './CustomerTimelinePanel';
import { defaultOptions } from './options';

const ids = testIds.timeline;
const ALL = 10;
const LIMIT = 4;
type Query = DataQuery & { before?: string; after?: string };

/** A visit of nine requests, a minute apart, and its own row. */
const ROWS: TimelineRowInput[] = [
  { at: 0, kind: 'session', end: 540_000, requests: 9, errors: 0 },
  ...Array.from({ length: 9 }, (_, index) => ({
    ...{ at: (index + 1) * 60_000, kind: 'request' as const, route: `/r${index + 1}`, status: 200 },
  })),
];

/** The page of rows from one on, newest first, as the companion answers it; cursors are places. */
function pageFrom(offset: number) {
  const [end, begin] = [ALL - offset, Math.max(0, ALL - offset - LIMIT)];
  const frame = timelineFrameOf(
    ROWS.slice(begin, end).reverse(),
    timelineMarker({
      ...{
        total: ALL,
        offset,
        limit: LIMIT,
        direction: 'desc',
        counts: { sessions: 1, requests: 9, errors: 0, journeys: 0 },
      },
      cursors: { ...(begin > 0 ? { older: String(begin) } : {}), ...(end < ALL ? { newer: String(end) } : {}) },
      continued:
        begin === 0
          ? []
          : [
              {
                session: 'visit',
                time: frameStart,
                timeEnd: frameStart + 540_000,
                requests: 9,
                errors: 0,
                older: begin - 1,
              },
            ],
    })
  );
  frame.refId = 'A';
  return frame;
}
const frameStart = timelineMarker().from;

let asked: Array<DataQueryRequest<Query>>;
let refuse: string | undefined;
beforeEach(() => {
  asked = [];
  refuse = undefined;
  const dataSource = {
    query: (request: DataQueryRequest<Query>) => {
      asked.push(request);
      const [{ before, after }] = request.targets;
      const offset = before === undefined ? ALL - Number(after) - LIMIT : ALL - Number(before);
      return of(refuse ? { data: [], errors: [{ message: refuse }] } : { data: [pageFrom(Math.max(0, offset))] });
    },
  };
  setDataSourceSrv({ get: () => Promise.resolve(dataSource as unknown as DataSourceApi) } as unknown as DataSourceSrv);
});

const first = (requestId = 'Q1') => {
  const data = panelData([pageFrom(0)]);
  return { ...data, request: { ...data.request!, requestId } };
};
const panel = (data = first()) => <CustomerTimelinePanel {...panelProps(defaultOptions, data)} />;
const text = () => screen.getByTestId(ids.page).textContent;
const requests = () =>
  screen.queryAllByTestId(ids.run).length + screen.queryAllByTestId(ids.request).length > 0
    ? screen.getByTestId(ids.grid).textContent
    : '';

it('says which rows of how many it shows, and leads to older ones and back', async () => {
  render(panel());
  expect(text()).toMatch(/^Rows 1 to 4 of 10, /);
  expect(screen.getByTestId(ids.newer)).toHaveAttribute('aria-disabled', 'true');
  await userEvent.click(screen.getByRole('button', { name: 'Older rows' }));
  await waitFor(() => expect(text()).toMatch(/^Rows 5 to 8 of 10, /));
  expect(asked[0].targets[0]).toMatchObject({ refId: 'A', before: '6' });
  await userEvent.click(screen.getByTestId(ids.older));
  await waitFor(() => expect(text()).toMatch(/^Rows 9 to 10 of 10, /));
  expect(screen.getByTestId(ids.older)).toHaveAttribute('aria-disabled', 'true');
  await userEvent.click(screen.getByTestId(ids.newer));
  await waitFor(() => expect(text()).toMatch(/^Rows 5 to 8 of 10, /));
  expect(asked[2].targets[0]).toMatchObject({ after: '2' });
  expect(asked[2].targets[0]).not.toHaveProperty('before');
});

it('is paged by the keyboard, whose focus stays', async () => {
  render(panel());
  screen.getByTestId(ids.older).focus();
  await userEvent.keyboard('{Enter}');
  await waitFor(() => expect(text()).toMatch(/^Rows 5 to 8/));
  expect(screen.getByTestId(ids.older)).toHaveFocus();
});

it('heads a session that began on an older page with all of it, and how much of it lies where', async () => {
  render(panel());
  expect(screen.getByTestId(ids.session)).toHaveTextContent('9 requests (5 older on other pages)');
  await userEvent.click(screen.getByTestId(ids.older));
  await waitFor(() =>
    expect(screen.getByTestId(ids.session)).toHaveTextContent('9 requests (1 older and 4 newer on other pages)')
  );
  expect(requests()).toContain('4 requests, all fine');
});

it('stays on its page when the same question is asked anew, and begins again with another one', async () => {
  const { rerender } = render(panel());
  await userEvent.click(screen.getByTestId(ids.older));
  await waitFor(() => expect(text()).toMatch(/^Rows 5 to 8/));
  rerender(panel(first('Q2')));
  await waitFor(() => expect(asked).toHaveLength(2));
  expect(asked[1].targets[0]).toMatchObject({ before: '6' });
  expect(text()).toMatch(/^Rows 5 to 8/);
  const other = first('Q3');
  rerender(panel({ ...other, request: { ...other.request, rangeRaw: { from: 'now-1h', to: 'now' } } }));
  expect(text()).toMatch(/^Rows 1 to 4/);
});

it('says why a page could not be had, and keeps the one that is there', async () => {
  refuse = 'The companion is busy.';
  render(panel());
  await userEvent.click(screen.getByTestId(ids.older));
  expect(await screen.findByText(/The other page could not be loaded: The companion is busy\./)).toBeInTheDocument();
  expect(text()).toMatch(/^Rows 1 to 4/);
});

it('has no pager where all is shown, or nothing can be asked', () => {
  const whole = timelineFrameOf(ROWS, timelineMarker({ total: ALL, cursors: {} }));
  const { unmount } = render(panel({ ...panelData([whole]), request: first().request }));
  expect(screen.queryByTestId(ids.page)).not.toBeInTheDocument();
  unmount();
  render(panel({ ...first(), request: undefined as never, state: LoadingState.Done }));
  expect(screen.queryByTestId(ids.page)).not.toBeInTheDocument();
});
