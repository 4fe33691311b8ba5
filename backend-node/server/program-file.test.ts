import { mkdir, mkdtemp, rm, symlink, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { watchProgram } from './program-file';

test('a build made while the program runs is noticed, also through a link to the script', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'apitrail-program-'));
  const built = join(folder, 'dist', 'apitrail.mjs');
  await mkdir(join(folder, 'bin'));
  await mkdir(join(folder, 'dist'));
  await writeFile(join(folder, 'bin', 'apitrail.mjs'), '');
  await writeFile(built, '');
  await symlink(join(folder, 'bin', 'apitrail.mjs'), join(folder, 'apitrail'));
  const program = watchProgram(join(folder, 'apitrail'));
  expect(program.isStale()).toBe(false);
  await utimes(built, new Date(), new Date(Date.now() + 5000));
  expect(program.isStale()).toBe(true);
  await rm(folder, { recursive: true });
});

test('without a build nothing is stale', () => {
  expect(watchProgram(undefined).isStale()).toBe(false);
});
