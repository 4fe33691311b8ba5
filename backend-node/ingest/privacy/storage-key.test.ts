import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

import { temporaryFolder } from '../../lake/testing/temporary-lake';
import { storageKey } from './storage-key';

let folder: Awaited<ReturnType<typeof temporaryFolder>>;

beforeEach(async () => {
  folder = await temporaryFolder();
});
afterEach(() => folder.remove());

it('makes the key file when there is none, and gives the same key from it ever after', async () => {
  const file = join(folder.path, 'config', 'pseudonym.key');
  const lake = join(folder.path, 'lake');
  const key = await storageKey(file, 'wal', { lake });
  expect(key).toHaveLength(32);
  expect(existsSync(file)).toBe(true);
  expect(await storageKey({ key_file: file }, 'wal', { lake })).toEqual(key);
});

it('gives each purpose a key of its own', async () => {
  const file = join(folder.path, 'pseudonym.key');
  const lake = join(folder.path, 'lake');
  expect(await storageKey(file, 'wal', { lake })).not.toEqual(await storageKey(file, 'rejects', { lake }));
});

it('refuses a key file inside the lake', async () => {
  const file = join(folder.path, 'lake', 'pseudonym.key');
  await expect(storageKey(file, 'wal', { lake: join(folder.path, 'lake') })).rejects.toMatchObject({
    code: 'APITRAIL_BAD_CONFIG',
  });
});

it.each(['wal', 'rejects'])(
  'makes no new key for a lake whose %s was encrypted with one that is gone',
  async (name) => {
    const file = join(folder.path, 'pseudonym.key');
    const lake = join(folder.path, 'lake');
    mkdirSync(join(lake, '.apitrail', name), { recursive: true });
    writeFileSync(join(lake, '.apitrail', name, 'something'), 'encrypted');
    await expect(storageKey(file, 'wal', { lake })).rejects.toMatchObject({
      code: 'APITRAIL_BAD_CONFIG',
      message: expect.stringContaining(`${file} is not there`),
    });
    expect(existsSync(file)).toBe(false);
  }
);
