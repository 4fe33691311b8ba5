import { render, screen, within } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import React from 'react';

import { testIds } from '../../components/test-ids';
import { comparedErrorsFrame, errorsFrame } from '../../test-utils/frames';
import { panelData, panelProps } from '../../test-utils/panel-props';
import { ErrorBreakdownPanel } from './ErrorBreakdownPanel';
import { defaultOptions } from './options';

const show = (...args: Parameters<typeof panelProps<typeof defaultOptions>>) =>
  render(<ErrorBreakdownPanel {...panelProps(...args)} />);
const wide = { width: 1400, height: 600 };
const rows = () => screen.getAllByTestId(testIds.errors.row);
const changes = () =>
  rows().map((row) =>
    within(row)
      .getAllByTestId(testIds.errors.change)
      .map((cell) => cell.textContent)
  );

it('says how requests and customers have changed, and what is new or gone', () => {
  show(defaultOptions, panelData([comparedErrorsFrame()]), wide);
  expect(changes()).toEqual([
    ['▲ +25%', '▲ +25%'],
    ['▲ new', '▲ new'],
    ['▼ gone', '▼ −17%'],
  ]);
});

it('has no such columns without a comparison', () => {
  show(defaultOptions, panelData([errorsFrame()]), wide);
  expect(screen.queryByTestId(testIds.errors.change)).not.toBeInTheDocument();
});

it('keeps the change of requests when there is little room', () => {
  show(defaultOptions, panelData([comparedErrorsFrame()]), { width: 420, height: 400 });
  expect(screen.getAllByRole('columnheader').map((h) => h.textContent)).toEqual(['Error', 'Requests', 'Change']);
});

it('sorts by the change: new ones first, then those that grew', async () => {
  show(defaultOptions, panelData([comparedErrorsFrame()]), wide);
  const header = screen.getByRole('columnheader', { name: 'Change' });
  await userEvent.click(within(header).getByRole('button'));
  expect(changes().map(([change]) => change)).toEqual(['▲ new', '▲ +25%', '▼ gone']);
  expect(header).toHaveAttribute('aria-sort', 'descending');
});

it('draws the trend of then over that of now, and says so', () => {
  show(defaultOptions, panelData([comparedErrorsFrame()]), wide);
  expect(within(rows()[0]).getByTestId(testIds.sparklineEarlier)).toBeInTheDocument();
  expect(within(rows()[0]).getByRole('img')).toHaveAccessibleName(/1 week earlier at most 20/);
});

it('says how many errors there were', () => {
  show(defaultOptions, panelData([comparedErrorsFrame()]), wide);
  expect(screen.getByTestId(testIds.errors.summary)).toHaveTextContent('1 week earlier 80 (▲ +25%)');
});

it('has what was in the details of a row', async () => {
  show(defaultOptions, panelData([comparedErrorsFrame()]), wide);
  await userEvent.click(rows()[0]);
  expect(screen.getByTestId(testIds.errors.details)).toHaveTextContent('50, 1 week earlier 40 (▲ +25%)');
});

it('puts requests of groups together, but claims no change of customers that may be the same', async () => {
  show({ ...defaultOptions, groupBy: 'status' }, panelData([comparedErrorsFrame()]), wide);
  expect(changes()[0]).toEqual(['▼ −38%', '–']);
});
