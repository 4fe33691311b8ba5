import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { readdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

import type { QueryResult, SqlSchema } from '@apitrail/contract';

import { apitrail, serve, until, type Companion } from './support/apitrail';
import { FIRST, makeLake, temporaryFolder } from './support/lake';

jest.setTimeout(180_000);

const ROWS = 20_000;
const CANARY = 'canary-7f3a91';
/** Runs for minutes in little memory. */
const SLOW = 'SELECT count(*) FROM range(1000000) a, range(1000000) b WHERE a.range * b.range = -1';

let folder: Awaited<ReturnType<typeof temporaryFolder>>;
let lake: string;
let running: Companion | undefined;

beforeAll(async () => {
  folder = await temporaryFolder();
  lake = join(folder.path, 'lake');
  await makeLake(lake, ROWS);
  await writeFile(join(folder.path, 'canary.csv'), `a\n${CANARY}\n`);
});
afterEach(async () => {
  await running?.stop();
  running = undefined;
});
afterAll(() => folder.remove());

async function start(args: string[] = ['--no-auth'], env: Record<string, string> = {}): Promise<Companion> {
  running = await serve(['--lake', lake, ...args], { cwd: folder.path, env });
  return running;
}

async function ask(
  companion: Companion,
  queries: Array<Record<string, unknown>>,
  { key, signal }: { key?: string; signal?: AbortSignal } = {}
): Promise<{ status: number; results: Record<string, QueryResult> }> {
  const response = await fetch(`${companion.query}/api/ds/query`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...(key ? { authorization: `Bearer ${key}` } : {}) },
    body: JSON.stringify({
      from: FIRST,
      to: FIRST + ROWS * 1000,
      queries: queries.map((query, index) => ({ refId: String.fromCharCode(65 + index), ...query })),
    }),
    ...(signal ? { signal } : {}),
  });
  return { status: response.status, ...((await response.json()) as { results: Record<string, QueryResult> }) };
}

const sqlOf = (sql: string, more: Record<string, unknown> = {}) => ({ queryType: 'sql', sql, ...more });
const one = async (companion: Companion, sql: string) => (await ask(companion, [sqlOf(sql)])).results['A']!;
const valueOf = ({ frames, error }: QueryResult) => error ?? frames![0]!.data.values[0]![0];
const COUNT = 'SELECT count(*) AS n FROM requests WHERE $__timeFilter(time)';

/** Lines of the log about SQL. */
const logged = (companion: Companion) =>
  companion.output.stderr
    .split('\n')
    .filter((line) => line.includes('"msg":"sql"'))
    .map((line) => JSON.parse(line) as Record<string, unknown>);

/** Processes for SQL below a companion. */
function sqlProcesses(companion: Companion): number[] {
  const children = (parent: number): number[] =>
    execFileSync('ps', ['-eo', 'pid=,ppid='], { encoding: 'utf8' })
      .split('\n')
      .map((line) => line.trim().split(/\s+/).map(Number))
      .filter(([, ppid]) => ppid === parent)
      .map(([pid]) => pid!);
  return children(companion.process.pid!)
    .flatMap(children)
    .filter((pid) => existsSync(`/proc/${pid}`) && readFileSync(`/proc/${pid}/cmdline`, 'utf8').includes('sql-child'));
}

const rssOf = (pid: number) => Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1]) * 1024;
const queryProcess = (companion: Companion) =>
  companion.output.stderr
    .split('\n')
    .filter((line) => line.includes('process is ready') && line.includes('"role":"query"'))
    .map((line) => (JSON.parse(line) as { pid: number }).pid)[0]!;

/** What the companion's own maintenance writes into the log when it finds the time. */
const CHECKPOINT = /\.checkpoint\.parquet$|_last_checkpoint$/;

async function filesOf(directory: string): Promise<string> {
  const names = (await readdir(directory, { recursive: true, withFileTypes: true })).filter((entry) => entry.isFile());
  const hashes = names
    .map((entry) => join(entry.parentPath, entry.name))
    .filter((path) => !CHECKPOINT.test(path))
    .sort()
    .map((path) => `${path} ${createHash('sha256').update(readFileSync(path)).digest('hex')}`);
  return hashes.join('\n');
}

