import { existsSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { until } from '../intake/testing/intake-bench';
import { RetiredFiles } from './retired-files';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'apitrail-'));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

const file = async (name: string): Promise<string> => {
  const path = join(folder, name);
  await writeFile(path, '');
  return path;
};

it('removes files after the grace and not before, one that is gone already included', async () => {
  const retired = new RetiredFiles(300, (error) => {
    throw error;
  });
  const [first, gone] = [await file('a'), join(folder, 'gone')];
  const began = performance.now();
  retired.add([first, gone]);
  await until(() => retired.count === 0 && !existsSync(first));
  expect(performance.now() - began).toBeGreaterThanOrEqual(295);
  await retired.close();
});

it('leaves what still has time to the next process', async () => {
  const retired = new RetiredFiles(100, () => undefined);
  const path = await file('a');
  retired.add([path]);
  await retired.close();
  await new Promise((resolve) => setTimeout(resolve, 200));
  expect(existsSync(path)).toBe(true);
});
