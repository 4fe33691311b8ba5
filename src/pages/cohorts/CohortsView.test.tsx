import { dateTime } from '@grafana/data';
import { type DataSourceSrv, setDataSourceSrv } from '@grafana/runtime';
import { render, screen, within } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import React from 'react';

import { testIds } from '../../components/test-ids';
import { actAs, type Answers, serveCohorts } from '../../test-utils/cohort-server';
import { CohortsView } from './CohortsView';

jest.setTimeout(60_000);

const paid = { name: 'paid', title: 'Paid', unit: 'customer', identity: 'session', filters: [], atLeast: 1 };
const cohorts = [
  { ...paid, provisioned: false, updated: '2026-11-02T10:00:00.000Z', updatedBy: 'ada' },
  { ...paid, name: 'given', title: 'Given', unit: 'account', provisioned: true },
];

function show(answers: Answers, sources = [{ uid: 'lake', name: 'Lake' }]) {
  setDataSourceSrv({ getList: () => sources, get: async () => ({}) } as unknown as DataSourceSrv);
  const asked = serveCohorts(answers);
  const times = { from: dateTime(1_790_000_000_000), to: dateTime(1_790_086_400_000) };
  render(<CohortsView timeRange={{ ...times, raw: times }} timeZone="utc" />);
  return { asked, user: userEvent.setup() };
}
const card = async (name: string) => {
  const cards = await screen.findAllByTestId(testIds.cohorts.cohort);
  return within(cards.find((one) => one.dataset.cohort === name)!);
};

beforeEach(() => actAs('Editor'));

it('says what each is, and where it is from', async () => {
  show({ GET: cohorts });
  const first = await card('paid');
  expect(first.getByText(/^Saved by ada on 2026-11-02 10:00/)).toBeInTheDocument();
  expect(first.getByText(/^Customers that made a request, in the time range that is asked for/)).toBeInTheDocument();
  const second = await card('given');
  expect(second.getByText('Of apitrail.yaml, read-only')).toBeInTheDocument();
  expect(second.queryByRole('button', { name: 'Delete' })).not.toBeInTheDocument();
});

it('counts members of the range, when it is told to', async () => {
  const { asked, user } = show({ GET: cohorts, 'GET /paid/members': { total: 12 } });
  const { getByRole, findByText } = await card('paid');
  expect(asked).toHaveLength(1);
  await user.click(getByRole('button', { name: 'Count members' }));
  await findByText('12 customers');
  expect(asked[1].params).toEqual({ from: 1_790_000_000_000, to: 1_790_086_400_000, limit: 1 });
});

it('deletes after it has asked, and lists the others', async () => {
  const answers: Answers = { GET: cohorts, 'DELETE /paid': { deleted: 'paid' } };
  const { asked, user } = show(answers);
  await user.click((await card('paid')).getByRole('button', { name: 'Delete' }));
  expect(asked.some(({ method }) => method === 'DELETE')).toBe(false);
  answers.GET = cohorts.slice(1);
  await user.click(within(screen.getByRole('dialog')).getByRole('button', { name: 'Delete' }));
  expect(await screen.findByText('1 cohort')).toBeInTheDocument();
});

it('says what webhooks were told, or why they were not', async () => {
  const answers: Answers = {
    GET: cohorts,
    'POST /paid/push': { pushed: [{ webhook: 'crm', members: 12, full: false, added: 2, removed: 1 }] },
    'POST /given/push': { status: 400, data: { message: 'No webhook has the cohort given.' } },
  };
  const { user } = show(answers);
  const [first, second] = [await card('paid'), await card('given')];
  await user.click(first.getByRole('button', { name: 'Push to webhook' }));
  await first.findByText('crm was told 2 that came and 1 that went: 12 customers now.');
  await user.click(second.getByRole('button', { name: 'Push to webhook' }));
  await second.findByText('No webhook has the cohort given.');
});

it('lets a Viewer look, not change', async () => {
  actAs('Viewer');
  show({ GET: cohorts });
  const { queryByRole, getByRole } = await card('paid');
  expect(getByRole('button', { name: 'Export' })).toBeInTheDocument();
  expect(queryByRole('button', { name: 'Push to webhook' })).not.toBeInTheDocument();
  expect(queryByRole('button', { name: 'Delete' })).not.toBeInTheDocument();
});

it('tells how to save one when there is none', async () => {
  show({ GET: [] });
  expect(await screen.findByText('No cohort is saved yet')).toBeInTheDocument();
});

it('says why there is no list, and asks again', async () => {
  const answers: Answers = { GET: { status: 502, data: { message: 'The companion does not answer.' } } };
  const { user } = show(answers);
  await screen.findByText('The companion does not answer.');
  answers.GET = cohorts;
  await user.click(screen.getByRole('button', { name: 'Ask again' }));
  expect(await screen.findByText('2 cohorts')).toBeInTheDocument();
});

it('tells how to get a data source when there is none', () => {
  show({}, []);
  expect(screen.getByText('There is no Apitrail data source yet')).toBeInTheDocument();
});
