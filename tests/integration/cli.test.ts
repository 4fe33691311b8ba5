import { existsSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';

import { RECORD_COLUMNS, type QueryResponse } from '@apitrail/contract';

import { apitrail } from './support/apitrail';
import { FIRST, makeLake, temporaryFolder } from './support/lake';

jest.setTimeout(60_000);

const ROWS = 1000;
let folder: Awaited<ReturnType<typeof temporaryFolder>>;
const run = (args: string[], more: { env?: Record<string, string>; input?: string } = {}) =>
  apitrail(args, { cwd: folder.path, ...more });

beforeAll(async () => {
  folder = await temporaryFolder();
  await makeLake(join(folder.path, 'lake'), ROWS);
});

afterAll(() => folder.remove());

describe('query', () => {
  const range = ['--from', String(FIRST), '--to', String(FIRST + ROWS * 1000)];
  const services = '{"queryType":"values","key":"service"}';

  test('prints a table', async () => {
    const { code, stdout } = await run(['query', services, ...range]);
    expect(code).toBe(0);
    expect(stdout).toBe('value  requests\n-----  --------\na           750\nb           250\n');
  });

  test('prints frames with --json', async () => {
    const { stdout } = await run(['query', services, ...range, '--json']);
    const { results } = JSON.parse(stdout) as QueryResponse;
    expect(results.A!.frames![0]!.data.values).toEqual([
      ['a', 'b'],
      [750, 250],
    ]);
  });

  test('reads queries from standard input, and takes ISO times', async () => {
    const input = JSON.stringify([
      { queryType: 'values', key: 'service', refId: 'x' },
      { queryType: 'values', key: 'method' },
    ]);
    const { code, stdout } = await run(['query', '-', '--from', '2026-11-01', '--to', '2026-11-02', '--json'], {
      input,
    });
    expect(code).toBe(0);
    expect(Object.keys((JSON.parse(stdout) as QueryResponse).results)).toEqual(['x', 'B']);
  });

  test('says where data lies when the range has none', async () => {
    const { code, stderr } = await run(['query', services, '--from', '2020-01-01', '--to', '2020-01-02']);
    expect(code).toBe(0);
    expect(stderr).toContain('2026-11-01T00:00:00.000Z');
  });

  test('a wrong query fails with its code, exit code 1', async () => {
    const { code, stderr } = await run(['query', '{"queryType":"values","key":"nonsense"}', ...range]);
    expect(code).toBe(1);
    expect(stderr).toContain('APITRAIL_UNKNOWN_KEY');
  });

  test('a folder without a lake fails, and is not made one', async () => {
    const { code, stderr } = await run(['query', services, '--lake', 'nowhere']);
    expect(code).toBe(1);
    expect(stderr).toMatch(/There is no lake in .*nowhere[\s\S]*APITRAIL_NOT_FOUND/);
    expect(existsSync(join(folder.path, 'nowhere'))).toBe(false);
  });

  test('an external dataset of the configuration is asked by name', async () => {
    const config = join(folder.path, 'external.yaml');
    await writeFile(
      config,
      'lake: nowhere\ndatasets:\n  - name: others\n    files: lake/requests\n    columns:\n      time: { column: time }\n      service: { column: service }\n'
    );
    const { code, stdout } = await run([
      'query',
      '{"queryType":"values","key":"service","dataset":"others"}',
      ...range,
      '--config',
      config,
    ]);
    expect(code).toBe(0);
    expect(stdout).toContain('a           750');
  });
});

describe('wrong usage has exit code 2', () => {
  test.each([
    ['an unknown command', ['frobnicate'], /unknown command/],
    ['an unknown option', ['serve', '--frobnicate'], /unknown option/],
    ['a missing argument', ['query'], /missing required argument/],
    ['a bad time', ['query', '{}', '--from', 'yesterday'], /now-1d/],
    ['a query that is not JSON', ['query', '{'], /not valid JSON/],
    ['a bad address', ['serve', '--query-listen', 'nowhere'], /--query-listen: .*HOST:PORT/],
    ['a bad scope', ['keys', 'add', '--scope', 'root', '--name', 'x'], /query, ingest/],
    ['a bad expiry', ['keys', 'add', '--scope', 'query', '--name', 'x', '--expires', 'soon'], /90d/],
    ['a configuration that is not there', ['query', '{}', '--config', 'none.yaml'], /APITRAIL_BAD_CONFIG/],
    ['a process started by hand', ['serve-process', 'query'], /apitrail serve/],
  ])('%s', async (_name, args, message) => {
    const { code, stdout, stderr } = await run(args);
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
    expect(stderr).toMatch(message);
  });

  test('a wrong setting is named with its line', async () => {
    await writeFile(join(folder.path, 'wrong.yaml'), 'lake: lake\nquery_lisen: 127.0.0.1:1\n');
    const { code, stderr } = await run(['serve', '--config', 'wrong.yaml']);
    expect(code).toBe(2);
    expect(stderr).toMatch(/wrong\.yaml:2:1: there is no setting query_lisen\. Did you mean query_listen\?/);
  });
});

describe('keys', () => {
  test('are added, listed and removed; the last line is JSON', async () => {
    const added = await run(['keys', 'add', '--scope', 'query', '--name', 'grafana', '--expires', '90d']);
    const { key, id, expires } = JSON.parse(added.stdout) as { key: string; id: string; expires: string };
    expect(added.code).toBe(0);
    expect(key).toMatch(/^apl_query_/);
    expect(Date.parse(expires)).toBeGreaterThan(Date.now() + 89 * 86_400_000);
    const listed = await run(['keys', 'list', '--json']);
    expect(listed.stdout).not.toContain(key.split('_')[3]);
    expect(JSON.parse(listed.stdout)).toMatchObject({
      keys: [{ id, name: 'grafana', scope: 'query', state: 'valid' }],
    });
    expect((await run(['keys', 'list'])).stdout).toContain('grafana');
    const removed = await run(['keys', 'remove', id]);
    expect(JSON.parse(removed.stdout)).toMatchObject({ removed: [{ id }] });
    expect((await run(['keys', 'remove', id])).code).toBe(2);
  });
});

test('the record is printed as JSON and as Markdown', async () => {
  const { columns } = JSON.parse((await run(['schema', 'record'])).stdout) as { columns: Array<{ name: string }> };
  expect(columns.map(({ name }) => name)).toEqual([...RECORD_COLUMNS.map(({ name }) => name), 'date']);
  expect((await run(['schema', 'record', '--format', 'markdown'])).stdout).toContain(
    '| `status` | integer | `http.response.status_code` |'
  );
});

test('help and version go to standard output, exit code 0', async () => {
  const help = await run(['--help']);
  expect({ code: help.code, stderr: help.stderr }).toEqual({ code: 0, stderr: '' });
  expect(help.stdout).toContain('apitrail serve --lake');
  expect((await run(['--version'])).stdout).toMatch(/^\d+\.\d+\.\d+\n$/);
});
