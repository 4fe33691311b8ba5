import { LoadingState } from '@grafana/data';
import { fireEvent, render, screen, within } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import React from 'react';

import { testIds } from '../../components/test-ids';
import { frameOf, number, START, text, time } from '../../test-utils/frames';
import { panelData, panelProps } from '../../test-utils/panel-props';
import {
  comparedRetentionFrames,
  DAY,
  retentionCurveFrame,
  retentionFrame,
  retentionMarker,
} from '../../test-utils/retention-frames';
import { defaultOptions } from './options';
import { RetentionCohortsPanel } from './RetentionCohortsPanel';

const show = (...args: Parameters<typeof panelProps<typeof defaultOptions>>) => {
  const props = panelProps(...args);
  render(<RetentionCohortsPanel {...props} />);
  return props;
};
const ids = testIds.retention;
/** A cell by what is said of it: its description, or its name where it shows nothing. */
function cell(said: RegExp): HTMLElement {
  const found = document.querySelectorAll<HTMLElement>('[role="gridcell"][data-place], [role="rowheader"]');
  const [one, ...more] = [...found].filter((each) =>
    said.test(each.getAttribute('aria-description') ?? each.getAttribute('aria-label') ?? '')
  );
  expect(one).toBeDefined();
  expect(more).toEqual([]);
  return one;
}

function asked(href: string | null) {
  const pane = Object.values(
    JSON.parse(new URL(href ?? '', 'http://grafana').searchParams.get('panes') ?? '{}')
  )[0] as { queries: Array<Record<string, unknown>>; range: { from: string; to: string } };
  return { ...pane.queries[0], range: [Number(pane.range.from), Number(pane.range.to)] };
}

describe('the table', () => {
  it('has a row for each cohort, its size and its numbers', () => {
    show(defaultOptions, panelData([retentionFrame()]));
    expect(screen.getAllByTestId(ids.cohort).map((e) => e.textContent)).toEqual([
      'Sun 22 Nov',
      'Mon 23 Nov',
      'Tue 24 Nov',
    ]);
    expect(screen.getAllByTestId(ids.size).map((e) => e.textContent)).toEqual(['100', '300', '50']);
    expect(cell(/^Sun 22 Nov, day 1/)).toHaveTextContent('50.0%');
    expect(screen.getAllByTestId(ids.column).map((e) => e.textContent)).toEqual(['Day 0', 'Day 1', 'Day 2']);
  });

  it('has the weighted mean of complete cohorts, on top, below or not', () => {
    show(defaultOptions, panelData([retentionFrame()]));
    const rows = screen.getAllByRole('row');
    expect(rows[1]).toBe(screen.getByTestId(ids.mean));
    expect(
      within(rows[1])
        .getAllByTestId(ids.cell)
        .map((e) => e.textContent)
    ).toEqual(['80.0%', '35.0%', '25.0%']);
  });

  it('has the mean below when told to', () => {
    show({ ...defaultOptions, mean: 'bottom' }, panelData([retentionFrame()]));
    expect(screen.getAllByRole('row').at(-1)).toBe(screen.getByTestId(ids.mean));
  });

  it('marks what is not over in words, and says so in the legend', () => {
    show(defaultOptions, panelData([retentionFrame()]));
    const open = cell(/^Mon 23 Nov, day 2.*Complete not yet/);
    expect(open).toHaveAttribute('data-complete', 'false');
    expect(cell(/^Sun 22 Nov, day 2.*Complete yes/)).toHaveAttribute('data-complete', 'true');
    expect(screen.getByTestId(testIds.colorLegend)).toHaveTextContent('Not over yet: may rise');
  });

  it('leaves cells empty whose time has not begun', () => {
    show(defaultOptions, panelData([retentionFrame()]));
    expect(cell(/^Tue 24 Nov, day 2/)).toHaveTextContent(/^$/);
  });

  it('says how many instead of which share, when told to', () => {
    show({ ...defaultOptions, cellValue: 'units' }, panelData([retentionFrame()]));
    expect(cell(/^Mon 23 Nov, day 1/)).toHaveTextContent(/^90$/);
    expect(within(screen.getByTestId(ids.mean)).getAllByTestId(ids.cell)[1]).toHaveTextContent('35%');
  });

  it('has the newest cohort on top when told to', () => {
    show({ ...defaultOptions, newestFirst: true }, panelData([retentionFrame()]));
    expect(screen.getAllByTestId(ids.cohort)[0]).toHaveTextContent('Tue 24 Nov');
    expect(screen.getAllByTestId(ids.size)[0]).toHaveTextContent('50');
  });

  it('drops numbers but not colours at 300 pixels', () => {
    const days = Array.from({ length: 15 }, (_, day) => day);
    const marker = retentionMarker({
      columns: days.map((day) => ({ name: `day_${day}`, label: `Day ${day}`, from: day, to: day + 1 })),
      complete: [days.map(() => true)],
      mean: days.map(() => 0.5),
      cohorts: [START],
      sizes: [100],
    });
    const frame = frameOf(
      [time('cohort', [START]), number('size', [100]), ...days.map((day) => number(`day_${day}`, [0.5]))],
      marker
    );
    show(defaultOptions, panelData([frame]), { width: 300 });
    expect(cell(/^Sun 22 Nov, day 3/)).toHaveTextContent(/^$/);
    expect(cell(/^Sun 22 Nov, day 3/).style.backgroundColor).not.toBe('');
  });

  it('draws only what is in view of 400 cohorts', () => {
    const starts = Array.from({ length: 400 }, (_, day) => START + day * DAY);
    const marker = retentionMarker({
      cohorts: starts,
      sizes: starts.map(() => 10),
      complete: starts.map(() => [true, true, true]),
    });
    const frame = frameOf(
      [
        time('cohort', starts),
        number('size', marker.sizes),
        ...marker.columns.map(({ name }) =>
          number(
            name,
            starts.map(() => 0.5)
          )
        ),
      ],
      marker
    );
    show(defaultOptions, panelData([frame]));
    expect(screen.getAllByTestId(ids.cohort).length).toBeLessThan(60);
    expect(screen.getByRole('grid')).toHaveAttribute('aria-rowcount', '402');
  });
});

