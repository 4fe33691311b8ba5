import { readdir, rename, rm, truncate, unlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

import type { Health, QueryResponse } from '@apitrail/contract';

import { apitrail, serve, until, type Companion } from './support/apitrail';
import { temporaryFolder } from './support/lake';

jest.setTimeout(180_000);

let folder: Awaited<ReturnType<typeof temporaryFolder>>;
let companion: Companion;

const key = () => join(folder.path, 'pseudonym.key');
const environment = () => ({ APITRAIL_PRIVACY_KEY_FILE: key(), APITRAIL_INGEST_FLUSH_AGE: '1h' });
const start = () => serve(['--lake', 'lake', '--no-auth'], { cwd: folder.path, env: environment() });

beforeEach(async () => {
  folder = await temporaryFolder();
  companion = await start();
});
afterEach(async () => {
  await companion.stop();
  await folder.remove();
});

/** Sends requests with these ids; they are acknowledged when it resolves. */
async function send(ids: readonly string[], path = '/a'): Promise<void> {
  const lines = ids.map((id) =>
    JSON.stringify({
      time: new Date().toISOString(),
      service: 'shop',
      method: 'GET',
      path,
      status: 200,
      request_id: id,
    })
  );
  const response = await fetch(`${companion.ingest}/ingest/json`, { method: 'POST', body: `${lines.join('\n')}\n` });
  expect(response.status).toBe(200);
}

/** What a query says: rows, or why there are none, and notices. */
async function ask(columns = ['request_id']) {
  const now = Date.now();
  const query = { refId: 'A', queryType: 'requests', columns, orderBy: [{ key: 'request_id', direction: 'asc' }] };
  const response = await fetch(`${companion.query}/api/ds/query`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ from: now - 3_600_000, to: now + 3_600_000, queries: [query] }),
  });
  const { error, frames = [] } = ((await response.json()) as QueryResponse).results.A!;
  return {
    error,
    values: (frames[0]?.data.values ?? []) as string[][],
    notices: (frames[0]?.schema.meta?.notices ?? []).map(({ text }) => text),
  };
}

const ids = async () => (await ask()).values[0] ?? [];
const health = async () => (await (await fetch(`${companion.query}/api/health`)).json()) as Health;
const codes = async () => (await health()).problems.map(({ code }) => code);
const hot = async () => {
  const parent = join(folder.path, 'lake', '.apitrail', 'hot');
  const [boot] = await readdir(parent);
  return join(parent, boot!);
};
const hotFiles = async () => (await readdir(await hot())).filter((name) => name.endsWith('.parquet')).sort();

/** Two batches that are hot, in a file each; gives the ids. */
async function twoHotFiles(): Promise<string[]> {
  await send(['a1', 'a2']);
  await until(async () => (await ids()).length === 2);
  await send(['b1', 'b2']);
  await until(async () => (await ids()).length === 4);
  return ['a1', 'a2', 'b1', 'b2'];
}

it.each([
  ['torn', (path: string) => truncate(path, 400)],
  ['deleted', (path: string) => unlink(path)],
])('a hot file that was %s by somebody comes back by itself, with all rows once', async (_, damage) => {
  const all = await twoHotFiles();
  const [first] = await hotFiles();
  await damage(join(await hot(), first!));
  await until(async () => (await codes()).includes('APITRAIL_HOT_DAMAGED'));
  expect(await ids()).toEqual(all);
  expect(companion.output.stderr).toContain('is damaged; the rows are made again');

  await send(['c1']);
  await until(async () => (await ids()).length === 5);
  // What goes into the table on a stop is the same.
  await companion.stop();
  await rm(await hot(), { recursive: true });
  companion = await start();
  const { values, notices } = await ask();
  expect(values).toEqual([[...all, 'c1']]);
  expect(notices.join()).not.toMatch(/acknowledged/);
});

it('queries are answered once all that was acknowledged is back, also where all hot files are gone, as after a boot', async () => {
  await twoHotFiles();
  const more = Array.from({ length: 20_000 }, (_, index) => `c${String(index).padStart(5, '0')}`);
  for (let at = 0; at < more.length; at += 1000) {
    await send(more.slice(at, at + 1000));
  }
  companion.process.kill('SIGKILL');
  await companion.ended;
  await rm(await hot(), { recursive: true });
  companion = await start();
  expect((await health()).datasets[0]!.rows).toBe(20_004);
  const { values, notices } = await ask();
  expect(values[0]!.slice(0, 5)).toEqual(['a1', 'a2', 'b1', 'b2', 'c00000']);
  expect(notices.join()).not.toMatch(/acknowledged/);
});

it('queries that must do without what was acknowledged say so, and health says why', async () => {
  await twoHotFiles();
  companion.process.kill('SIGKILL');
  await companion.ended;
  await rm(await hot(), { recursive: true });
  await rename(key(), `${key()}.kept`);
  await writeFile(key(), `${'ab'.repeat(32)}\n`);
  companion = await start();
  expect((await ask()).notices.join()).toMatch(/acknowledged are missing/);
  expect(await until(async () => ((await codes()).length > 1 ? codes() : undefined))).toEqual(
    expect.arrayContaining(['APITRAIL_ROWS_AWAITED', 'APITRAIL_WAL_DAMAGED'])
  );

  await rename(`${key()}.kept`, key());
  await until(async () => (await ids()).length === 4);
  expect((await ask()).notices.join()).not.toMatch(/acknowledged/);
});

it('queries say that rows are missing as long as an ingest process that was killed is not back, and have those that are hot', async () => {
  const all = await twoHotFiles();
  const ingest = companion.output.stderr.split('\n').find((line) => line.includes('"role":"ingest"'))!;
  const ended = /ingest process has ended .* acknowledged/;
  await send(['c1']);
  process.kill((JSON.parse(ingest) as { pid: number }).pid, 'SIGKILL');
  const { values } = await until(async () => {
    const answer = await ask();
    return ended.test(answer.notices.join()) ? answer : undefined;
  });
  expect(values[0]!.slice(0, 4)).toEqual(all);

  await until(async () => !ended.test((await ask()).notices.join()));
  expect(await ids()).toEqual([...all, 'c1']);
});

it('a document that is imported counts within seconds, and one that is removed does no longer', async () => {
  const routes = (...args: string[]) =>
    apitrail(['routes', ...args, '--lake', 'lake'], { cwd: folder.path, env: environment() });
  const routeOf = async (id: string) => {
    await send([id], '/shelves/blue');
    return until(async () => {
      const [found, route] = (await ask(['request_id', 'route'])).values;
      const index = found?.indexOf(id) ?? -1;
      return index < 0 ? undefined : route![index];
    });
  };
  expect(await routeOf('a0')).toBe('/shelves/blue');
  const document = 'openapi: 3.0.0\ninfo: { title: Shop }\npaths:\n  /shelves/{colour}: { get: {} }\n';
  await writeFile(join(folder.path, 'shop.yaml'), document);
  expect((await routes('import', 'shop.yaml')).code).toBe(0);
  let sent = 0;
  await until(async () => (await routeOf(`b${sent++}`)) === '/shelves/{colour}');
  expect(sent).toBeLessThan(10);
  expect((await routes('remove', 'Shop')).code).toBe(0);
  await until(async () => (await routeOf(`c${sent++}`)) === '/shelves/blue');
});
