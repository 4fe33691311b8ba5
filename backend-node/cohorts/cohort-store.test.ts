import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { MOST_COHORTS, parseCohort } from '@apitrail/contract';

import { cohortsFile, CohortStore } from './cohort-store';

let lake: string;
beforeEach(async () => {
  lake = await mkdtemp(join(tmpdir(), 'apitrail-cohorts-'));
});
afterEach(() => rm(lake, { recursive: true, force: true }));

const failed = [{ key: 'status', operator: '>=', value: '500' }];
const cohort = (name: string, more: object = {}) => parseCohort({ name, filters: failed, ...more });
const provisioned = [cohort('of-the-file')];
const open = () => new CohortStore(lake, provisioned);
const names = async (store: CohortStore) => (await store.list()).map(({ name }) => name);

it('has those of the configuration where nothing was saved', async () => {
  expect(await open().list()).toEqual([{ ...provisioned[0], provisioned: true }]);
});

it('has what was saved, with when and by whom, in another process too', async () => {
  const other = open();
  expect(await names(other)).toEqual(['of-the-file']);
  const { created } = await open().save(cohort('failed', { title: 'Met an error' }), 'user:2');
  expect(created).toBe(true);
  expect(await other.get('failed')).toMatchObject({
    ...{ name: 'failed', title: 'Met an error', provisioned: false, updatedBy: 'user:2' },
    updated: expect.stringMatching(/^2\d{3}-.*Z$/) as string,
  });
});

it('puts a cohort in the place of one of its name', async () => {
  const store = open();
  await store.save(cohort('failed'));
  expect(await store.save(cohort('failed', { atLeast: 3 }))).toMatchObject({ created: false });
  expect(await store.get('failed')).toMatchObject({ atLeast: 3 });
});

it('deletes a cohort, and nothing of it is left', async () => {
  const store = open();
  await store.save(cohort('failed'));
  await store.delete('failed');
  expect(await names(store)).toEqual(['of-the-file']);
  expect(await readdir(join(lake, '.apitrail'))).toEqual(['cohorts.json']);
});

it('loses none of many that are saved at once', async () => {
  const all = Array.from({ length: 20 }, (_, index) => `c${10 + index}`);
  await Promise.all(all.map((name) => open().save(cohort(name))));
  expect(await names(open())).toEqual([...all, 'of-the-file']);
});

it.each(['save', 'delete'] as const)('refuses to %s one of the configuration', async (change) => {
  const store = open();
  const changed = change === 'save' ? store.save(cohort('of-the-file')) : store.delete('of-the-file');
  await expect(changed).rejects.toMatchObject({ code: 'APITRAIL_COHORT_READ_ONLY' });
});

it('names the nearest to one that is not there', async () => {
  await expect(open().delete('of-the-fill')).rejects.toMatchObject({
    code: 'APITRAIL_UNKNOWN_COHORT',
    message: 'name: there is no saved cohort "of-the-fill". Did you mean of-the-file?',
  });
});

it('refuses cohorts that would be defined by themselves, or too deep', async () => {
  const store = open();
  const by = (name: string) => ({ filters: [{ key: 'cohort', operator: '=', value: name }] });
  await store.save(cohort('a'));
  await store.save(cohort('b', by('a')));
  await expect(store.save(cohort('a', by('b')))).rejects.toThrow('a → b → a');
  await store.save(cohort('c', by('b')));
  await store.save(cohort('d', by('c')));
  await expect(store.save(cohort('e', by('d')))).rejects.toThrow('at most 4 may be');
  await expect(store.save(cohort('e', by('z')))).rejects.toMatchObject({ code: 'APITRAIL_UNKNOWN_COHORT' });
});

it('refuses to delete what another is defined by', async () => {
  const store = open();
  await store.save(cohort('a'));
  await store.save(cohort('b', { filters: [{ key: 'cohort', operator: '!=', value: 'a' }] }));
  await expect(store.delete('a')).rejects.toThrow('a cannot be deleted: the cohort b is defined by it.');
});

it('has a bound in number and in size', async () => {
  const full = new CohortStore(
    lake,
    Array.from({ length: MOST_COHORTS }, (_, index) => cohort(`p${index}`))
  );
  await expect(full.save(cohort('one-more'))).rejects.toThrow('Delete one first');
  const values = Array.from({ length: 1000 }, () => 'x'.repeat(100));
  const large = cohort('large', { filters: [{ key: 'customer', operator: '=|', values }] });
  await expect(open().save(large)).rejects.toMatchObject({ code: 'APITRAIL_BODY_TOO_LARGE' });
});

it('says where the file is that cannot be read', async () => {
  await open().save(cohort('failed'));
  await writeFile(
    cohortsFile(lake),
    '{"version":1,"cohorts":[{"cohort":{"name":"A"},"updated":"2026-11-01T00:00:00Z"}]}'
  );
  await expect(open().list()).rejects.toMatchObject({ code: 'APITRAIL_LAKE_UNREADABLE', where: cohortsFile(lake) });
});
