import { existsSync, readFileSync } from 'node:fs';
import { request as httpRequest } from 'node:http';
import { createServer, type AddressInfo } from 'node:net';
import { join } from 'node:path';

import type { Health, KeyInfo, QueryResponse, ValueInfo } from '@apitrail/contract';

import { apitrail, serve, until, type Companion } from './support/apitrail';
import { FIRST, heavyRequest, makeLake, temporaryFolder } from './support/lake';

jest.setTimeout(120_000);

const ROWS = 20_000;
let folder: Awaited<ReturnType<typeof temporaryFolder>>;
let lake: string;
let running: Companion | undefined;

beforeAll(async () => {
  folder = await temporaryFolder();
  lake = join(folder.path, 'lake');
  await makeLake(lake, ROWS);
});

afterEach(async () => {
  await running?.stop();
  running = undefined;
});

afterAll(() => folder.remove());

async function start(
  args: string[] = ['--lake', lake, '--no-auth'],
  env: Record<string, string> = {}
): Promise<Companion> {
  running = await serve(args, { cwd: folder.path, env });
  return running;
}

const getJson = async <T>(url: string): Promise<T> => (await (await fetch(url)).json()) as T;

async function post<T>(
  url: string,
  body: unknown,
  signal?: AbortSignal
): Promise<{ status: number; headers: Headers; json: T }> {
  const response = await fetch(url, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(body),
    ...(signal ? { signal } : {}),
  });
  return { status: response.status, headers: response.headers, json: (await response.json()) as T };
}

/** Numbers of the query process in `/metrics`, by name. */
async function metric(url: string, name: string): Promise<number> {
  const text = await (await fetch(`${url}/metrics`)).text();
  return Number(new RegExp(`^${name}\\{process="query"\\} (\\S+)$`, 'm').exec(text)?.[1]);
}

/** Process ids of the processes that a companion started, by role. */
function processes(companion: Companion): Record<string, number> {
  const lines = companion.output.stderr.split('\n').filter((line) => line.includes('process is ready'));
  return Object.fromEntries(
    lines.map((line) => JSON.parse(line) as { role: string; pid: number }).map(({ role, pid }) => [role, pid])
  );
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
  } catch {
    return false;
  }
  // One that ended but that nobody waited for, as in a container without init, still has its number.
  const stat = existsSync(`/proc/${pid}/stat`) ? readFileSync(`/proc/${pid}/stat`, 'utf8') : '';
  return stat.slice(stat.lastIndexOf(')') + 2, stat.lastIndexOf(')') + 3) !== 'Z';
}

