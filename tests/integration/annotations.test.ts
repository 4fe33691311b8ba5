import { rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

import { openDuckDb } from '../../backend-node/engine/duckdb';
import { Lake } from '../../backend-node/lake/lake';
import { apitrail, serve, type Companion } from './support/apitrail';
import { temporaryFolder } from './support/lake';

jest.setTimeout(120_000);

const MINUTE = 60_000;
const range = { from: Date.parse('2026-11-02T00:00:00Z'), to: Date.parse('2026-11-03T00:00:00Z') };
const at = (clock: string) => Date.parse(`2026-11-02T${clock}:00Z`);

let folder: Awaited<ReturnType<typeof temporaryFolder>>;
let companion: Companion | undefined;

beforeEach(async () => {
  folder = await temporaryFolder();
});
afterEach(async () => {
  await companion?.stop();
  companion = undefined;
  await folder.remove();
});

const start = async (...args: string[]) =>
  (companion = await serve(['--lake', 'lake', ...(args.length > 0 ? args : ['--no-auth'])], { cwd: folder.path }));

async function send(method: string, path: string, body?: unknown, headers: Record<string, string> = {}) {
  const answer = await fetch(`${companion!.ingest}${path}`, {
    method,
    headers: { ...(body === undefined ? {} : { 'content-type': 'application/json' }), ...headers },
    ...(body === undefined ? {} : { body: typeof body === 'string' ? body : JSON.stringify(body) }),
  });
  return {
    status: answer.status,
    body: (await answer.json()) as Record<string, unknown> & { error?: { message: string } },
  };
}
const post = (body: unknown, headers: Record<string, string> = {}) => send('POST', '/api/annotations', body, headers);

/** Titles and times that a panel is shown. */
async function shown(query: Record<string, unknown> = {}, headers: Record<string, string> = {}) {
  const answer = await fetch(`${companion!.query}/api/ds/query`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    body: JSON.stringify({ ...range, queries: [{ refId: 'Anno', queryType: 'annotations', ...query }] }),
  });
  const { results } = (await answer.json()) as {
    results: Record<
      string,
      { error?: string; frames: Array<{ schema: { fields: Array<{ name: string }> }; data: { values: unknown[][] } }> }
    >;
  };
  const result = results['Anno']!;
  expect(result.error).toBeUndefined();
  const { schema, data } = result.frames[0]!;
  const column = (name: string) => data.values[schema.fields.findIndex((field) => field.name === name)]!;
  return column('title').map((title, row) => [title, column('time')[row]]);
}

/** Ends both processes and the supervisor at once, as a power cut would. */
async function kill() {
  companion!.process.kill('SIGKILL');
  await companion!.ended;
  companion = undefined;
}

it('shows what was posted, also after a kill right after the answer', async () => {
  await start();
  expect(await shown()).toEqual([]);
  expect(await post({ id: 'sale', title: 'Sale begins', time: at('10:00'), tags: ['web'] })).toEqual({
    status: 201,
    body: { annotations: [{ id: 'sale', status: 'created' }] },
  });
  await kill();
  await start();
  expect(await shown()).toEqual([['Sale begins', at('10:00')]]);
  expect(await post({ id: 'sale', title: 'Sale begins', time: at('10:00'), tags: ['web'] })).toEqual({
    status: 200,
    body: { annotations: [{ id: 'sale', status: 'unchanged' }] },
  });
});

it('answers a list, replaces by id and deletes', async () => {
  await start();
  const { body } = await post([
    { id: 'a', title: 'One', time: at('10:00') },
    { id: 'b', title: 'Two', time: '2026-11-02T11:00:00Z', timeEnd: at('12:00') },
  ]);
  expect(body).toEqual({
    annotations: [
      { id: 'a', status: 'created' },
      { id: 'b', status: 'created' },
    ],
  });
  expect((await post({ id: 'a', title: 'Changed', time: at('09:00') })).status).toBe(200);
  expect(await send('DELETE', '/api/annotations/b')).toEqual({ status: 200, body: { deleted: 'b' } });
  expect(await send('DELETE', '/api/annotations/b')).toMatchObject({
    status: 404,
    body: { error: { code: 'APITRAIL_NOT_FOUND', where: 'id' } },
  });
  expect(await shown()).toEqual([['Changed', at('09:00')]]);
});

