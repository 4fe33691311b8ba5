import { mkdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

import { apitrail } from './support/apitrail';
import { temporaryFolder } from './support/lake';

jest.setTimeout(120_000);

const DATA = join(__dirname, '..', 'data');
let folder: Awaited<ReturnType<typeof temporaryFolder>>;

beforeEach(async () => {
  folder = await temporaryFolder();
});
afterEach(() => folder.remove());

const run = (...args: string[]) =>
  apitrail([...args, '--lake', 'lake'], {
    cwd: folder.path,
    env: { APITRAIL_PRIVACY_KEY_FILE: join(folder.path, 'pseudonym.key') },
  });
const json = ({ stdout }: { stdout: string }) =>
  JSON.parse(stdout.trim().split('\n').at(-1)!) as Record<string, unknown>;
const PETSTORE = join(DATA, 'openapi', 'petstore.yaml');
const ERDDAP = join(DATA, 'openapi', 'erddap.yaml');

test('a document is imported, listed, shown, compared, removed', async () => {
  const first = await run('routes', 'import', PETSTORE, '--service', 'pets');
  expect(first.code).toBe(0);
  expect(first.stderr).toContain('under /api/v3, for service pets.');
  expect(json(first)).toMatchObject({ name: 'Swagger Petstore', version: 1, added: true, routes: 13, warnings: [] });
  expect(json(await run('routes', 'import', PETSTORE, '--service', 'pets'))).toMatchObject({
    version: 1,
    added: false,
  });

  const smaller = 'openapi: 3.0.0\ninfo: { title: Swagger Petstore }\npaths:\n  /api/v3/pet/{id}: { get: {} }\n';
  await writeFile(join(folder.path, 'smaller.yaml'), smaller);
  const dry = await run('routes', 'import', 'smaller.yaml', '--service', 'pets', '--dry-run');
  expect(dry.stderr).toContain('  ~ /api/v3/pet/{petId} is /api/v3/pet/{id} now\n');
  expect(json(dry)).toMatchObject({ version: 2, added: false, dry_run: true });
  expect(json(await run('routes', 'import', 'smaller.yaml', '--service', 'pets'))).toMatchObject({ version: 2 });

  const { versions } = json(await run('routes', 'versions', '--json'));
  expect(versions).toMatchObject([
    { version: 1, state: 'older', file: 'petstore.yaml', info_version: '1.0.27', routes: 13 },
    { version: 2, state: 'current', file: 'smaller.yaml', info_version: null, routes: 1 },
  ]);
  expect((await run('routes', 'show', '--diff')).stdout).toContain('- GET /api/v3/user/logout');
  const shown = (await run('routes', 'show', 'Swagger Petstore', '--doc-version', '1')).stdout;
  expect(shown).toMatch(/GET +\/api\/v3\/pet\/\{petId\} +getPetById +400 404 +petstore\.yaml:\d+:3/);

  expect(json(await run('routes', 'remove', 'Swagger Petstore'))).toMatchObject({ removed: true });
  expect(json(await run('routes', 'list', '--json'))).toEqual({ routes: [] });
  const gone = await run('routes', 'show', 'nothing');
  expect([gone.code, gone.stderr]).toEqual([2, expect.stringContaining('"Swagger Petstore" (service pets)')]);
});

test('a lake that cannot be written is said with a code and what to do, a document that cannot be read as one', async () => {
  await mkdir(join(folder.path, 'lake', '.apitrail'), { recursive: true });
  await writeFile(join(folder.path, 'lake', '.apitrail', 'openapi'), 'a file in the place of the folder');
  const refused = await run('routes', 'import', PETSTORE);
  expect(refused.code).not.toBe(0);
  expect(refused.stderr).toContain('APITRAIL_LAKE_UNWRITABLE');
  expect(refused.stderr).toContain('Make room');
  expect(refused.stderr).not.toMatch(/^ +at /m);
  const unread = await run('routes', 'import', 'nothing.yaml');
  expect(unread.stderr).toContain('APITRAIL_BAD_OPENAPI');
});

test('routes apply says with a code and what to do that the lake cannot be written', async () => {
  const log = join(DATA, 'access-logs', 'erddap.log.1.gz');
  expect((await run('import', log)).code).toBe(0);
  await rm(join(folder.path, 'lake', '.apitrail', 'tmp'), { recursive: true, force: true });
  await writeFile(join(folder.path, 'lake', '.apitrail', 'tmp'), 'a file in the place of the folder');
  const refused = await run('routes', 'apply', '--yes');
  expect(refused.code).not.toBe(0);
  expect(refused.stderr).toContain('APITRAIL_LAKE_UNWRITABLE');
  expect(refused.stderr).toContain('Make room');
  expect(refused.stderr).not.toMatch(/^ +at /m);
});

test('imported requests have its routes at once, and the list says which are in no document', async () => {
  const log = join(DATA, 'access-logs', 'erddap.log.1.gz');
  const imported = await run('import', log, '--service', 'erddap', '--openapi', ERDDAP, '--quiet');
  expect(imported.code).toBe(0);
  const { routes } = json(await run('routes', 'list', '--json', '--only', 'seen'));
  expect((routes as unknown[])[0]).toMatchObject({
    service: 'erddap',
    method: 'GET',
    route: '/erddap/tabledap/{datasetID}.{fileType}',
    source: 'openapi',
    document: 'ERDDAP v1',
    requests: 365,
  });
  const undeclared = (await run('routes', 'list', '--only', 'undeclared')).stdout;
  expect(undeclared).toContain('/erddap/version');
  expect(undeclared).not.toContain('tabledap/');
  expect((await run('routes', 'list', '--only', 'unseen')).stdout).toMatch(/erddap +POST +\/erddap\/loginGoogle\.html/);
});

test('test says which route requests get, and why', async () => {
  await writeFile(join(folder.path, 'apitrail.yaml'), 'routes: { rules: [{ match: /api/v3/pet/vip }] }\n');
  await run('routes', 'import', PETSTORE);
  const { requests } = json(
    await run(
      'routes',
      'test',
      'get',
      '/api/v3/pet/vip',
      'https://petstore.example/api/v3/pet/findByStatus?x=1',
      '--json'
    )
  );
  expect(requests).toMatchObject([
    { method: 'GET', route: '/api/v3/pet/vip', route_source: 'rule', rules: [{ rule: 1, outcome: 'fits' }] },
    { path: '/api/v3/pet/findByStatus', route: '/api/v3/pet/findByStatus', route_source: 'openapi' },
  ]);
  const text = await run('routes', 'test', '/api/v3/pet/7');
  expect(text.stdout).toContain('→ /api/v3/pet/{petId}   openapi');
  expect(text.stdout).toContain('1. match: /api/v3/pet/vip: does not fit');
  expect((await run('routes', 'test', 'GET', 'nonsense')).code).toBe(2);
});

test('a bad document changes nothing, and every fault has its place', async () => {
  await writeFile(join(folder.path, 'bad.yaml'), 'openapi: 3.0.0\npaths:\n  users: {}\n  /a: []\n');
  const { code, stdout, stderr } = await run('routes', 'import', 'bad.yaml');
  expect([code, stdout]).toEqual([2, '']);
  expect(stderr).toContain('bad.yaml:3:3: a path begins with /');
  expect(stderr).toContain('bad.yaml:4:7: a path has methods');
  expect(stderr).toContain('code: APITRAIL_BAD_OPENAPI');
  expect(json(await run('routes', 'versions', '--json'))).toEqual({ versions: [] });
});
