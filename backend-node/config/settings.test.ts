import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { loadSettings } from './settings';

let folder: string;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'apitrail-config-'));
});

afterEach(() => rm(folder, { recursive: true, force: true }));

/** Settings of a file with that text in the working folder. */
async function load(text?: string, more: Omit<Parameters<typeof loadSettings>[0] & object, 'workingFolder'> = {}) {
  if (text !== undefined) {
    await writeFile(join(folder, 'apitrail.yaml'), text);
  }
  return loadSettings({ environment: {}, ...more, workingFolder: folder });
}

test('without any file there are defaults', async () => {
  const settings = await load();
  expect(settings).toMatchObject({
    configFile: undefined,
    lake: join(folder, 'lake'),
    keysFile: join(folder, 'lake', '.apitrail', 'keys.json'),
    queryListen: { host: '127.0.0.1', port: 8585 },
    ingestListen: { host: '127.0.0.1', port: 8586 },
    no_auth: false,
    limits: { queryTimeoutMs: 60_000, concurrentQueries: 2, queuedQueries: 64 },
  });
  expect(settings.limits.processMemoryBytes).toBeGreaterThan(settings.limits.memoryBytes);
});

test('an empty file is a valid one', async () => {
  await expect(load('')).resolves.toMatchObject({ configFile: join(folder, 'apitrail.yaml') });
});

test('flags go over environment, environment over the file, the file over defaults', async () => {
  const file = 'lake: a\nquery_listen: 127.0.0.1:1\nlimits:\n  concurrent_queries: 3\n  queued_queries: 5\n';
  const environment = {
    APITRAIL_LAKE: 'b',
    APITRAIL_QUERY_LISTEN: '127.0.0.1:2',
    APITRAIL_LIMITS_CONCURRENT_QUERIES: '4',
  };
  const settings = await load(file, { environment, flags: { lake: 'c' } });
  expect(settings.lake).toBe(join(folder, 'c'));
  expect(settings.queryListen.port).toBe(2);
  expect(settings.limits).toMatchObject({ concurrentQueries: 4, queuedQueries: 5 });
});

test('a flag that was not given changes nothing', async () => {
  expect((await load('lake: a', { flags: { lake: undefined } })).lake).toBe(join(folder, 'a'));
});

test('paths in a file are relative to the file', async () => {
  await writeFile(
    join(folder, 'other.yaml'),
    'lake: data\nkeys_file: keys.json\nprivacy: { key_file: p.key }\ndatasets: [{ name: logs, files: "logs/*.parquet", columns: { time: { column: t } } }]\n'
  );
  const settings = await loadSettings({
    environment: {},
    configFile: join(folder, 'other.yaml'),
    workingFolder: tmpdir(),
  });
  expect(settings).toMatchObject({
    lake: join(folder, 'data'),
    keysFile: join(folder, 'keys.json'),
    privacy: { key_file: join(folder, 'p.key') },
    datasets: [{ files: join(folder, 'logs/*.parquet') }],
  });
});

test('lists and booleans come from the environment too', async () => {
  const environment = { APITRAIL_ALLOWED_HOSTS: 'a.example, b.example', APITRAIL_NO_AUTH: 'true' };
  await expect(load(undefined, { environment })).resolves.toMatchObject({
    allowed_hosts: ['a.example', 'b.example'],
    no_auth: true,
  });
});

test('sizes and durations are read', async () => {
  const { limits } = await load('limits:\n  memory: 2GiB\n  process_memory: 4000000000\n  query_timeout: 5m\n');
  expect(limits).toMatchObject({ memoryBytes: 2 ** 31, processMemoryBytes: 4e9, queryTimeoutMs: 300_000 });
});

test('variables that mean nothing are named', async () => {
  expect((await load(undefined, { environment: { APITRAIL_LAKES: 'x', HOME: '/' } })).unknownVariables).toEqual([
    'APITRAIL_LAKES',
  ]);
});

describe('what is wrong is named, with its place', () => {
  const cases: Array<[string, string, RegExp]> = [
    [
      'an unknown key',
      'lake: a\nlimit:\n  memory: 1GB\n',
      /apitrail\.yaml:2:1: there is no setting limit\. Did you mean limits\?/,
    ],
    [
      'an unknown nested key',
      'limits:\n  treads: 3\n',
      /apitrail\.yaml:2:3: limits has no setting treads\. Did you mean threads\?/,
    ],
    ['a bad value', 'limits:\n  threads: many\n', /apitrail\.yaml:2:12: limits\.threads .*expected number/],
    ['a bad address', 'query_listen: ":8585"\n', /apitrail\.yaml:1:15: query_listen must be HOST:PORT/],
    [
      'a bad item',
      'allowed_origins:\n  - https://a.example\n  - b.example/x\n',
      /apitrail\.yaml:3:5: allowed_origins\.1 must be an origin/,
    ],
    [
      'a dataset named twice',
      'datasets:\n' + '  - { name: a, files: x, columns: { time: { column: t } } }\n'.repeat(2),
      /apitrail\.yaml:3:13: datasets\.1\.name is there twice: a/,
    ],
    ['a bad privacy setting', 'privacy:\n  customer: hide\n', /apitrail\.yaml:2:13: privacy\.customer .*pseudonym/],
    ['broken YAML', 'lake: [a\n', /apitrail\.yaml:\d+:\d+: /],
    ['a key given twice', 'lake: a\nlake: b\n', /apitrail\.yaml:2:1: .*unique/],
    ['a list in place of settings', '- lake\n', /apitrail\.yaml: the configuration must be a map/],
  ];
  test.each(cases)('%s', async (_name, text, message) => {
    await expect(load(text)).rejects.toMatchObject({
      code: 'APITRAIL_BAD_CONFIG',
      message: expect.stringMatching(message),
    });
  });

  test('a route rule, with its own code', async () => {
    const rule = load('routes:\n  rules:\n    - match: users\n');
    await expect(rule).rejects.toMatchObject({
      code: 'APITRAIL_BAD_RULE',
      message: expect.stringMatching(/yaml:3:14: routes\.rules\.0\.match/),
    });
  });

  test('a variable', async () => {
    await expect(load('', { environment: { APITRAIL_LIMITS_THREADS: 'x' } })).rejects.toThrow(
      /^APITRAIL_LIMITS_THREADS: limits\.threads/
    );
  });

  test('a flag', async () => {
    await expect(load('', { flags: { query_listen: 'x' } })).rejects.toThrow(
      /^--query-listen: query_listen must be HOST:PORT/
    );
  });

  test('a file that is not there', async () => {
    await expect(load(undefined, { configFile: 'none.yaml' })).rejects.toMatchObject({ code: 'APITRAIL_BAD_CONFIG' });
  });
});