it('answers SQL beside other queries, on the command line too', async () => {
  const companion = await start();
  const { results } = await ask(companion, [
    sqlOf(COUNT),
    { queryType: 'traffic', format: 'numeric' },
    sqlOf('SELECT service, count(*) AS n FROM requests GROUP BY ALL ORDER BY ALL', {
      filters: [{ key: 'status', operator: '=', value: '500' }],
    }),
  ]);
  expect(valueOf(results['A']!)).toBe(ROWS);
  expect(results['B']!.frames![0]!.data.values[0]).toEqual([ROWS]);
  expect(results['C']!.frames![0]!.data.values).toEqual([
    ['a', 'b'],
    [1000, 1000],
  ]);
  expect(results['A']!.frames![0]!.schema.meta!.executedQueryString).not.toContain(lake);
  const query = JSON.stringify(sqlOf('SELECT max(status) AS worst FROM requests'));
  const { stdout, code } = await apitrail(['query', query, '--lake', lake], { cwd: folder.path });
  expect(stdout).toContain('500');
  expect(code).toBe(0);
});

it('lets nothing out or in that is not a table of requests', async () => {
  const companion = await start();
  const before = await filesOf(join(lake, 'requests'));
  const file = join(folder.path, 'canary.csv');
  const data = (await readdir(join(lake, 'requests'), { recursive: true })).find((name) => name.endsWith('.parquet'))!;
  const attempts = [
    `SELECT * FROM read_csv('${file}')`,
    `SELECT * FROM '${file}'`,
    `FROM "${file}"`,
    `SELECT * FROM read_text('${join(lake, '..', 'canary.csv')}')`,
    `SELECT * FROM read_parquet('${join(lake, 'requests', data)}')`,
    `SELECT * FROM glob('${folder.path}/*')`,
    `COPY (SELECT 1) TO '${join(lake, 'requests', data)}' (FORMAT parquet)`,
    `COPY requests TO '${join(folder.path, 'out.csv')}'`,
    `ATTACH '${join(folder.path, 'out.duckdb')}'`,
    `SELECT * FROM query('SELECT * FROM read_csv(''${file}'')')`,
    "SELECT getenv('HOME'), current_setting('allowed_paths')",
    'SELECT * FROM duckdb_views()',
    "SELECT * FROM enable_logging(storage => 'file')",
    'SELECT 1; DROP VIEW requests',
    "SET allowed_paths = ['/']",
    'INSTALL httpfs',
  ];
  for (const attempt of attempts) {
    const { status, error, frames } = await one(companion, attempt);
    expect({ attempt, status, frames }).toEqual({ attempt, status: 400, frames: undefined });
    expect(error).toMatch(/\[APITRAIL_SQL_(REFUSED|SYNTAX)\]$/);
    expect(error).not.toContain(CANARY);
  }
  expect(await filesOf(join(lake, 'requests'))).toBe(before);
  expect((await readdir(folder.path)).sort()).toEqual(['canary.csv', 'lake']);
  expect(valueOf(await one(companion, COUNT))).toBe(ROWS);
});

it('ends SQL that takes too much, keeps its own memory, and answers the next question', async () => {
  const companion = await start(['--no-auth'], {
    APITRAIL_SQL_MEMORY: '512MiB',
    APITRAIL_SQL_TIMEOUT: '2s',
    APITRAIL_SQL_DISK: '16MiB',
    APITRAIL_SQL_RESULT_BYTES: '1MiB',
  });
  await one(companion, COUNT);
  const pid = queryProcess(companion);
  const before = rssOf(pid);
  const codeOf = async (sql: string) => /\[(\w+)\]$/.exec((await one(companion, sql)).error ?? '')?.[1];
  expect(await codeOf("SELECT max(len(x)) FROM (SELECT string_agg(repeat('x', 100000)) AS x FROM range(100000))")).toBe(
    'APITRAIL_SQL_MEMORY'
  );
  expect(await codeOf(SLOW)).toBe('APITRAIL_SQL_TIMEOUT');
  expect(await codeOf("SELECT repeat('x', 10000) FROM range(10000)")).toBe('APITRAIL_RESULT_TOO_LARGE');
  expect(valueOf(await one(companion, COUNT))).toBe(ROWS);
  expect(queryProcess(companion)).toBe(pid);
  expect(rssOf(pid) - before).toBeLessThan(150 * 2 ** 20);
});

it('survives the death of a process, and kills one whose caller has gone', async () => {
  const companion = await start();
  const killed = one(companion, SLOW);
  const [first] = await until(() => (sqlProcesses(companion).length > 1 ? sqlProcesses(companion) : undefined));
  process.kill(first!, 'SIGKILL');
  expect((await killed).error).toContain('[APITRAIL_SQL_FAILED]');

  const caller = new AbortController();
  const left = ask(companion, [sqlOf(SLOW)], { signal: caller.signal });
  const asked = await until(() => (sqlProcesses(companion).length > 1 ? sqlProcesses(companion) : undefined));
  caller.abort();
  await expect(left).rejects.toThrow();
  await until(() => !existsSync(`/proc/${asked[0]}`));
  expect(valueOf(await one(companion, COUNT))).toBe(ROWS);
});

