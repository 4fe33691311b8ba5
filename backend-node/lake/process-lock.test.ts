import { readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

import { acquireLock } from './process-lock';
import { temporaryFolder } from './testing/temporary-lake';

const purpose = { name: 'test', holder: 'Another test runs', advice: 'Wait for it.' };
let folder: Awaited<ReturnType<typeof temporaryFolder>>;

beforeEach(async () => {
  folder = await temporaryFolder();
});
afterEach(() => folder.remove());

it('lets one in at a time, and says who has it', async () => {
  const lock = await acquireLock(folder.path, purpose);
  await expect(acquireLock(folder.path, purpose)).rejects.toMatchObject({
    code: 'APITRAIL_LAKE_BUSY',
    message: expect.stringContaining(`process ${process.pid}`),
  });
  await lock.release();
  await (await acquireLock(folder.path, purpose)).release();
  expect(await readdir(folder.path)).toEqual([]);
});

it.each(['', '\0\0\0\0', '{"pid":1'])('takes over what a power cut left of a lock: %j', async (left) => {
  await writeFile(join(folder.path, 'test.lock'), left);
  const lock = await acquireLock(folder.path, purpose);
  expect(JSON.parse(await readFile(join(folder.path, 'test.lock'), 'utf8'))).toMatchObject({ pid: process.pid });
  await lock.release();
  expect(await readdir(folder.path)).toEqual([]);
});

it('lets one in of many that come at once upon what a power cut left', async () => {
  await writeFile(join(folder.path, 'test.lock'), '');
  const results = await Promise.allSettled(Array.from({ length: 20 }, () => acquireLock(folder.path, purpose)));
  const got = results.filter((result) => result.status === 'fulfilled');
  expect(got).toHaveLength(1);
  await got[0]!.value.release();
});
