import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { createPseudonymiser } from '../ingest/privacy';
import { PseudonymSource } from './pseudonyms';

let folder: string;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'apitrail-pseudonyms-'));
});

afterEach(() => rm(folder, { recursive: true, force: true }));

test('an id is also looked for as its pseudonym, once an import has made the key', async () => {
  const file = join(folder, 'pseudonym.key');
  const source = new PseudonymSource({ key_file: file });
  expect((await source.current())('customer', 'ann')).toEqual([]);
  const pseudonymiser = await createPseudonymiser(file);
  const pseudonyms = await source.current();
  expect(pseudonyms('customer', 'ann')).toEqual([pseudonymiser.pseudonym('customer', 'ann')]);
  expect(pseudonyms('path', 'ann')).toEqual([]);
});

test('a key file that cannot be used is an error', async () => {
  const file = join(folder, 'pseudonym.key');
  await writeFile(file, 'no key');
  await expect(new PseudonymSource({ key_file: file }).current()).rejects.toMatchObject({
    code: 'APITRAIL_BAD_CONFIG',
  });
});