it('lets more wait than it has slots, and other queries past them', async () => {
  const companion = await start(['--no-auth'], { APITRAIL_SQL_SLOTS: '1', APITRAIL_SQL_TIMEOUT: '4s' });
  const slow = one(companion, SLOW);
  const waiting = Array.from({ length: 6 }, () => one(companion, COUNT));
  const typed = await ask(companion, [{ queryType: 'traffic', format: 'numeric' }]);
  expect(typed.results['A']!.frames![0]!.data.values[0]).toEqual([ROWS]);
  expect((await Promise.all(waiting)).map(valueOf)).toEqual(Array(6).fill(ROWS));
  expect((await slow).error).toContain('[APITRAIL_SQL_TIMEOUT]');
});

it('leaves no process behind when it is killed', async () => {
  const companion = await start();
  void one(companion, SLOW).catch(() => undefined);
  const pids = await until(() => (sqlProcesses(companion).length > 1 ? sqlProcesses(companion) : undefined));
  companion.process.kill('SIGKILL');
  await until(() => pids.every((pid) => !existsSync(`/proc/${pid}`)));
});

describe('with keys', () => {
  const keys: Record<string, string> = {};
  beforeAll(async () => {
    for (const [name, scopes] of Object.entries({ grafana: ['query'], analysts: ['query', 'sql'] })) {
      const args = ['keys', 'add', '--name', name, '--lake', lake, ...scopes.flatMap((scope) => ['--scope', scope])];
      keys[name] = (JSON.parse((await apitrail(args, { cwd: folder.path })).stdout) as { key: string }).key;
    }
  });

  it('refuses SQL to a key without the scope, and nothing else of the request', async () => {
    const companion = await start([]);
    const { status, results } = await ask(companion, [sqlOf('SELECT 1'), { queryType: 'traffic', format: 'numeric' }], {
      key: keys['grafana']!,
    });
    expect(status).toBe(200);
    expect(results['A']).toMatchObject({ status: 403, error: expect.stringContaining('[APITRAIL_FORBIDDEN]') });
    expect(results['A']!.error).toContain('apitrail keys add --scope query --scope sql');
    expect(results['B']!.status).toBe(200);
    const schema = await fetch(`${companion.query}/api/resources/sql-schema`, {
      headers: { authorization: `Bearer ${keys['grafana']!}` },
    });
    expect(schema.status).toBe(403);
  });

  it('answers a key with it, and logs who asked what, without the values', async () => {
    const companion = await start([]);
    const sql = "SELECT count(*) AS n FROM requests WHERE customer = 'ann@example.com'";
    const { results } = await ask(companion, [sqlOf(sql)], { key: keys['analysts']! });
    expect(valueOf(results['A']!)).toBe(0);
    const [line] = await until(() => (logged(companion).length > 0 ? logged(companion) : undefined));
    expect(line).toMatchObject({
      keyName: 'analysts',
      sql: 'SELECT count(*) AS n FROM requests WHERE customer = ?',
      sqlHash: expect.stringMatching(/^[0-9a-f]{16}$/),
      rows: 1,
      ms: expect.any(Number),
      reqId: expect.any(String),
    });
    expect(companion.output.stderr).not.toContain('ann@example.com');
  });

  it('refuses a key of sql alone', async () => {
    const args = ['keys', 'add', '--scope', 'sql', '--name', 'x', '--lake', lake];
    const { code, stderr } = await apitrail(args, { cwd: folder.path });
    expect(code).toBe(2);
    expect(stderr).toContain('--scope query --scope sql');
  });
});

it('tells editors what SQL may name', async () => {
  const companion = await start();
  const schema = (await (await fetch(`${companion.query}/api/resources/sql-schema`)).json()) as SqlSchema;
  expect(schema.tables.map(({ name }) => name)).toEqual(['requests', 'left_out']);
  expect(schema.tables[0]!.columns).toContainEqual({
    name: 'status',
    type: 'INTEGER',
    description: expect.stringMatching(/\w/),
  });
  expect(schema.functions).toContainEqual({ name: 'quantile_cont', description: expect.stringMatching(/quantile/i) });
  expect(schema.functions.map(({ name }) => name)).not.toContain('read_csv');
  expect(schema.macros).toContainEqual({
    name: 'timeFilter',
    description: expect.any(String),
    example: '$__timeFilter(column)',
  });
});

it('says so where it is switched off', async () => {
  const companion = await start(['--no-auth'], { APITRAIL_SQL_ENABLED: 'false' });
  expect(await one(companion, 'SELECT 1')).toMatchObject({
    status: 403,
    error: expect.stringContaining('sql.enabled'),
  });
  expect((await fetch(`${companion.query}/api/resources/sql-schema`)).status).toBe(403);
});
