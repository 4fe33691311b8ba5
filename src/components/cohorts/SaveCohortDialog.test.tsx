import { type DataSourceSrv, setDataSourceSrv } from '@grafana/runtime';
import { render, screen } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import React from 'react';
import { of } from 'rxjs';

import { type Answers, serveCohorts } from '../../test-utils/cohort-server';
import { testIds } from '../test-ids';
import { type CohortDraft, whoMade } from './cohort-draft';
import { SaveCohortDialog } from './SaveCohortDialog';

jest.setTimeout(60_000);

const draft: CohortDraft = {
  target: { datasource: { uid: 'lake' }, filters: [] },
  title: 'Met errors',
  definition: whoMade([{ key: 'status', operator: '>=', value: '500' }])!,
  anyUnit: true,
  range: { from: Date.UTC(2026, 10, 1), to: Date.UTC(2026, 10, 8) },
};
const others = [
  { name: 'met-errors', unit: 'customer', identity: 'session', filters: [], provisioned: false },
  { name: 'fixed', unit: 'customer', identity: 'session', filters: [], provisioned: true },
];

function show(answers: Answers = {}, changes: Partial<React.ComponentProps<typeof SaveCohortDialog>> = {}) {
  const asked = serveCohorts({ GET: others, ...answers });
  const marker = { queryType: 'customers', total: 84 };
  const query = jest.fn(() => of({ data: [{ meta: { custom: { apitrail: marker } }, fields: [], length: 0 }] }));
  setDataSourceSrv({ get: async () => ({ query }) } as unknown as DataSourceSrv);
  const raw = { from: 'now-7d', to: 'now' };
  render(<SaveCohortDialog draft={draft} raw={raw} timeZone="utc" onClose={jest.fn()} {...changes} />);
  return { asked, query, user: userEvent.setup() };
}
const name = () => screen.getByLabelText(/^Name/);
const count = () => screen.getByTestId(testIds.cohorts.count);

it('proposes a name that is free, and says who is meant and how many they are', async () => {
  show();
  await screen.findByText('84 customers');
  expect(name()).toHaveValue('met-errors-2');
  expect(screen.getByText('Customers that made a request with status >= 500.')).toBeInTheDocument();
});

it('counts again whom it follows instead', async () => {
  const { query, user } = show();
  await user.click(await screen.findByRole('radio', { name: 'Sessions' }));
  await screen.findByText('84 sessions');
  expect(query).toHaveBeenLastCalledWith(
    expect.objectContaining({ targets: [expect.objectContaining({ queryType: 'customers', unit: 'session' })] })
  );
});

it('saves with the time that goes on with the clock, and tells what can be done then', async () => {
  const saved = { ...others[0], name: 'met-errors-2', title: 'Met errors' };
  const add = jest.fn();
  const { asked, user } = show(
    { 'PUT /met-errors-2': saved, 'GET /met-errors-2/members': { total: 83 } },
    { onAddAdHocFilter: add }
  );
  await screen.findByText('84 customers');
  await user.click(screen.getByRole('button', { name: 'Save' }));
  await screen.findByText('83 customers in it.');
  expect(asked.find(({ method }) => method === 'PUT')?.data).toMatchObject({
    title: 'Met errors',
    unit: 'customer',
    range: { last: '7d' },
  });
  await user.click(screen.getByRole('button', { name: 'Filter the dashboard by it' }));
  expect(add).toHaveBeenCalledWith({ key: 'cohort', operator: '=', value: 'met-errors-2' });
});

it('says before it replaces another', async () => {
  const { user } = show();
  await screen.findByText('84 customers');
  await user.clear(name());
  await user.type(name(), 'met-errors');
  expect(screen.getByText('met-errors is there already')).toBeInTheDocument();
  expect(screen.getByRole('button', { name: 'Replace' })).toBeEnabled();
});

it.each([
  ['fixed', /apitrail.yaml has a cohort of this name/],
  ['No Name', /must be 1 to 64 small letters/],
])('does not save as %s', async (wanted, why) => {
  const { user } = show();
  await screen.findByText('84 customers');
  await user.clear(name());
  await user.type(name(), wanted);
  expect(screen.getByText(why)).toBeInTheDocument();
  expect(screen.getByRole('button', { name: 'Save' })).toBeDisabled();
});

it('says why it was not saved, and keeps what was written', async () => {
  const { user } = show({
    'PUT /met-errors-2': { status: 400, data: { error: { message: 'At most 500 are saved.' } } },
  });
  await screen.findByText('84 customers');
  await user.click(screen.getByRole('button', { name: 'Save' }));
  expect(await screen.findByText('At most 500 are saved.')).toBeInTheDocument();
  expect(name()).toHaveValue('met-errors-2');
  expect(count()).toHaveTextContent('84 customers');
});
