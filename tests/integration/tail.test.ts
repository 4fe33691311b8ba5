import { spawn, type ChildProcess } from 'node:child_process';
import { appendFile, copyFile, readFile, rename, truncate, unlink, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { gunzipSync, gzipSync } from 'node:zlib';

import { openDuckDb, type DuckDb } from '../../backend-node/engine/duckdb';
import { queryLakes } from './import-rows';
import { APITRAIL, apitrail, serve, until, type Companion } from './support/apitrail';
import { temporaryFolder } from './support/lake';

jest.setTimeout(300_000);

let folder: Awaited<ReturnType<typeof temporaryFolder>>;
let engine: DuckDb;
let companion: Companion | undefined;
let tail: ChildProcess | undefined;
let log: string;
let number: number;

beforeAll(async () => {
  engine = await openDuckDb({ threads: 1 });
});
afterAll(() => engine.close());
beforeEach(async () => {
  folder = await temporaryFolder();
  log = join(folder.path, 'access.log');
  number = 0;
});
afterEach(async () => {
  tail?.kill('SIGKILL');
  await companion?.stop();
  companion = undefined;
  await folder.remove();
});

const env = () => ({
  XDG_CONFIG_HOME: join(folder.path, 'config'),
  XDG_STATE_HOME: join(folder.path, 'state'),
  APITRAIL_INGEST_FLUSH_AGE: '1s',
});
const run = (...args: string[]) => apitrail(args, { cwd: folder.path, env: env() });
const summaryOf = ({ stdout }: { stdout: string }) =>
  JSON.parse(stdout.trim().split('\n').at(-1)!) as Record<string, unknown>;
const start = async (more: Record<string, string> = {}, ...args: string[]) =>
  (companion = await serve(['--lake', 'lake', '--no-auth', ...args], { cwd: folder.path, env: { ...env(), ...more } }));

/** Starts a tail that goes on until it is stopped. */
function follow(...args: string[]) {
  const child = spawn(process.execPath, [APITRAIL, 'tail', ...args], {
    cwd: folder.path,
    env: { ...process.env, ...env() },
  });
  tail = child;
  let stdout = '';
  let stderr = '';
  child.stdout.on('data', (chunk) => (stdout += String(chunk)));
  child.stderr.on('data', (chunk) => (stderr += String(chunk)));
  const ended = new Promise<{ code: number | null; stdout: string; stderr: string }>((resolve) =>
    child.on('close', (code) => resolve({ code, stdout, stderr }))
  );
  return {
    said: () => stderr,
    end: (signal: NodeJS.Signals) => {
      child.kill(signal);
      return ended;
    },
  };
}

const lines = (count: number): string =>
  Array.from(
    { length: count },
    () => `{"time":"2026-11-20T00:00:00Z","method":"GET","path":"/n/${number++}","status":200,"duration_ms":1}\n`
  ).join('');

/** Rows, and how many different ones, that can be queried. */
async function rows(): Promise<number> {
  const query = { refId: 'A', queryType: 'traffic', format: 'numeric', metrics: ['requests'] };
  const answer = await fetch(`${companion!.query}/api/ds/query`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ from: Date.parse('2026-11-19'), to: Date.parse('2026-11-21'), queries: [query] }),
  });
  const { results } = (await answer.json()) as {
    results: { A: { frames?: Array<{ data: { values: unknown[][] } }> } };
  };
  return Number(results.A.frames?.[0]?.data.values.flat().at(-1) ?? 0);
}

/** Stops the companion, and gives how many rows its lake has and how many of them differ. */
async function stored(): Promise<number[]> {
  await companion?.stop();
  companion = undefined;
  const text = 'SELECT CAST(count(*) AS DOUBLE), CAST(count(DISTINCT path) AS DOUBLE) FROM {0}';
  return (await queryLakes(engine, [join(folder.path, 'lake')], text))[0] as number[];
}

/** Writes to a log and rotates it, by turns renamed and compressed, or copied and cut off. */
async function writeAndRotate(round: number): Promise<void> {
  await appendFile(log, lines(20 + (round % 7) * 30));
  if (round % 5 === 1) {
    await rename(log, `${log}.${round}`);
    await appendFile(`${log}.${round}`, lines(5));
    await writeFile(log, lines(3));
  } else if (round % 5 === 3) {
    await copyFile(log, `${log}.${round}`);
    await truncate(log);
  } else if (round % 10 === 9) {
    const old = `${log}.${round - 8}`;
    await writeFile(`${old}.gz`, gzipSync(await readFile(old)));
    await unlink(old);
  }
}

