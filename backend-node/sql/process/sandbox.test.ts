import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync, readlinkSync } from 'node:fs';
import { chmod, mkdtemp, readdir, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { ApitrailError } from '@apitrail/contract';

import { param, raw, sql } from '../../engine/sql';
import { parquetRelation } from '../../lake/parquet-relation';
import { Bench } from '../../queries/testing/dataset';
import { buildChildScript } from '../testing/child-script';
import type { UserTable } from '../user-sql';
import { findIsolation } from './isolation';
import { SqlSandbox, type SandboxEvent } from './sandbox';
import { sqlConfigSchema } from './settings';
import { SqlProcess } from './sql-process';

const macros = { from: 0, to: 1, intervalMs: 60_000, timezone: 'UTC' };
const MIB = 2 ** 20;

jest.setTimeout(120_000);

const open: SqlSandbox[] = [];
let bench: Bench;
let folder: string;
let script: string;
let file: string;
let events: SandboxEvent[];

beforeAll(async () => {
  bench = await Bench.open();
  script = buildChildScript();
  file = await bench.write('rows', [{ time: 0, service: 'cart', customer: 'c1' }]);
});
afterAll(() => bench.close());

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'apitrail-sandbox-'));
  events = [];
});
afterEach(async () => {
  await Promise.all(open.splice(0).map((sandbox) => sandbox.close()));
  expect(await readdir(folder)).toEqual([]);
  await rm(folder, { recursive: true, force: true });
});

function sandboxOf(settings: Record<string, unknown> = {}): SqlSandbox {
  const config = sqlConfigSchema.parse({ memory: '512MiB', disk: '64MiB', ...settings });
  const sandbox = new SqlSandbox({ config, threads: 2, script, folder, onEvent: (event) => events.push(event) });
  open.push(sandbox);
  return sandbox;
}

const tableOf = (...paths: string[]): UserTable => ({
  name: 'requests',
  rows: sql`SELECT * FROM ${parquetRelation(paths)}`,
  paths,
});

const ask = (
  sandbox: SqlSandbox,
  text: string,
  { signal, table = tableOf(file) }: { signal?: AbortSignal; table?: UserTable } = {}
) => sandbox.run({ text, macros, limit: 1000, tables: [table] }, signal);

const codeOf = async (work: Promise<unknown>) => {
  const error: unknown = await work.then(
    () => undefined,
    (thrown: unknown) => thrown
  );
  return error instanceof ApitrailError ? error.code : error;
};

/** A question that takes minutes and little memory. */
const SLOW = 'SELECT count(*) FROM range(1000000) a, range(1000000) b WHERE a.range * b.range = -1';

/** Processes that a test's sandbox has started, the oldest first: those that work in its folder. */
const processes = () =>
  execFileSync('ps', ['-eo', 'pid=,args='], { encoding: 'utf8' })
    .split('\n')
    .filter((line) => line.includes(script))
    .map((line) => Number.parseInt(line, 10))
    .filter((pid) => workingFolder(pid).startsWith(folder));

function workingFolder(pid: number): string {
  try {
    return readlinkSync(`/proc/${pid}/cwd`);
  } catch {
    return '';
  }
}