describe('keyboard', () => {
  it('moves from cell to cell, one of them in the tab order', async () => {
    show(defaultOptions, panelData([retentionFrame()]));
    await userEvent.tab();
    expect(cell(/^Sun 22 Nov, day 0/)).toHaveFocus();
    await userEvent.keyboard('{ArrowDown}{ArrowRight}');
    expect(cell(/^Mon 23 Nov, day 1: Returned 30.0%/)).toHaveFocus();
    await userEvent.keyboard('{ArrowUp}{ArrowUp}');
    expect(cell(/^Mean of complete cohorts, day 1/)).toHaveFocus();
    await userEvent.keyboard('{Control>}{End}{/Control}');
    expect(cell(/^Tue 24 Nov, day 2/)).toHaveFocus();
    await userEvent.keyboard('{Home}');
    expect(screen.getByRole('rowheader', { name: 'Tue 24 Nov' })).toHaveFocus();
    expect(document.querySelectorAll('[data-place][tabindex="0"]')).toHaveLength(1);
  });

  it('opens the menu, and gives the focus back', async () => {
    show(defaultOptions, panelData([retentionFrame()]));
    await userEvent.tab();
    await userEvent.keyboard('{Enter}');
    expect(screen.getByTestId(testIds.menu)).toHaveTextContent('Sun 22 Nov, day 0');
    await userEvent.keyboard('{Escape}');
    expect(cell(/^Sun 22 Nov, day 0/)).toHaveFocus();
  });
});

describe('the menu of a cell', () => {
  it('leads to the units of the cohort and to the requests it started with', async () => {
    show(defaultOptions, panelData([retentionFrame()]));
    await userEvent.click(cell(/^Mon 23 Nov, day 1/));
    const started = {
      filters: [
        { key: 'environment', operator: '=', value: 'prod' },
        { key: 'route', operator: '=', value: '/signup' },
      ],
      range: [START + DAY, START + 2 * DAY],
    };
    const item = (name: RegExp) => asked(screen.getByRole('menuitem', { name }).getAttribute('href'));
    expect(item(/customers of this cohort/)).toMatchObject({ queryType: 'customers', unit: 'customer', ...started });
    expect(item(/requests this cohort started with/)).toMatchObject({ queryType: 'requests', ...started });
    expect(item(/requests of this interval/)).toMatchObject({
      filters: [{ key: 'environment', operator: '=', value: 'prod' }],
      range: [START + 2 * DAY, START + 3 * DAY],
    });
  });

  it('zooms to the interval', async () => {
    const { onChangeTimeRange } = show(defaultOptions, panelData([retentionFrame()]));
    await userEvent.click(cell(/^Mon 23 Nov, day 1/));
    await userEvent.click(screen.getByRole('menuitem', { name: 'Zoom to this interval' }));
    expect(onChangeTimeRange).toHaveBeenCalledWith({ from: START + 2 * DAY, to: START + 3 * DAY });
  });

  it('opens nothing of another data source', async () => {
    show(defaultOptions, panelData([frameOf([text('cohort', ['May']), number('M1', [0.5])])]));
    await userEvent.click(cell(/^May, M1/));
    expect(screen.queryByRole('menuitem', { name: /Open/ })).not.toBeInTheDocument();
  });
});

