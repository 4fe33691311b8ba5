import { serveCohorts } from '../../test-utils/cohort-server';
import { CohortClient } from './cohort-client';

const client = new CohortClient('lake');

it('saves without the name, which the address has', async () => {
  const asked = serveCohorts({ 'PUT /paid': { name: 'paid' } });
  await client.save({ name: 'paid', filters: [] });
  expect(asked[0]).toMatchObject({ method: 'PUT', data: { filters: [] }, showErrorAlert: false });
});

it.each([
  ['of the companion', { status: 403, data: { error: { code: 'APITRAIL_FORBIDDEN', message: 'No scope admin.' } } }],
  ['of the forwarder', { status: 502, data: { message: 'No scope admin. [APITRAIL_FORBIDDEN]' } }],
])('says what it takes to change cohorts, after a refusal %s', async (_, refusal) => {
  serveCohorts({ 'DELETE /paid': refusal });
  await expect(client.delete('paid')).rejects.toThrow(
    /takes an Editor or Admin.* scopes query and admin.*No scope admin/
  );
});

it('reads a refusal that comes as a file', async () => {
  const text = JSON.stringify({ message: 'There is no cohort paid.' });
  const data = Object.assign(new Blob([text]), { text: () => Promise.resolve(text) });
  serveCohorts({ 'GET /paid/members': { status: 404, data } });
  await expect(client.members('paid', 'csv')).rejects.toThrow('There is no cohort paid.');
});