async function until<T>(look: () => T): Promise<NonNullable<T>> {
  for (;;) {
    const found = look();
    if (found) {
      return found;
    }
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

describe('limits, whatever the engine thinks of them', () => {
  it.each([
    ['texts', "SELECT max(len(x)) FROM (SELECT string_agg(repeat('x', 100000)) AS x FROM range(100000))"],
    ['lists', 'SELECT list(a.range) FROM range(1000000) a, range(1000) b'],
    ['one list', 'SELECT len(list_sort(list_transform(range(1000000), lambda x: repeat(CAST(x AS VARCHAR), 1000))))'],
    [
      'groups',
      'SELECT count(*) FROM (SELECT a.range, b.range, list(a.range) FROM range(1000000) a, range(100) b GROUP BY ALL)',
    ],
  ])('of memory end what collects %s; the parent keeps its own', async (_, text) => {
    const sandbox = sandboxOf();
    await ask(sandbox, 'SELECT 1');
    const before = process.memoryUsage().rss;
    expect(['APITRAIL_SQL_MEMORY', 'APITRAIL_SQL_DISK']).toContain(await codeOf(ask(sandbox, text)));
    expect(process.memoryUsage().rss - before).toBeLessThan(100 * MIB);
    expect((await ask(sandbox, 'SELECT 2 AS n')).values).toEqual([[2]]);
  });

  it('of memory are held by the system: no process has more', async () => {
    const sandbox = sandboxOf();
    const asked = codeOf(ask(sandbox, SLOW));
    const [pid] = await until(() => (processes().length > 1 ? processes() : undefined));
    const limits = readFileSync(`/proc/${pid}/limits`, 'utf8');
    expect(limits).toMatch(new RegExp(`Max data size +${512 * MIB} `));
    expect(limits).toMatch(new RegExp(`Max file size +${64 * MIB} `));
    expect(limits).toMatch(/Max core file size +0 /);
    expect(readFileSync(`/proc/${pid}/environ`, 'utf8')).toBe('');
    await sandbox.close();
    await asked;
  });

  it('of the disk end what spills', async () => {
    const sandbox = sandboxOf({ disk: '8MiB' });
    const text =
      'SELECT count(*) FROM (SELECT a.range + b.range * 1000000 AS n, md5(CAST(n AS VARCHAR)) AS h FROM range(1000000) a, range(20) b ORDER BY h LIMIT 19000000)';
    expect(await codeOf(ask(sandbox, text))).toBe('APITRAIL_SQL_DISK');
  });

  it('of time end what runs on', async () => {
    const sandbox = sandboxOf({ timeout: '1s' });
    expect(await codeOf(ask(sandbox, SLOW))).toBe('APITRAIL_SQL_TIMEOUT');
    expect((await ask(sandbox, 'SELECT 2 AS n')).values).toEqual([[2]]);
  });

  it('of bytes end what answers with too many', async () => {
    const sandbox = sandboxOf({ result_bytes: '1MiB' });
    expect(await codeOf(ask(sandbox, "SELECT repeat('x', 10000) FROM range(1000)"))).toBe('APITRAIL_RESULT_TOO_LARGE');
  });
});

describe('the end of a process', () => {
  it('comes when the caller goes away', async () => {
    const sandbox = sandboxOf();
    const caller = new AbortController();
    const gone = new ApitrailError('APITRAIL_QUERY_CANCELLED', 'gone');
    const asked = codeOf(ask(sandbox, SLOW, { signal: caller.signal }));
    const [pid] = await until(() => (processes().length > 0 ? processes() : undefined));
    caller.abort(gone);
    expect(await asked).toBe('APITRAIL_QUERY_CANCELLED');
    await until(() => !existsSync(`/proc/${pid}`));
  });

  it('by kill -9 is said, and the next question is answered', async () => {
    const sandbox = sandboxOf();
    const asked = codeOf(ask(sandbox, SLOW));
    // The second one is made ready once the first was asked.
    const [pid] = await until(() => (processes().length > 1 ? processes() : undefined));
    process.kill(pid!, 'SIGKILL');
    expect(await asked).toBe('APITRAIL_SQL_FAILED');
    expect((await ask(sandbox, 'SELECT 2 AS n')).values).toEqual([[2]]);
  });

  it('comes after one answer; another is ready by then', async () => {
    const sandbox = sandboxOf({ slots: 1 });
    await ask(sandbox, 'SELECT 1');
    const [ready] = await until(() => (processes().length === 1 ? processes() : undefined));
    await ask(sandbox, 'SELECT 2');
    await until(() => !existsSync(`/proc/${ready}`));
  });

  it('of one that waited is no harm', async () => {
    const sandbox = sandboxOf({ slots: 1 });
    await ask(sandbox, 'SELECT 1');
    const [ready] = await until(() => (processes().length === 1 ? processes() : undefined));
    process.kill(ready!, 'SIGKILL');
    await until(() => !existsSync(`/proc/${ready}`));
    expect((await ask(sandbox, 'SELECT 2 AS n')).values).toEqual([[2]]);
  });
});

describe('processes that are ready', () => {
  it('are two where two may run at once, and answer without another being started', async () => {
    const sandbox = sandboxOf({ slots: 2 });
    const [first] = (await ask(sandbox, 'SELECT 1 AS n')).values;
    expect(first).toEqual([1]);
    const ready = await until(() => (processes().length === 2 ? processes() : undefined));
    const asked = Promise.all([codeOf(ask(sandbox, SLOW)), codeOf(ask(sandbox, SLOW))]);
    const all = await until(() => (processes().length > 3 ? processes() : undefined));
    expect(all).toEqual(expect.arrayContaining(ready));
    ready.forEach((pid) => process.kill(pid, 'SIGKILL'));
    expect(await asked).toEqual(['APITRAIL_SQL_FAILED', 'APITRAIL_SQL_FAILED']);
  });
});

it('a process that does not start in its time says so, and names no limit of the SQL', async () => {
  const starting = SqlProcess.start({
    script,
    folder,
    isolation: await findIsolation(),
    startMs: 1,
    child: {
      limits: { dataBytes: 512 * MIB, cpuSeconds: 10, fileBytes: MIB, openFiles: 1024 },
      memoryBytes: 128 * MIB,
      threads: 1,
      spillDirectory: undefined,
      spillBytes: MIB,
    },
  });
  await expect(starting).rejects.toMatchObject({
    code: 'APITRAIL_SQL_FAILED',
    message: expect.stringMatching(/^The process for SQL did not start within 0.001 s/),
  });
});

describe('files', () => {
  it('of the snapshot are read, whatever characters their paths have', async () => {
    const paths = await Promise.all(
      ["it's", 'a[b]c', 'x*?'].map((name) => bench.write(name, [{ time: 0, service: name }]))
    );
    const answer = await ask(sandboxOf(), 'SELECT service FROM requests ORDER BY 1', { table: tableOf(...paths) });
    expect(answer.values).toEqual([['a[b]c', "it's", 'x*?']]);
  });

  it('that are gone are worth another snapshot', async () => {
    const asked = ask(sandboxOf(), 'SELECT * FROM requests', { table: tableOf(join(bench.directory, 'gone.parquet')) });
    await expect(asked).rejects.toMatchObject({ retryable: true });
  });

  it('other than those allowed are refused by the engine too, by any path', async () => {
    const canary = await bench.write('canary', [{ time: 0, service: 'canary' }]);
    await symlink(canary, join(bench.directory, 'link.parquet'));
    const sandbox = sandboxOf();
    const others = [
      canary,
      `${bench.directory}/../${bench.directory.split('/').at(-1)}/canary.parquet`,
      join(bench.directory, 'link.parquet'),
      `${bench.directory}/*.parquet`,
      '/etc/passwd',
    ];
    for (const other of others) {
      // As a view that reads more than the paths say, which no check of the text would see.
      const table = { ...tableOf(file), rows: sql`SELECT * FROM read_text(${param('varchar', other)})` };
      const outcome = await ask(sandbox, 'SELECT * FROM requests', { table }).catch(
        (error: ApitrailError) => error.message
      );
      expect(outcome).toBe('The SQL reads or writes what it may not: only its tables can be read.');
    }
  });

  it('cannot be written, not even those that may be read, not even by root', async () => {
    const data = await bench.write('data', [{ time: 0, service: 'cart' }]);
    await chmod(data, 0o444);
    const before = readFileSync(data);
    const rows = sql`SELECT 1; COPY (SELECT 1) TO ${param('varchar', data)} (FORMAT parquet, USE_TMP_FILE false)`;
    await ask(sandboxOf(), 'SELECT * FROM requests', { table: { ...tableOf(data), rows } }).catch(() => undefined);
    expect(readFileSync(data).equals(before)).toBe(true);
  });
});

it('a switch is off where it is off', async () => {
  const sandbox = sandboxOf({ enabled: false });
  expect(await codeOf(ask(sandbox, 'SELECT 1'))).toBe('APITRAIL_SQL_OFF');
});

it('a process that finds its limits lax refuses to serve', async () => {
  const pretender = join(folder, 'pretender.mjs');
  const text = readFileSync(script, 'utf8').replace('/proc/self/limits', '/proc/1/limits');
  expect(text).toContain('/proc/1/limits');
  await writeFile(pretender.replace(folder, join(script, '..')), text);
  const other = join(script, '..', 'pretender.mjs');
  const config = sqlConfigSchema.parse({});
  const sandbox = new SqlSandbox({ config, threads: 2, script: other, folder, onEvent: (event) => events.push(event) });
  open.push(sandbox);
  expect(await codeOf(ask(sandbox, 'SELECT 1'))).toBe('APITRAIL_SQL_OFF');
  expect(events).toContainEqual({ type: 'unsafe', reason: expect.stringContaining('is not held') });
  await rm(other);
});

it('what cannot be in a statement is refused before one is made', async () => {
  const rows = sql`SELECT * FROM ${parquetRelation([file])} WHERE service = ${param('varchar', 'a\0b')} ${raw('')}`;
  const asked = ask(sandboxOf(), 'SELECT 1', { table: { ...tableOf(file), rows } });
  expect(await codeOf(asked)).toBe('APITRAIL_BAD_VALUE');
});