describe('a lake with requests', () => {
  const range = { from: FIRST, to: FIRST + ROWS * 1000 };

  test('one line on standard output says where both listeners are', async () => {
    const companion = await start();
    expect(companion.output.stdout.trim().split('\n')).toHaveLength(1);
    expect(JSON.parse(companion.output.stdout)).toEqual({
      ready: true,
      query: expect.stringMatching(/^http:\/\/127\.0\.0\.1:[1-9]\d*$/),
      ingest: expect.stringMatching(/^http:\/\/127\.0\.0\.1:[1-9]\d*$/),
    });
  });

  test('health tells what there is', async () => {
    const { query } = await start();
    expect(await getJson<Health>(`${query}/api/health`)).toMatchObject({
      status: 'ok',
      engine: { name: 'DuckDB' },
      datasets: [{ name: 'requests', rows: ROWS, oldest: FIRST, newest: FIRST + (ROWS - 1) * 1000 }],
      problems: [],
    });
  });

  test('every query of a request is answered, each with its own status', async () => {
    const { query } = await start();
    const { status, json } = await post<QueryResponse>(`${query}/api/ds/query`, {
      ...range,
      queries: [
        { refId: 'A', queryType: 'traffic', format: 'numeric' },
        { refId: 'B', queryType: 'traffic', bogus: 1 },
      ],
    });
    expect(status).toBe(200);
    expect(json.results.A!.frames![0]!.data.values.flat()).toContain(ROWS);
    expect(json.results.B).toMatchObject({ status: 400, error: expect.stringContaining('[APITRAIL_UNKNOWN_FIELD]') });
  });

  test('keys are those of the record and the attributes that rows have', async () => {
    const { query } = await start();
    const keys = await getJson<KeyInfo[]>(`${query}/api/resources/keys`);
    const byName = new Map(keys.map((key) => [key.key, key]));
    expect(byName.get('duration_ms')).toMatchObject({ type: 'number', group: 'Record' });
    expect(byName.get('time')).toMatchObject({ type: 'time' });
    expect(byName.get('status_class')).toMatchObject({ type: 'string' });
    expect(byName.get('attributes.tenant')).toMatchObject({ type: 'string', group: 'Attributes' });
    expect(byName.has('attributes')).toBe(false);
  });

  test('values of a key come with their counts, filtered, by POST and by GET', async () => {
    const { query } = await start();
    const filters = [{ key: 'status', operator: '=', value: '500' }];
    const posted = await post<ValueInfo[]>(`${query}/api/resources/values`, { ...range, key: 'service', filters });
    expect(posted.json).toEqual([
      { value: 'a', requests: ROWS / 20 },
      { value: 'b', requests: ROWS / 20 },
    ]);
    const parameters = new URLSearchParams({
      from: String(range.from),
      to: String(range.to),
      key: 'service',
      limit: '1',
      filters: JSON.stringify(filters),
    });
    expect(await getJson(`${query}/api/resources/values?${parameters}`)).toEqual(posted.json.slice(0, 1));
  });

  test('a wrong value request names the field', async () => {
    const { query } = await start();
    const { status, json } = await post(`${query}/api/resources/values`, { ...range, key: 'nonsense' });
    expect({ status, json }).toMatchObject({ status: 400, json: { error: { code: 'APITRAIL_UNKNOWN_KEY' } } });
  });

  test('datasets and metrics', async () => {
    const { query } = await start();
    expect(await getJson(`${query}/api/resources/datasets`)).toEqual([
      { name: 'requests', description: expect.any(String) },
    ]);
    await getJson(`${query}/api/health`);
    expect(await metric(query, 'apitrail_process_restarts')).toBe(0);
  });

  test('both listeners say that all is well and that they are ready', async () => {
    const { ingest, query } = await start();
    for (const url of [ingest, query]) {
      expect(await getJson(`${url}/api/health`)).toMatchObject({ status: 'ok', problems: [] });
      expect(await getJson(`${url}/api/ready`)).toEqual({ ready: true });
    }
  });

  test('metrics are those of all processes, also when one of them was started again', async () => {
    const companion = await start();
    const text = async () => (await fetch(`${companion.query}/metrics`)).text();
    const hasAll = async () => {
      const found = await text();
      return ['query', 'ingest', 'maintenance'].every((role) =>
        found.includes(`process_resident_memory_bytes{process="${role}"}`)
      );
    };
    await until(hasAll);
    process.kill(processes(companion).maintenance!, 'SIGKILL');
    await until(async () => (await text()).includes('apitrail_process_restarts{process="maintenance"} 1\n'));
    await until(hasAll);
    await until(async () => (await getJson<Health>(`${companion.ingest}/api/health`)).status === 'ok');
  });

  test('an answer that is too large is refused', async () => {
    const { query } = await start(undefined, { APITRAIL_LIMITS_RESULT_BYTES: '10kB' });
    const { json } = await post<QueryResponse>(`${query}/api/ds/query`, {
      ...range,
      queries: [
        { refId: 'A', queryType: 'values', key: 'service' },
        { refId: 'B', queryType: 'requests', limit: 500 },
      ],
    });
    expect(json.results.A!.status).toBe(200);
    expect(json.results.B).toMatchObject({
      status: 400,
      error: expect.stringContaining('[APITRAIL_RESULT_TOO_LARGE]'),
    });
  });
});

describe('a lake that is not there yet', () => {
  test('is healthy enough to answer, says what is missing, and is seen once it is there', async () => {
    const later = join(folder.path, 'later');
    const { query } = await start(['--lake', later, '--no-auth']);
    const before = await fetch(`${query}/api/health`);
    expect(before.status).toBe(200);
    expect(await before.json()).toMatchObject({ status: 'degraded', problems: [{ code: 'APITRAIL_LAKE_MISSING' }] });
    const { json } = await post<QueryResponse>(`${query}/api/ds/query`, {
      from: FIRST,
      to: FIRST + 1000,
      queries: [{ refId: 'A', queryType: 'traffic', format: 'numeric' }],
    });
    expect(json.results.A!.status).toBe(200);
    await makeLake(later, 10);
    expect(await getJson<Health>(`${query}/api/health`)).toMatchObject({ status: 'ok', datasets: [{ rows: 10 }] });
  });

  test('an empty lake is told apart', async () => {
    const empty = join(folder.path, 'empty');
    await makeLake(empty, 0);
    const { query } = await start(['--lake', empty, '--no-auth']);
    expect(await getJson<Health>(`${query}/api/health`)).toMatchObject({
      status: 'degraded',
      problems: [{ code: 'APITRAIL_LAKE_EMPTY' }],
    });
  });
});

