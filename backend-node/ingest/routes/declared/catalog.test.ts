import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { DocumentCatalog } from './catalog';
import { importDocument, type ImportDocumentOptions } from './import-document';

let folder: string;
let state: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'apitrail-catalog-'));
  state = join(folder, '.apitrail');
});
afterEach(() => rm(folder, { recursive: true, force: true }));

const take = async (paths: Record<string, object>, options: Partial<ImportDocumentOptions> = {}, file = 'api.json') => {
  const path = join(folder, file);
  await writeFile(path, JSON.stringify({ openapi: '3.0.0', info: { title: 'Shop', version: '1' }, paths }));
  return importDocument({ path, stateDirectory: state, ...options });
};
const summary = async () =>
  (await new DocumentCatalog(state).versions()).map(({ service, name, version, state: s }) => [
    service,
    name,
    version,
    s,
  ]);
const current = async () =>
  (await new DocumentCatalog(state).current()).map(({ name, version, routes }) => [
    name,
    version,
    routes.map(({ template }) => template),
  ]);

describe('the catalog of documents', () => {
  it('keeps a version of every import, and the newest counts', async () => {
    expect(await take({ '/a': { get: {} } })).toMatchObject({ version: 1, added: true, diff: undefined });
    const second = await take({ '/a': { get: {} }, '/b': { get: {} } });
    expect(second).toMatchObject({ version: 2, added: true, diff: { version: 1, added: ['GET /b'], removed: [] } });
    expect(await summary()).toEqual([
      [null, 'Shop', 1, 'older'],
      [null, 'Shop', 2, 'current'],
    ]);
    expect(await current()).toEqual([['Shop', 2, ['/a', '/b']]]);
  });

  it('adds nothing for the document that counts, wherever it lies', async () => {
    await take({ '/a': { get: {} } });
    expect(await take({ '/a': { get: {} } }, {}, 'copy.json')).toMatchObject({ version: 1, added: false });
    expect(await summary()).toHaveLength(1);
  });

  it('lets an older document count again as a new version', async () => {
    await take({ '/a': { get: {} } });
    await take({ '/b': { get: {} } });
    expect(await take({ '/a': { get: {} } })).toMatchObject({ version: 3, added: true });
    expect(await current()).toEqual([['Shop', 3, ['/a']]]);
  });

  it('changes nothing on a dry run, which says what would be', async () => {
    await take({ '/a': { get: {} } });
    const dry = await take({ '/c': { get: {} } }, { dryRun: true });
    expect(dry).toMatchObject({ version: 2, added: false, diff: { added: ['GET /c'], removed: ['GET /a'] } });
    expect(await summary()).toHaveLength(1);
  });

  it('keeps documents of several services and names apart', async () => {
    await take({ '/a': { get: {} } });
    await take({ '/a': { get: {} } }, { service: 'shop' });
    await take({ '/b': { get: {} } }, { service: 'shop', name: 'inner' });
    expect(await summary()).toEqual([
      [null, 'Shop', 1, 'current'],
      ['shop', 'Shop', 1, 'current'],
      ['shop', 'inner', 1, 'current'],
    ]);
  });

  it('forgets no version of a document that is removed, and numbers go on', async () => {
    await take({ '/a': { get: {} } });
    const catalog = new DocumentCatalog(state);
    expect([await catalog.remove(null, 'Shop'), await catalog.remove(null, 'Shop')]).toEqual([true, false]);
    expect(await current()).toEqual([]);
    expect(await take({ '/a': { get: {} } })).toMatchObject({ version: 2, added: true, diff: undefined });
    expect(await summary()).toEqual([
      [null, 'Shop', 1, 'removed'],
      [null, 'Shop', 2, 'current'],
    ]);
  });

  it('takes many imports at the same time, each as one version', async () => {
    const names = Array.from({ length: 12 }, (_, index) => `d${index}`);
    await Promise.all(names.map((name) => take({ [`/${name}`]: { get: {} } }, { name: 'one' }, `${name}.json`)));
    const versions = (await new DocumentCatalog(state).versions()).map(({ version }) => version);
    expect(versions).toEqual(names.map((_, index) => index + 1));
    expect((await readdir(join(state, 'openapi', 'log'))).filter((name) => name.startsWith('.tmp'))).toEqual([]);
  });

  it('says which file is missing or damaged', async () => {
    await take({ '/a': { get: {} } });
    await take({ '/b': { get: {} } });
    const log = join(state, 'openapi', 'log');
    await writeFile(join(log, '00000002.json'), '{"format":');
    await expect(new DocumentCatalog(state).versions()).rejects.toMatchObject({ where: join(log, '00000002.json') });
    await rm(join(log, '00000001.json'));
    await expect(new DocumentCatalog(state).versions()).rejects.toMatchObject({ code: 'APITRAIL_BAD_FILE' });
  });

  it('warns of the same routes by other names in another document', async () => {
    await take({ '/a/{id}': { get: {} } });
    const { warnings } = await take({ '/a/{key}': { get: {} } }, { name: 'other' });
    expect(warnings).toEqual(['The document "Shop" has the same routes by other names: /a/{key} and /a/{id}.']);
  });
});

it('the difference of two versions names what is added, removed, renamed and changed', async () => {
  const id = (type: string) => [{ name: 'id', in: 'path', schema: { type } }];
  await take({
    '/users/{id}': { get: { operationId: 'get', responses: { 404: {} } }, delete: {} },
    '/typed/{id}': { get: { parameters: id('string') } },
    '/gone': { get: {} },
  });
  const { diff } = await take({
    '/users/{userId}': { get: { operationId: 'read', deprecated: true }, put: {} },
    '/typed/{id}': { get: { parameters: id('integer') } },
  });
  expect(diff).toEqual({
    version: 1,
    added: ['PUT /users/{userId}'],
    removed: ['DELETE /users/{userId}', 'GET /gone'],
    renamed: [{ from: '/users/{id}', to: '/users/{userId}' }],
    changed: [
      {
        route: 'GET /users/{userId}',
        what: ['deprecated', 'declared client errors 404 → none', 'operationId get → read'],
      },
      { route: 'GET /typed/{id}', what: ['what is known of its parameters'] },
    ],
  });
});