it('counts a request once that is sent again with its Idempotency-Key', async () => {
  await start();
  const send = () => post({ title: 'Sale', time: at('10:00') }, { 'Idempotency-Key': 'run-7' });
  const answers = await Promise.all([send(), send(), send()]);
  expect(
    new Set(answers.map(({ body }) => JSON.stringify((body.annotations as Array<{ id: string }>)[0]!.id))).size
  ).toBe(1);
  expect(answers.map(({ status }) => status).sort()).toEqual([200, 200, 201]);
  expect(await shown()).toHaveLength(1);
});

it('says which annotation and which field is wrong, and keeps none of the list', async () => {
  await start();
  const refused = async (body: unknown, headers?: Record<string, string>) => {
    const { status, body: answer } = await post(body, headers);
    return { status, ...answer.error };
  };
  const good = { title: 'Good', time: at('10:00') };
  expect(await refused([good, { title: '  ' }])).toEqual({
    status: 400,
    code: 'APITRAIL_BAD_VALUE',
    message: '[1].title must not be empty, not "  ".',
    where: '[1].title',
  });
  expect(await refused({ ...good, tittle: 'x' })).toMatchObject({
    code: 'APITRAIL_UNKNOWN_FIELD',
    message: 'The annotation has no field "tittle". Did you mean title?',
  });
  expect(await refused({ ...good, kind: 'deploys' })).toMatchObject({
    message: 'kind must be one of deploy, event, incident, not "deploys". Did you mean deploy?',
  });
  expect(await refused({ ...good, time: 1_793_000_000 })).toMatchObject({
    where: 'time',
    message: expect.stringContaining('not seconds'),
  });
  expect(await refused({ ...good, time: '2026-02-30T00:00:00Z' })).toMatchObject({ where: 'time' });
  expect(await refused('{"title":"a\\ud800b"}')).toMatchObject({
    status: 400,
    where: 'title',
    message: expect.stringContaining('valid Unicode'),
  });
  expect(await refused({ ...good, timeEnd: at('09:00') })).toMatchObject({ where: 'timeEnd' });
  expect(await refused([])).toMatchObject({ code: 'APITRAIL_BAD_VALUE' });
  expect(await refused('"x"')).toMatchObject({ code: 'APITRAIL_BAD_REQUEST' });
  expect(await refused(Array.from({ length: 1001 }, () => good))).toMatchObject({
    message: expect.stringContaining('at most 1000'),
  });
  expect(await refused(good, { 'Idempotency-Key': 'a b' })).toMatchObject({ where: 'Idempotency-Key' });
  expect(await refused({ ...good, text: 'x'.repeat(3 * 2 ** 20) })).toMatchObject({
    status: 413,
    code: 'APITRAIL_BODY_TOO_LARGE',
  });
  expect(await shown()).toEqual([]);
});

it('says that the lake cannot be written, and takes it again once it can', async () => {
  await writeFile(join(folder.path, 'lake'), 'a file in the place of the folder');
  await start();
  const refused = await post({ title: 'x' });
  expect(refused).toMatchObject({
    status: 503,
    body: { error: { code: 'APITRAIL_LAKE_UNWRITABLE', message: expect.stringContaining('Nothing was written') } },
  });
  expect(JSON.stringify(refused.body)).not.toContain(folder.path);
  await rm(join(folder.path, 'lake'));
  expect((await post({ title: 'x', time: at('10:00') })).status).toBe(201);
  expect(await shown()).toHaveLength(1);
});