it('follows logs through rotation while they are written, with every line once', async () => {
  await start();
  await writeFile(log, lines(50));
  const { end } = follow(`${log}*`, '--to', companion!.ingest, '--service', 'shop');
  for (let round = 0; round < 40; round++) {
    await writeAndRotate(round);
    // Sometimes faster than the tail looks, sometimes slower.
    await sleep(round % 10 < 5 ? 40 : 250);
  }
  await until(async () => (await rows()) >= number);
  const { code, stdout } = await end('SIGTERM');
  expect(code).toBe(0);
  expect(summaryOf({ stdout })).toMatchObject({ rows: number, rejected: 0, lag_bytes: 0, interrupted: true });
  expect(await stored()).toEqual([number, number]);
});

it('sends every line once however often it is killed', async () => {
  await start();
  await writeFile(log, lines(2000));
  const args = [`${log}*`, '--to', companion!.ingest];
  for (let round = 0; round < 24; round++) {
    const { end } = follow(...args);
    // A start takes about a quarter of a second: some are killed before they read, some while they send.
    const until_ = Date.now() + 150 + ((round * 7919) % 450);
    while (Date.now() < until_) {
      await appendFile(log, lines(200));
      await sleep(10);
    }
    await end('SIGKILL');
    await writeAndRotate(round);
  }
  expect((await run('tail', ...args, '--once')).code).toBe(0);
  expect(await stored()).toEqual([number, number]);
});

it('waits while the companion is down or wants to be left alone, and then sends all of it', async () => {
  await start();
  const { port } = new URL(companion!.ingest);
  await writeFile(log, lines(10));
  const { end, said } = follow(log, '--to', companion!.ingest);
  await until(async () => (await rows()) === 10);
  companion!.process.kill('SIGKILL');
  await companion!.ended;
  await appendFile(log, lines(10));
  await until(() => said().includes('does not answer'));
  await rename(log, `${log}.1`);
  await writeFile(log, lines(10));
  const same = ['--ingest-listen', `127.0.0.1:${port}`];
  await start({ APITRAIL_INGEST_DISK_RESERVE: '900TiB' }, ...same);
  const refused = () => /"status":503/.test(companion!.output.stderr);
  await until(refused);
  expect(await rows()).toBe(10);
  await companion!.stop();
  await start({}, ...same);
  await until(async () => (await rows()) >= number);
  const { code, stdout } = await end('SIGTERM');
  expect(code).toBe(0);
  expect(summaryOf({ stdout })['retries']).toBeGreaterThan(1);
  expect(await stored()).toEqual([number, number]);
});

it('does what a companion says about when to try again, and sends the same under the same name', async () => {
  const requests: Array<{ key: unknown; body: string; at: number }> = [];
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const bytes = Buffer.concat(chunks);
      const body = request.headers['content-encoding'] === 'gzip' ? gunzipSync(bytes) : bytes;
      requests.push({ key: request.headers['idempotency-key'], body: body.toString(), at: Date.now() });
      if (requests.length === 1) {
        response
          .writeHead(503, { 'retry-after': '2' })
          .end('{"error":{"code":"APITRAIL_INGEST_BUSY","message":"Busy."}}');
      } else {
        response.writeHead(200).end('{"accepted":100,"rejected":0,"repeated":false}');
      }
    });
  }).listen(0, '127.0.0.1');
  try {
    await until(() => server.listening);
    await writeFile(log, lines(100));
    const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    expect(summaryOf(await run('tail', log, '--to', url, '--once'))).toMatchObject({ rows: 100, retries: 1 });
    expect(requests).toHaveLength(2);
    expect(requests[1]!.key).toBe(requests[0]!.key);
    expect(requests[1]!.body).toBe(requests[0]!.body);
    expect(requests[1]!.at - requests[0]!.at).toBeGreaterThan(1900);
  } finally {
    server.close();
  }
});

