import { chmod, mkdtemp, readFile, rm, stat, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { addKey, readKeyFile, removeKeys } from './key-file';
import { generateKey } from './key-format';
import { KeyVerifier } from './key-verifier';

let folder: string;
let file: string;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'apitrail-keys-'));
  file = join(folder, 'state', 'keys.json');
});

afterEach(() => rm(folder, { recursive: true, force: true }));

const grafana = { name: 'grafana', scope: 'query', expires: null } as const;

test('the file holds neither key nor secret, and only its owner may read it', async () => {
  const { key } = await addKey(file, grafana);
  const text = await readFile(file, 'utf8');
  expect(text).not.toContain(key.split('_')[3]);
  expect((await stat(file)).mode & 0o777).toBe(0o600);
});

test('a key opens its scope, and says whose it is', async () => {
  const { key, stored } = await addKey(file, grafana);
  expect(await new KeyVerifier(file).verify(key, 'query')).toEqual({
    ok: true,
    key: { id: stored.id, name: 'grafana', scope: 'query', scopes: ['query'] },
  });
});

test('a key does not open another scope', async () => {
  const { key } = await addKey(file, { ...grafana, scope: 'ingest' });
  expect(await new KeyVerifier(file).verify(key, 'query')).toMatchObject({ ok: false, reason: 'scope' });
});

test('a key opens every scope it was given', async () => {
  const { key } = await addKey(file, { ...grafana, also: ['sql'] });
  const verifier = new KeyVerifier(file);
  expect(await verifier.verify(key, 'query')).toMatchObject({ ok: true, key: { scopes: ['query', 'sql'] } });
  expect(await verifier.verify(key, 'sql')).toMatchObject({ ok: true });
  expect(await verifier.verify(key, 'ingest')).toMatchObject({ ok: false, reason: 'scope' });
});

test('no key, a malformed one and an unknown one are refused', async () => {
  await addKey(file, grafana);
  const verifier = new KeyVerifier(file);
  expect(await verifier.verify(undefined, 'query')).toEqual({ ok: false, reason: 'missing' });
  expect(await verifier.verify('apl_query_x_y_z', 'query')).toEqual({ ok: false, reason: 'malformed' });
  expect(await verifier.verify(generateKey('query').key, 'query')).toEqual({ ok: false, reason: 'unknown' });
});

test('the id of one key with the secret of another is refused', async () => {
  const first = await addKey(file, grafana);
  await writeFile(file, (await readFile(file, 'utf8')).replace(first.stored.id, 'AAAAAAAAAA'), { mode: 0o600 });
  expect(await new KeyVerifier(file).verify(first.key, 'query')).toEqual({ ok: false, reason: 'unknown' });
});

test('a key ends at its expiry', async () => {
  const { key } = await addKey(file, { ...grafana, expires: new Date('2026-12-01T00:00:00Z') });
  const verifier = new KeyVerifier(file);
  expect(await verifier.verify(key, 'query', new Date('2026-11-30T23:59:59Z'))).toMatchObject({ ok: true });
  expect(await verifier.verify(key, 'query', new Date('2026-12-01T00:00:00Z'))).toMatchObject({
    ok: false,
    reason: 'expired',
  });
});

test('a running verifier sees keys come and go', async () => {
  const verifier = new KeyVerifier(file);
  const { key } = await addKey(file, grafana);
  expect(await verifier.verify(key, 'query')).toMatchObject({ ok: true });
  expect(await removeKeys(file, 'grafana')).toHaveLength(1);
  expect(await verifier.verify(key, 'query')).toMatchObject({ ok: false, reason: 'unknown' });
});

test('a damaged file lets nobody in and says so, until it is mended', async () => {
  const { key } = await addKey(file, grafana);
  const good = await readFile(file, 'utf8');
  const verifier = new KeyVerifier(file);
  await verifier.verify(key, 'query');
  await writeFile(file, '{');
  await expect(verifier.verify(key, 'query')).rejects.toMatchObject({ code: 'APITRAIL_BAD_CONFIG' });
  await writeFile(file, good);
  expect(await verifier.verify(key, 'query')).toMatchObject({ ok: true });
});

test('a file that others may write is refused', async () => {
  await addKey(file, grafana);
  await chmod(file, 0o666);
  await expect(readKeyFile(file)).rejects.toThrow(/chmod 600/);
});

test('a name is used once per scope', async () => {
  await addKey(file, grafana);
  await expect(addKey(file, grafana)).rejects.toMatchObject({ code: 'APITRAIL_USAGE' });
  await expect(addKey(file, { ...grafana, scope: 'ingest' })).resolves.toBeDefined();
});

test('keys added at once are all there', async () => {
  await Promise.all(Array.from({ length: 10 }, (_, index) => addKey(file, { ...grafana, name: `key ${index}` })));
  expect(await readKeyFile(file)).toHaveLength(10);
});

test('a lock that a killed command left does not block for ever', async () => {
  await addKey(file, grafana);
  await writeFile(`${file}.lock`, '');
  await utimes(`${file}.lock`, new Date(0), new Date(0));
  await expect(addKey(file, { ...grafana, name: 'next' })).resolves.toBeDefined();
});
