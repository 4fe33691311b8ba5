import { spawn, spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

import { rowsOf } from '../../backend-node/ingest/intake/decoder';
import { Overload } from '../../backend-node/ingest/intake/overload';
import { elasticsearch } from '../../backend-node/ingest/protocols/elasticsearch/elasticsearch';
import { startProtocolServer, type ProtocolServer } from '../../backend-node/ingest/protocols/testing/protocol-server';
import { describeWithClients, loadClient } from '../senders/clients';

let server: ProtocolServer;
let folder: string;

beforeEach(async () => {
  server = await startProtocolServer({ protocols: [elasticsearch], keys: true });
  folder = await mkdtemp(join(tmpdir(), 'apitrail-elastic-'));
});
afterEach(async () => {
  await server.close();
  await rm(folder, { recursive: true, force: true });
});

const DAY = Date.parse('2026-11-02T10:00:00Z');
const documentOf = (n: number) => ({
  '@timestamp': new Date(DAY + n).toISOString(),
  http: { request: { method: 'GET' }, response: { status_code: 200 } },
  url: { path: `/orders/${n}` },
  event: { duration: 1_000_000 },
});
const lineOf = (n: number) =>
  `203.0.113.9 - - [02/Nov/2026:10:00:${String(n % 60).padStart(2, '0')} +0000] "GET /orders/${n} HTTP/1.1" 200 512 "-" "curl/8"`;

const linesOf = (count: number): string => Array.from({ length: count }, (_, n) => `${lineOf(n)}\n`).join('');

/** The configuration that docs/ingest.md has for a sender, for this server, key and log. */
const documented = (sender: string): string => {
  const section = readFileSync('docs/ingest.md', 'utf8').split(`\n### ${sender}`)[1]!;
  return /```\w*\n([^]*?)```/
    .exec(section)![1]!
    .replaceAll('HOST:8586', `127.0.0.1:${server.port}`)
    .replaceAll('KEY', server.key)
    .replaceAll('/var/log/nginx/access.log', join(folder, 'access.log'));
};

/** Paths that have come in, each once for each time. */
const paths = (): string[] => server.recorded.records.map(({ path }) => path!).sort();
const expected = (count: number): string[] => Array.from({ length: count }, (_, n) => `/orders/${n}`).sort();

async function until(done: () => boolean): Promise<void> {
  while (!done()) {
    await sleep(50);
  }
}

interface BulkStats {
  total: number;
  failed: number;
  retry: number;
  successful: number;
}
interface ElasticClient {
  info(): Promise<{ version: { number: string } }>;
  ping(): Promise<boolean>;
  index(of: object): Promise<{ result: string; _id: string }>;
  create(of: object): Promise<{ result: string }>;
  bulk(of: object): Promise<{ errors: boolean; items: Array<Record<string, { status: number }>> }>;
  helpers: { bulk(of: object): Promise<BulkStats> };
  close(): Promise<void>;
}

describeWithClients('@elastic/elasticsearch', () => {
  let client: ElasticClient;
  const connect = (auth: object, more: object = {}): ElasticClient => {
    const { Client } = loadClient<{ Client: new (of: object) => ElasticClient }>('@elastic/elasticsearch');
    return new Client({ node: server.url, auth, ...more });
  };

  afterEach(() => client.close());

  test.each([
    ['an API key as Kibana shows it', (key: string) => ({ apiKey: Buffer.from(`apitrail:${key}`).toString('base64') })],
    ['an API key of two parts', (key: string) => ({ apiKey: { id: 'apitrail', api_key: key } })],
    ['a password', (key: string) => ({ username: 'apitrail', password: key })],
    ['a bearer token', (key: string) => ({ bearer: key })],
  ])('comes in with %s', async (_, auth) => {
    client = connect(auth(server.key));
    expect(await client.ping()).toBe(true);
    expect((await client.info()).version.number).toBe('9.99.0');
  });

  test('is told that its key is wrong', async () => {
    client = connect({ username: 'elastic', password: 'changeme' });
    await expect(client.info()).rejects.toMatchObject({
      name: 'ResponseError',
      meta: { statusCode: 401, body: { error: { type: 'security_exception' } } },
    });
  });

  test('writes with its bulk helper, compressed, and is told which document was none', async () => {
    client = connect({ bearer: server.key }, { compression: true });
    const dropped: Array<{ status: number; document: object }> = [];
    const datasource = [...Array.from({ length: 5000 }, (_, n) => documentOf(n)), { hello: 'world' }];
    const stats = await client.helpers.bulk({
      datasource,
      flushBytes: 100_000,
      onDocument: () => ({ create: { _index: 'logs' } }),
      onDrop: (drop: { status: number; document: object }) => dropped.push(drop),
    });
    expect(stats).toMatchObject({ total: 5001, successful: 5000, failed: 1 });
    expect(dropped).toMatchObject([{ status: 400, document: { hello: 'world' } }]);
    expect(paths()).toEqual(expected(5000));
  });

  test('its bulk helper writes short documents with the bytes of a body it has by itself', async () => {
    client = connect({ bearer: server.key });
    const count = 70_000;
    const stats = await client.helpers.bulk({
      datasource: Array.from({ length: count }, (_, n) => ({ time: DAY + n, path: `/${n % 7}` })),
      onDocument: () => ({ create: { _index: 'r' } }),
    });
    expect(stats).toMatchObject({ total: count, successful: count, failed: 0, retry: 0 });
    const most = server.recorded.submitted.map(({ decoded }) => rowsOf(decoded));
    expect(Math.max(...most)).toBeGreaterThan(50_000);
    expect(server.recorded.records).toHaveLength(count);
  });

  test('its bulk helper sends again what there was no room for, and nothing is lost or doubled', async () => {
    client = connect({ bearer: server.key });
    server.recorded.overload = new Overload('APITRAIL_INGEST_BUSY', 'Too much is waiting.', 1);
    const refused = () => server.log().some(({ code }) => code === 'APITRAIL_INGEST_BUSY');
    const room = until(refused).then(() => (server.recorded.overload = undefined));
    const stats = await client.helpers.bulk({
      datasource: Array.from({ length: 100 }, (_, n) => documentOf(n)),
      wait: 200,
      retries: 20,
      onDocument: () => ({ index: { _index: 'logs' } }),
    });
    await room;
    expect(stats).toMatchObject({ successful: 100, failed: 0 });
    expect(stats.retry).toBeGreaterThan(0);
    expect(paths()).toEqual(expected(100));
  });

  test('writes single documents, and is told of a conflict', async () => {
    client = connect({ bearer: server.key });
    expect(await client.index({ index: 'logs', document: documentOf(0) })).toMatchObject({ result: 'created' });
    expect(await client.create({ index: 'logs', id: '7', document: documentOf(1) })).toMatchObject({
      result: 'created',
    });
    await expect(client.create({ index: 'logs', id: '7', document: documentOf(1) })).rejects.toMatchObject({
      meta: { statusCode: 409, body: { error: { type: 'version_conflict_engine_exception' } } },
    });
    expect(paths()).toEqual(expected(2));
  });

  test('the same documents by their ids are taken in once', async () => {
    client = connect({ bearer: server.key });
    const operations = Array.from({ length: 10 }, (_, n) => [
      { create: { _index: 'logs', _id: String(n) } },
      documentOf(n),
    ]).flat();
    expect((await client.bulk({ operations })).errors).toBe(false);
    const again = await client.bulk({ operations });
    expect(again.items.map(({ create }) => create!.status)).toEqual(Array(10).fill(409));
    expect(paths()).toEqual(expected(10));
  });
});

/** Runs a shipper until what it was given has come in, then ends it. */
async function ship(command: string, args: string[], count: number): Promise<void> {
  const child = spawn(command, args, { stdio: ['ignore', 'pipe', 'pipe'] });
  let said = '';
  child.stdout.on('data', (text) => (said += String(text)));
  child.stderr.on('data', (text) => (said += String(text)));
  const ended = new Promise<void>((resolve) => child.once('close', () => resolve()));
  let alive = true;
  void ended.then(() => (alive = false));
  try {
    await until(() => !alive || server.recorded.records.length >= count);
  } finally {
    child.kill('SIGTERM');
    await ended;
  }
  if (server.recorded.records.length < count) {
    throw new Error(`${command} ended early: ${said.slice(-4000)}`);
  }
}

const filebeat = process.env.FILEBEAT ?? '/usr/share/filebeat/bin/filebeat';
(existsSync(filebeat) ? describe : describe.skip)('Filebeat', () => {
  const configure = async (more: object = {}): Promise<string> => {
    const config = {
      'filebeat.inputs': [{ type: 'log', paths: [join(folder, 'access.log')], close_eof: true }],
      'output.elasticsearch': {
        hosts: [server.url],
        api_key: `apitrail:${server.key}`,
        bulk_max_size: 100,
        'backoff.init': '200ms',
        ...more,
      },
      'logging.level': 'info',
      'logging.to_stderr': true,
    };
    // JSON is YAML.
    await writeFile(join(folder, 'filebeat.yml'), JSON.stringify(config), { mode: 0o600 });
    await writeFile(join(folder, 'access.log'), linesOf(500));
    return folder;
  };
  const args = (): string[] => [
    '-c',
    join(folder, 'filebeat.yml'),
    '--path.home',
    folder,
    '--path.data',
    join(folder, 'd'),
    '-e',
  ];

  test('ships the lines of a file with its defaults: template, lifecycle and all', async () => {
    await configure();
    await ship(filebeat, args(), 500);
    expect(paths()).toEqual(expected(500));
    expect(server.recorded.records[0]).toMatchObject({ source: 'elasticsearch', status: 200 });
  });

  test('ships them with the configuration of docs/ingest.md', async () => {
    await writeFile(join(folder, 'access.log'), linesOf(500));
    await writeFile(join(folder, 'filebeat.yml'), documented('Filebeat'), { mode: 0o600 });
    await ship(filebeat, args(), 500);
    expect(paths()).toEqual(expected(500));
    expect(server.recorded.records[0]).toMatchObject({ service: 'shop' });
    expect(server.recorded.submitted[0]!.decoded.ids![0]).toMatch(/^filebeat-7/);
  });

  test('waits while there is no room, and then sends all of it once', async () => {
    await configure();
    server.recorded.overload = new Overload('APITRAIL_DISK_FULL', 'The disk is full.', 1);
    setTimeout(() => {
      server.recorded.overload = undefined;
      server.recorded.notNow = new Overload('APITRAIL_INGEST_BUSY', 'Too much is waiting.', 1);
    }, 1000);
    setTimeout(() => (server.recorded.notNow = undefined), 2500);
    await ship(filebeat, args(), 500);
    expect(paths()).toEqual(expected(500));
  });
});

const modules = '/usr/lib/x86_64-linux-gnu/rsyslog/omelasticsearch.so';
const rsyslog = existsSync(modules) && spawnSync('rsyslogd', ['-v']).status === 0;
(rsyslog ? describe : describe.skip)('rsyslog with omelasticsearch', () => {
  test('ships the lines of a file with the configuration of docs/ingest.md', async () => {
    await mkdir(join(folder, 'work'));
    await writeFile(join(folder, 'access.log'), linesOf(300));
    const host = `server="127.0.0.1" serverport="${server.port}"`;
    await writeFile(
      join(folder, 'rsyslog.conf'),
      `global(workDirectory="${folder}/work")\n${documented('rsyslog').replace('server="HOST" serverport="8586"', host)}`
    );
    await ship('rsyslogd', ['-n', '-f', join(folder, 'rsyslog.conf'), '-i', join(folder, 'pid')], 300);
    expect(paths()).toEqual(expected(300));
    expect(server.recorded.records[0]).toMatchObject({ service: 'shop' });
  });
});