it('writes to a lake that no companion serves, and says how to go on when one does', async () => {
  await writeFile(log, lines(100));
  expect(summaryOf(await run('tail', log, '--lake', 'lake', '--once'))).toMatchObject({ rows: 100 });
  expect(await stored()).toEqual([100, 100]);
  await start();
  await fetch(`${companion!.ingest}/ingest/json`, { method: 'POST', body: lines(1) });
  const { code, stderr } = await run('tail', log, '--lake', 'lake', '--once');
  expect(code).toBe(1);
  expect(stderr).toMatch(/APITRAIL_LAKE_BUSY/);
  expect(stderr).toContain('--to');
});

it('keeps two tails with one state apart', async () => {
  await start();
  await writeFile(log, lines(1));
  const { end } = follow(log, '--to', companion!.ingest);
  await until(async () => (await rows()) === 1);
  const { code, stderr } = await run('tail', log, '--to', companion!.ingest, '--once');
  expect(code).toBe(1);
  expect(stderr).toContain('--state');
  await end('SIGTERM');
});

it('keeps what cannot be read, and takes it in after a fix, once', async () => {
  await start();
  await writeFile(
    log,
    `${lines(3)}{"ts":"2026-11-20T00:00:00Z","where":"/fixed/1","ada":"ada@example.com"}\nnonsense\n`
  );
  expect(summaryOf(await run('tail', log, '--to', companion!.ingest, '--once'))).toMatchObject({
    rows: 3,
    rejected: 2,
  });
  await until(async () => (await rows()) === 3);
  const listed = await run('rejects', 'list', '--lake', 'lake', '--json');
  expect(JSON.parse(listed.stdout)).toMatchObject({ letters: 2 });
  expect(listed.stdout).not.toContain('ada@example.com');
  const shown = await run('rejects', 'show', '1', '--lake', 'lake', '--limit', '5');
  const second = await run('rejects', 'show', '2', '--lake', 'lake', '--limit', '5');
  expect(shown.stdout + second.stdout).toContain('nonsense');

  const map = join(folder.path, 'map.yaml');
  await writeFile(map, 'columns: { time: ts, path: where }\n');
  const args = ['rejects', 'replay', '--lake', 'lake', '--map', map];
  const again = await run(...args, '--to', companion!.ingest);
  expect(again.code).toBe(1);
  expect(summaryOf(again)).toMatchObject({ tried: 2, replayed: 1, rows: 1, still_rejected: 1 });
  await until(async () => (await rows()) === 4);
  await companion!.stop();
  companion = undefined;
  expect(summaryOf(await run(...args))).toMatchObject({ tried: 1, replayed: 0, still_rejected: 1 });
  expect(summaryOf(await run('rejects', 'clear', '--lake', 'lake', '--older-than', '1h'))).toEqual({
    cleared: 0,
    unreadable: 0,
  });
  expect(summaryOf(await run('rejects', 'clear', '--lake', 'lake', '--all'))).toEqual({ cleared: 1, unreadable: 0 });
  expect(summaryOf(await run(...args))).toMatchObject({ tried: 0 });
  expect(await stored()).toEqual([4, 4]);
});

it('takes dead letters in without a companion, too', async () => {
  await writeFile(log, `${lines(1)}{"ts":"2026-11-20T00:00:00Z","where":"/fixed/1"}\n`);
  await run('tail', log, '--lake', 'lake', '--once');
  const map = join(folder.path, 'map.yaml');
  await writeFile(map, 'columns: { time: ts, path: where }\n');
  const replayed = await run('rejects', 'replay', '--lake', 'lake', '--map', map);
  expect(replayed.code).toBe(0);
  expect(summaryOf(replayed)).toMatchObject({ tried: 1, replayed: 1, rows: 1 });
  expect(await stored()).toEqual([2, 2]);
});

it('says what is wrong with its options', async () => {
  for (const args of [
    ['tail', log, '--to', 'nowhere'],
    ['tail', log, '--format', 'parquet'],
    ['tail', log, '--from-end', '--from-start'],
    ['tail', log, '--format', 'common', '--map', 'none.yaml'],
    ['rejects', 'clear'],
    ['rejects', 'show', '1'],
  ]) {
    expect([args, (await run(...args)).code]).toEqual([args, 2]);
  }
});