it('takes only keys of the scope ingest', async () => {
  const key = async (scope: string) => {
    const { stdout } = await apitrail(['keys', 'add', '--scope', scope, '--name', scope, '--lake', 'lake'], {
      cwd: folder.path,
    });
    return { authorization: `Bearer ${(JSON.parse(stdout) as { key: string }).key}` };
  };
  const [ingest, query] = [await key('ingest'), await key('query')];
  await start('--config', await emptyConfig());
  expect((await post({ title: 'x', time: at('10:00') })).status).toBe(401);
  expect((await post({ title: 'x', time: at('10:00') }, query)).status).toBe(403);
  expect((await send('DELETE', '/api/annotations/x', undefined, query)).status).toBe(403);
  expect((await post({ title: 'x', time: at('10:00') }, ingest)).status).toBe(201);
  expect(await shown({}, query)).toHaveLength(1);
});

async function emptyConfig(): Promise<string> {
  const path = join(folder.path, 'apitrail.yaml');
  await writeFile(path, '{}\n');
  return path;
}

/** A minute’s requests of a service whose version changes at 10:30. */
async function makeVersions() {
  const engine = await openDuckDb({ threads: 2 });
  try {
    const lake = await Lake.open(join(folder.path, 'lake'), { engine, create: true });
    const rows = Array.from({ length: 120 }, (_, index) => {
      const time = at('09:30') + index * MINUTE;
      return {
        ...{ time: time * 1000, service: 'checkout', environment: 'production', status: 200 },
        service_version: time < at('10:30') ? '2.14.3' : '2.15.0',
      };
    });
    await lake.append({ rows });
  } finally {
    await engine.close();
  }
}

it('shows a deploy that is seen, and in the words of the posted one when there is one', async () => {
  await makeVersions();
  await start();
  expect(await shown()).toEqual([['checkout 2.15.0', at('10:30')]]);
  await post({
    ...{ kind: 'deploy', title: 'Checkout by CI', time: at('10:27') },
    ...{ service: 'checkout', service_version: '2.15.0' },
  });
  expect(await shown()).toEqual([['Checkout by CI', at('10:27')]]);
  expect(await shown({ kind: ['event'] })).toEqual([]);
});

it('is posted to by the command, through a companion and into the lake', async () => {
  await makeVersions();
  await start();
  const common = ['--time', '2026-11-02T12:00:00Z', '--tag', 'a', '--tag', 'b', '--kind', 'incident', '--id'];
  const through = await apitrail(['annotate', 'Through', ...common, 'through', '--url', companion!.ingest], {
    cwd: folder.path,
  });
  expect({ ...through, stdout: JSON.parse(through.stdout) as unknown }).toEqual({
    ...{ code: 0, stderr: '' },
    stdout: { annotations: [{ id: 'through', status: 'created' }] },
  });
  const direct = await apitrail(['annotate', 'Direct', ...common, 'direct', '--lake', 'lake'], { cwd: folder.path });
  expect(direct).toMatchObject({ code: 0, stderr: '' });
  expect(await shown({ kind: ['incident'], tags: ['b'] })).toEqual([
    ['Direct', at('12:00')],
    ['Through', at('12:00')],
  ]);
  const asked = await apitrail(
    [
      ...['query', '{"queryType":"annotations","kind":["incident"]}', '--lake', 'lake'],
      ...['--from', '2026-11-02', '--to', '2026-11-03'],
    ],
    { cwd: folder.path }
  );
  expect(asked.stdout).toContain('Through');
});

it('says what is wrong with the command', async () => {
  const run = (...args: string[]) => apitrail(['annotate', ...args], { cwd: folder.path });
  expect(await run('x', '--tag', 'a,b', '--lake', 'lake')).toMatchObject({
    code: 1,
    stderr: expect.stringContaining('tags[0] must have no comma'),
  });
  expect(await run('x', '--url', 'http://127.0.0.1:9')).toMatchObject({
    code: 1,
    stderr: expect.stringContaining('Nothing answers at http://127.0.0.1:9'),
  });
  expect(await run('x', '--kind', 'deployment')).toMatchObject({ code: 2 });
});