describe('the tooltip', () => {
  it('says numerator, denominator, and how it was counted', () => {
    show(defaultOptions, panelData([retentionFrame()]));
    fireEvent.mouseMove(cell(/^Mon 23 Nov, day 2/), { clientX: 10, clientY: 10 });
    const tooltip = screen.getByTestId(testIds.tooltip);
    for (const said of [
      'Customers60 of 300',
      'Wed 2026-11-25',
      'Not over yet for the whole cohort',
      'Returned in that time, with any later request',
      'Customers start with a request with route = /signup',
      'Days of the calendar, UTC',
    ]) {
      expect(tooltip).toHaveTextContent(said);
    }
  });

  it('says of whom the mean is', () => {
    show(defaultOptions, panelData([retentionFrame()]));
    fireEvent.mouseMove(cell(/^Mean of complete cohorts, day 1/), { clientX: 10, clientY: 10 });
    expect(screen.getByTestId(testIds.tooltip)).toHaveTextContent('Customers140 of 400');
    expect(screen.getByTestId(testIds.tooltip)).toHaveTextContent('Complete cohorts2');
  });
});

describe('compared with an earlier time', () => {
  it('says in cells, summary and tooltip what has changed', () => {
    show(defaultOptions, panelData(comparedRetentionFrames()));
    expect(cell(/^Sun 22 Nov, day 1/)).toHaveTextContent('50.0%▲ 30.0');
    expect(screen.getByTestId(ids.summary)).toHaveTextContent('against 1 week earlier');
    fireEvent.mouseMove(cell(/^Sun 22 Nov, day 1/), { clientX: 10, clientY: 10 });
    expect(screen.getByTestId(testIds.tooltip)).toHaveTextContent('1 week earlier20.0% (40 of 200)');
    expect(screen.getByTestId(testIds.tooltip)).toHaveTextContent('Change▲ +30.0 pp');
  });

  it('leaves it out when told to', () => {
    show({ ...defaultOptions, showEarlier: false }, panelData(comparedRetentionFrames()));
    expect(cell(/^Sun 22 Nov, day 1/)).toHaveTextContent(/^50.0%$/);
  });

  it('colours changes when told to', () => {
    show({ ...defaultOptions, colorBy: 'change' }, panelData(comparedRetentionFrames()));
    expect(screen.getByTestId(testIds.colorLegend)).toHaveTextContent('Points against 1 week earlier');
  });
});

describe('the curve', () => {
  it('is drawn of a curve, with the earlier one', async () => {
    show(defaultOptions, panelData([retentionCurveFrame()]));
    expect(screen.getByTestId(ids.earlier)).toBeInTheDocument();
    expect(screen.getAllByTestId(ids.point)).toHaveLength(3);
    await userEvent.tab();
    await userEvent.keyboard('{ArrowRight}');
    const point = screen.getByRole('button', { name: 'Day 1' });
    expect(point).toHaveFocus();
    expect(point).toHaveAccessibleDescription(/Mean that returned 35.0%.*140 of 400.*1 week earlier 20.0%/);
  });

  it('is drawn of cohorts when told to', () => {
    show({ ...defaultOptions, display: 'curve' }, panelData([retentionFrame()]));
    expect(screen.getByTestId(ids.curve)).toHaveTextContent('Each cohort');
    expect(screen.queryByRole('grid')).not.toBeInTheDocument();
  });
});

describe('without a drawing', () => {
  it('says so when nobody started, and why that may be', () => {
    const marker = retentionMarker({ sizes: [0, 0, 0], rowsWithoutUnit: 0.9 });
    const frame = retentionFrame(marker);
    show(defaultOptions, panelData([frame]));
    expect(screen.getByRole('status')).toHaveTextContent('No customers started');
    expect(screen.getByRole('status')).toHaveTextContent('90.0% of the requests name no customer');
  });

  it('says which columns are wanted', () => {
    show(defaultOptions, panelData([frameOf([text('a', ['x'])])]));
    expect(screen.getByTestId(testIds.message)).toHaveTextContent('day_0, day_1');
  });

  it('says why the query failed', () => {
    const errors = [{ message: 'brackets.1: is 1 after 4' }];
    show(defaultOptions, panelData([], { state: LoadingState.Error, errors }));
    expect(screen.getByRole('alert')).toHaveTextContent('is 1 after 4');
  });
});

it('says how many requests could not be counted', () => {
  show(defaultOptions, panelData([retentionFrame(retentionMarker({ rowsWithoutUnit: 0.083 }))]));
  expect(screen.getByTestId(testIds.notices)).toHaveTextContent('8.3% of the requests name no customer');
});
