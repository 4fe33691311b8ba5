import { ApitrailError } from '@apitrail/contract';

import type { Profile } from '../profiles/profile';
import { ProfileTable } from '../profiles/profile-table';
import type { Ask } from './endpoint';
import { profileEndpoint } from './profile-endpoint';

async function ask(table: ProfileTable, id: string) {
  const headers: Record<string, string> = {};
  const pseudonyms = () => Promise.resolve((_: string, value: string) => [`u-${value}`]);
  const endpoint = profileEndpoint(table, pseudonyms);
  const request = { params: { id }, header: (name: string, value: string) => (headers[name] = value) };
  const answer = await endpoint.answer(request as unknown as Ask).catch((error: unknown) => error);
  return { answer, headers };
}

it('answers 503 first, then the profile by original id or pseudonym, and 404 of nobody', async () => {
  const profiles = new Map([['u-jane', { customer: 'u-jane', health: 90 } as Profile]]);
  const table = new ProfileTable({
    build: () => Promise.resolve(profiles),
    refreshMs: 60_000,
    onFault: (error) => {
      throw error;
    },
  });
  const first = await ask(table, 'jane');
  expect(first.answer).toMatchObject({ code: 'APITRAIL_BUSY', status: 503 });
  expect(first.headers).toEqual({ 'retry-after': '5' });
  await table.settled();
  for (const id of ['jane', 'u-jane']) {
    const { answer, headers } = await ask(table, id);
    expect(answer).toMatchObject({ customer: 'u-jane', health: 90 });
    expect(headers['cache-control']).toContain('private');
  }
  const { answer } = await ask(table, 'nobody');
  expect(answer).toBeInstanceOf(ApitrailError);
  expect(answer).toMatchObject({ code: 'APITRAIL_NOT_FOUND', status: 404 });
});