describe('heavy queries', () => {
  const heavy = heavyRequest(ROWS);

  test('who goes away interrupts the query', async () => {
    const { query } = await start();
    const gone = new AbortController();
    const answer = post(`${query}/api/ds/query`, heavy, gone.signal).catch(() => 'gone');
    await until(async () => (await metric(query, 'apitrail_queries_running')) === 1);
    gone.abort();
    expect(await answer).toBe('gone');
    await until(async () => (await metric(query, 'apitrail_queries_running')) === 0);
    await until(() => running!.output.stderr.includes('"path":"/api/ds/query","status":499'));
  });

  test('one that takes too long is ended, and says so', async () => {
    const { query } = await start(undefined, { APITRAIL_LIMITS_QUERY_TIMEOUT: '1s' });
    const { json } = await post<QueryResponse>(`${query}/api/ds/query`, heavy);
    expect(json.results.A).toMatchObject({ status: 504, error: expect.stringContaining('[APITRAIL_QUERY_TIMEOUT]') });
    expect(await metric(query, 'apitrail_queries_running')).toBe(0);
  });

  test('more than may wait are refused, with a time to come back; small questions are still answered', async () => {
    const { query } = await start(undefined, {
      APITRAIL_LIMITS_CONCURRENT_QUERIES: '1',
      APITRAIL_LIMITS_QUEUED_QUERIES: '1',
    });
    const gone = new AbortController();
    const others = [
      post(`${query}/api/ds/query`, heavy, gone.signal),
      post(`${query}/api/ds/query`, heavy, gone.signal),
    ];
    const settled = Promise.allSettled(others);
    await until(async () => (await metric(query, 'apitrail_queries_waiting')) === 1);
    const { status, headers, json } = await post<QueryResponse>(`${query}/api/ds/query`, heavy);
    expect(status).toBe(503);
    expect(Number(headers.get('retry-after'))).toBeGreaterThan(0);
    expect(json.results.A).toMatchObject({ status: 503, error: expect.stringContaining('[APITRAIL_BUSY]') });
    expect(await getJson<Health>(`${query}/api/health`)).toMatchObject({ status: 'ok' });
    gone.abort();
    await settled;
  });

  test('SIGTERM ends everything while one runs, with exit code 0', async () => {
    const companion = await start();
    const { query: pid, ingest } = processes(companion);
    const answer = post(`${companion.query}/api/ds/query`, heavy).catch(() => 'gone');
    await until(async () => (await metric(companion.query, 'apitrail_queries_running')) === 1);
    companion.process.kill('SIGTERM');
    expect(await companion.ended).toEqual({ code: 0, signal: null });
    expect([isAlive(pid!), isAlive(ingest!)]).toEqual([false, false]);
    await answer;
  });

  test('every process ends when the supervisor is killed, even while one runs', async () => {
    const companion = await start();
    const pids = Object.values(processes(companion));
    expect(pids.map(isAlive)).toEqual([true, true, true]);
    const answer = post(`${companion.query}/api/ds/query`, heavy).catch(() => 'gone');
    await until(async () => (await metric(companion.query, 'apitrail_queries_running')) === 1);
    companion.process.kill('SIGKILL');
    await companion.ended;
    await until(() => !pids.some(isAlive));
    expect(await answer).toBe('gone');
  });

  test('a process that takes more memory than it may is started again on the same port', async () => {
    const companion = await start(undefined, { APITRAIL_LIMITS_PROCESS_MEMORY: '1MB' });
    await until(() => companion.output.stderr.includes('"restarts":1'));
    await until(async () => (await fetch(`${companion.query}/api/health`).catch(() => undefined))?.status === 200);
    expect(companion.output.stderr).toContain('takes more memory than limits.process_memory');
  });
});

