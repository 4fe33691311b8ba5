import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdir, readFile, stat, utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

import { temporaryFolder } from './testing/temporary-lake';
import { openWorkDirectory } from './work-directory';

let folder: Awaited<ReturnType<typeof temporaryFolder>>;
beforeEach(async () => {
  folder = await temporaryFolder();
});
afterEach(() => folder.remove());

test('is private, lies outside the table, and is gone when closed', async () => {
  const work = await openWorkDirectory(folder.path);
  expect(work.path.startsWith(join(folder.path, '.apitrail', 'tmp'))).toBe(true);
  expect((await stat(work.path)).mode & 0o777).toBe(0o700);
  await work.close();
  expect(existsSync(work.path)).toBe(false);
});

test('that of a living process stays, that of a dead one goes', async () => {
  const living = await openWorkDirectory(folder.path);
  const dead = await openWorkDirectory(folder.path);
  const owner = JSON.parse(await readFile(join(dead.path, 'owner.json'), 'utf8'));
  const { pid } = spawnSync(process.execPath, ['-e', '']);
  await writeFile(join(dead.path, 'owner.json'), JSON.stringify({ ...owner, pid }));
  await openWorkDirectory(folder.path);
  expect([existsSync(living.path), existsSync(dead.path)]).toEqual([true, false]);
});

test('that of an earlier process with the same number goes', async () => {
  const earlier = await openWorkDirectory(folder.path);
  const owner = JSON.parse(await readFile(join(earlier.path, 'owner.json'), 'utf8'));
  await writeFile(join(earlier.path, 'owner.json'), JSON.stringify({ ...owner, started: '1' }));
  await openWorkDirectory(folder.path);
  expect(existsSync(earlier.path)).toBe(false);
});

test('one of another machine, or of nobody, goes after a day', async () => {
  const parent = join(folder.path, '.apitrail', 'tmp');
  for (const name of ['fresh', 'old']) {
    await mkdir(join(parent, name), { recursive: true });
    await writeFile(
      join(parent, name, 'owner.json'),
      JSON.stringify({ machine: 'other', pid: process.pid, started: '' })
    );
  }
  const past = new Date(Date.now() - 2 * 86_400_000);
  await utimes(join(parent, 'old'), past, past);
  await openWorkDirectory(folder.path);
  expect([existsSync(join(parent, 'fresh')), existsSync(join(parent, 'old'))]).toEqual([true, false]);
});
