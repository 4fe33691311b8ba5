import { spawn } from 'node:child_process';
import { readdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

import { openDuckDb, type DuckDb } from '../../backend-node/engine/duckdb';
import { Lake } from '../../backend-node/lake/lake';
import { queryLakes } from './import-rows';
import { APITRAIL, apitrail } from './support/apitrail';
import { temporaryFolder } from './support/lake';

jest.setTimeout(300_000);

const DAYS = 12;
const ROWS_A_DAY = 1500;
const NOV_1 = Date.UTC(2026, 10, 1) * 1000;
const DAY_US = 86_400_000_000;
const OPENAPI = `openapi: 3.1.0
info: { title: Shop, version: '1' }
paths:
  /users/{userId}: { get: {} }
  /users/{userId}/orders/{orderId}: { get: {} }
`;

let engine: DuckDb;
let folder: Awaited<ReturnType<typeof temporaryFolder>>;
let lake: string;

beforeAll(async () => {
  engine = await openDuckDb({ threads: 2 });
});
afterAll(() => engine.close());
beforeEach(async () => {
  folder = await temporaryFolder();
  lake = join(folder.path, 'lake');
  await fill();
  await writeFile(join(folder.path, 'openapi.yaml'), OPENAPI);
  expect(await run('routes', 'import', 'openapi.yaml')).toMatchObject({ code: 0 });
});
afterEach(() => folder.remove());

const run = (...args: string[]) =>
  apitrail([...args, '--lake', 'lake'], {
    cwd: folder.path,
    env: { APITRAIL_PRIVACY_KEY_FILE: join(folder.path, 'pseudonym.key') },
  });
const summaryOf = ({ stdout }: { stdout: string }) =>
  JSON.parse(stdout.trim().split('\n').at(-1)!) as Record<string, unknown>;
const apply = async () => {
  const result = await run('routes', 'apply', '--yes', '--quiet');
  expect(result).toMatchObject({ code: 0, stderr: '' });
  return summaryOf(result);
};

/** Two files a day: paths of the document, others, senders' routes, weights, attributes. */
async function fill(): Promise<void> {
  const requests = await Lake.open(lake, { engine, create: true });
  for (let day = 0; day < DAYS; day++) {
    const rows = Array.from({ length: ROWS_A_DAY }, (_, index) => {
      const user = `u${(index * 7919) % 400}`;
      const path = [`/users/${user}`, `/users/${user}/orders/${index}`, `/about/${index % 7}`][index % 3]!;
      return {
        time: NOV_1 + day * DAY_US + index * 1_000_000,
        service: index % 5 === 0 ? 'mail' : 'shop',
        method: 'GET',
        path,
        route: index % 11 === 0 ? '/given/{id}' : path,
        route_source: index % 11 === 0 ? 'sender' : 'classifier',
        status: index % 17 === 0 ? 404 : 200,
        duration_ms: index / 8,
        weight: index % 4 === 0 ? 2.5 : null,
        request_id: `${day}-${index}`,
        attributes: { index: String(index) },
      };
    });
    await requests.append({ rows: rows.filter((_, index) => index % 2 === 0) });
    await requests.append({ rows: rows.filter((_, index) => index % 2 === 1) });
  }
}

const fingerprint = async () =>
  queryLakes(
    engine,
    [lake],
    `SELECT CAST(count(*) AS DOUBLE), CAST(sum(hash(COLUMNS(* EXCLUDE (route, route_source))::VARCHAR)::HUGEINT) AS VARCHAR) FROM {0}`
  );
/** How many rows have each source, and how many of them another route than they should. */
const sources = () =>
  queryLakes(
    engine,
    [lake],
    `SELECT route_source, CAST(count(*) AS DOUBLE), CAST(count(*) FILTER (route <> CASE
        WHEN route_source = 'sender' THEN '/given/{id}'
        WHEN route_source = 'classifier' THEN path
        ELSE regexp_replace(regexp_replace(path, '/orders/.*', '/orders/{orderId}'), '/users/[^/]+', '/users/{userId}')
      END) AS DOUBLE) FROM {0} GROUP BY 1 ORDER BY 1`
  );
const commits = async () =>
  (await readdir(join(lake, 'requests', '_delta_log'))).filter((name) => /^\d+\.json$/.test(name));

/** Starts applying and kills it the hard way once it has made some more commits and a little time has passed. */
async function killedAfter(more: number, delayMs: number): Promise<boolean> {
  const before = (await commits()).length;
  const child = spawn(process.execPath, [APITRAIL, 'routes', 'apply', '--yes', '--quiet', '--lake', 'lake'], {
    cwd: folder.path,
    stdio: 'ignore',
  });
  const ended = new Promise<NodeJS.Signals | null>((resolve) => child.on('close', (_, signal) => resolve(signal)));
  let running = true;
  void ended.then(() => (running = false));
  while (running && (await commits()).length < before + more) {
    await new Promise((resolve) => setTimeout(resolve, 2));
  }
  await new Promise((resolve) => setTimeout(resolve, delayMs));
  child.kill('SIGKILL');
  return (await ended) === 'SIGKILL';
}

test('killed again and again and run once more, it leaves the same rows with the right routes', async () => {
  const before = await fingerprint();
  let kills = 0;
  for (const [more, delay] of [
    [0, 400],
    [1, 0],
    [1, 15],
    [2, 30],
    [1, 45],
    [2, 5],
  ] as const) {
    kills += (await killedAfter(more, delay)) ? 1 : 0;
    expect(await fingerprint()).toEqual(before);
    expect((await sources()).filter(([, , wrong]) => wrong !== 0)).toEqual([]);
  }
  expect(kills).toBeGreaterThan(2);
  const between = (await sources()).map(([source]) => source);
  expect(between).toEqual(['classifier', 'openapi', 'sender']);
  const last = await apply();
  expect(last).toMatchObject({ applied: true, interrupted: false });
  expect(last.changed_rows).toBeGreaterThan(0);
  expect(await fingerprint()).toEqual(before);
  const rows = DAYS * ROWS_A_DAY;
  const given = Array.from({ length: ROWS_A_DAY }, (_, index) => index);
  const count = (fits: (index: number) => boolean) => DAYS * given.filter(fits).length;
  expect(await sources()).toEqual([
    ['classifier', count((index) => index % 11 !== 0 && index % 3 === 2), 0],
    ['openapi', count((index) => index % 11 !== 0 && index % 3 !== 2), 0],
    ['sender', count((index) => index % 11 === 0), 0],
  ]);
  expect(await apply()).toMatchObject({ changed_rows: 0, rows, files: 0 });
  expect(summaryOf(await run('verify'))).toMatchObject({ sound: true, errors: 0 });
});

test('imports and compaction go on meanwhile, and all of it comes out right', async () => {
  const lines = Array.from(
    { length: 4000 },
    (_, index) =>
      `${JSON.stringify({ time: (NOV_1 + (index % DAYS) * DAY_US) / 1000 + index, service: 'late', method: 'GET', path: `/users/x${index}`, status: 200 })}\n`
  );
  await writeFile(join(folder.path, 'late.jsonl'), lines.join(''));
  const [applied, imported, compacted] = await Promise.all([
    run('routes', 'apply', '--yes', '--quiet'),
    run('import', 'late.jsonl', '--rows-per-commit', '500', '--quiet'),
    run('compact', '--quiet'),
  ]);
  expect([applied.code, imported.code]).toEqual([0, 0]);
  expect(summaryOf(imported)).toMatchObject({ rows: 4000 });
  expect(summaryOf(compacted)).toMatchObject({ interrupted: false });
  await apply();
  const found = await sources();
  expect(found.reduce((sum, [, count]) => sum + Number(count), 0)).toBe(DAYS * ROWS_A_DAY + 4000);
  expect(found.map(([, , wrong]) => wrong)).toEqual([0, 0, 0]);
  expect(
    await queryLakes(engine, [lake], `SELECT DISTINCT route, route_source FROM {0} WHERE service = 'late'`)
  ).toEqual([['/users/{userId}', 'openapi']]);
  expect(summaryOf(await run('verify'))).toMatchObject({ sound: true, errors: 0 });
});

test('an interrupt ends it after the day it is at; the same command goes on', async () => {
  const child = spawn(process.execPath, [APITRAIL, 'routes', 'apply', '--yes', '--lake', 'lake'], {
    cwd: folder.path,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let stdout = '';
  let stderr = '';
  child.stdout.on('data', (chunk) => (stdout += String(chunk)));
  child.stderr.on('data', (chunk) => (stderr += String(chunk)));
  const ended = new Promise<number | null>((resolve) => child.on('close', resolve));
  const before = (await commits()).length;
  while (child.exitCode === null && (await commits()).length < before + 2) {
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
  child.kill('SIGINT');
  expect(await ended).toBe(1);
  expect(stderr).toContain('the same command goes on from there');
  const first = summaryOf({ stdout });
  expect(first).toMatchObject({ applied: true, interrupted: true });
  const second = await apply();
  expect(second).toMatchObject({ interrupted: false });
  const whole =
    DAYS * Array.from({ length: ROWS_A_DAY }, (_, i) => i).filter((i) => i % 11 !== 0 && i % 3 !== 2).length;
  expect(Number(first.changed_rows) + Number(second.changed_rows)).toBe(whole);
});

test('it shows what would change, and does nothing without being told to', async () => {
  const before = await commits();
  const refused = await run('routes', 'apply');
  expect([refused.code, refused.stderr]).toEqual([2, expect.stringContaining('--yes')]);
  const { code, stdout, stderr } = await run('routes', 'apply', '--dry-run', '--service', 'shop');
  expect(code).toBe(0);
  expect(stderr).toContain('/users/{userId} ← ');
  expect(stderr).toMatch(/To be written anew: 24 files of .* in 12 days/);
  expect(summaryOf({ stdout })).toMatchObject({ applied: false, files: 24, days: 12, services: [{ service: 'shop' }] });
  expect(await commits()).toEqual(before);
});