test('a killed query process is started again on the same port, and counted', async () => {
  const companion = await start();
  process.kill(processes(companion).query!, 'SIGKILL');
  const restarts = await until(async () => metric(companion.query, 'apitrail_process_restarts').catch(() => 0));
  expect(restarts).toBe(1);
  expect(await getJson<Health>(`${companion.query}/api/health`)).toMatchObject({ status: 'ok' });
});

test('a port in use is named, with the setting that changes it, and exit code 1', async () => {
  const other = createServer();
  await new Promise<void>((resolve) => other.listen(0, '127.0.0.1', resolve));
  const { port } = other.address() as AddressInfo;
  const args = [
    'serve',
    '--lake',
    lake,
    '--no-auth',
    '--query-listen',
    '127.0.0.1:0',
    '--ingest-listen',
    `127.0.0.1:${port}`,
  ];
  const { code, stdout, stderr } = await apitrail(args, { cwd: folder.path });
  other.close();
  expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
  expect(stderr).toMatch(
    new RegExp(`127\\.0\\.0\\.1:${port} already\\. .*--ingest-listen[\\s\\S]*APITRAIL_PORT_IN_USE`)
  );
});

describe('without keys', () => {
  test.each([
    ['--query-listen', '0.0.0.0:0', 'query_listen'],
    ['--ingest-listen', '[::]:0', 'ingest_listen'],
  ])('%s %s is refused', async (flag, address, setting) => {
    const { code, stderr } = await apitrail(['serve', '--lake', lake, '--no-auth', flag, address], {
      cwd: folder.path,
    });
    expect(code).toBe(2);
    expect(stderr).toMatch(new RegExp(`${setting} is [\\s\\S]*APITRAIL_NO_AUTH_REFUSED`));
  });

  test('pages and names that are not ours are refused', async () => {
    const { query } = await start();
    const status = (headers: Record<string, string>, path = '/api/health', body?: string) =>
      new Promise<number>((resolve, reject) => {
        const options = { method: body === undefined ? 'GET' : 'POST', headers, agent: false };
        httpRequest(`${query}${path}`, options, (response) => (response.resume(), resolve(response.statusCode!)))
          .on('error', reject)
          .end(body);
      });
    expect(await status({ host: 'rebound.example' })).toBe(403);
    expect(await status({ origin: 'https://evil.example' })).toBe(403);
    expect(await status({ 'content-type': 'text/plain' }, '/api/ds/query', '{}')).toBe(415);
    expect(await status({})).toBe(200);
  });
});

describe('with keys', () => {
  const addKey = async (...args: string[]) => {
    const { stdout } = await apitrail(['keys', 'add', '--lake', lake, ...args], { cwd: folder.path });
    return (JSON.parse(stdout) as { key: string }).key;
  };
  const ask = async (url: string, key?: string) => {
    const response = await fetch(`${url}/api/health`, key ? { headers: { authorization: `Bearer ${key}` } } : {});
    const { error } = (await response.json()) as { error?: { code: string } };
    return error?.code ?? response.status;
  };

  test('each listener takes keys of its own scope; a removed key is refused at once', async () => {
    const { query, ingest } = await start(['--lake', lake]);
    expect(await ask(query)).toBe('APITRAIL_UNAUTHENTICATED');
    const queryKey = await addKey('--scope', 'query', '--name', 'grafana');
    const ingestKey = await addKey('--scope', 'ingest', '--name', 'collector', '--expires', '1d');
    expect([await ask(query, queryKey), await ask(ingest, ingestKey)]).toEqual([200, 200]);
    expect([await ask(query, ingestKey), await ask(ingest, queryKey)]).toEqual([
      'APITRAIL_FORBIDDEN',
      'APITRAIL_FORBIDDEN',
    ]);
    expect(await ask(query, queryKey.replace(/.$/, '!'))).toBe('APITRAIL_UNAUTHENTICATED');
    await apitrail(['keys', 'remove', 'grafana', '--lake', lake], { cwd: folder.path });
    expect(await ask(query, queryKey)).toBe('APITRAIL_UNAUTHENTICATED');
  });

  test('a key that has expired is refused', async () => {
    const { query } = await start(['--lake', lake]);
    const key = await addKey('--scope', 'query', '--name', 'short', '--expires', '1ms');
    expect(await ask(query, key)).toBe('APITRAIL_UNAUTHENTICATED');
  });
});
