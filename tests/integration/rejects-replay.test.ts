import { hash } from 'node:crypto';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

import { openDuckDb } from '../../backend-node/engine/duckdb';
import { tracesJsonOf } from '../../backend-node/ingest/protocols/otlp/testing/encode-json';
import { logsProtobufOf, tracesProtobufOf } from '../../backend-node/ingest/protocols/otlp/testing/encode-protobuf';
import type { ModelExport } from '../../backend-node/ingest/protocols/otlp/testing/export-model';
import { queryLakes } from './import-rows';
import { apitrail, serve, until, type Companion } from './support/apitrail';
import { temporaryFolder } from './support/lake';

jest.setTimeout(300_000);

const DAY = 86_400_000;
/** Later than a day ahead when it is sent, and not any more when it is sent again. */
const AHEAD_MS = 15_000;
/** Where that is longer, as long as so many commands take: a few run before, on however slow a machine. */
const COMMANDS_AHEAD = 25;
const JSON_TYPE = 'application/json';

let folder: Awaited<ReturnType<typeof temporaryFolder>>;
let companion: Companion | undefined;

beforeEach(async () => {
  folder = await temporaryFolder();
});
afterEach(async () => {
  await companion?.stop();
  await folder.remove();
});

const env = () => ({ XDG_CONFIG_HOME: join(folder.path, 'config'), APITRAIL_INGEST_FLUSH_AGE: '1s' });
const run = async (...args: string[]) => {
  const { code, stdout, stderr } = await apitrail(args, { cwd: folder.path, env: env() });
  return { code, stderr, summary: JSON.parse(stdout.trim().split('\n').at(-1)!) as Record<string, unknown> };
};

const fields = (time: number, path: string) => ({
  time: new Date(time).toISOString(),
  method: 'GET',
  path,
  status: 200,
});

const attributes = (path: string): ModelExport<unknown>['resources'][0]['attributes'] => [
  ['http.request.method', { string: 'GET' }],
  ['url.path', { string: path }],
  ['http.response.status_code', { int: '200' }],
];

const exportOf = <Item>(items: Item[]): ModelExport<Item> => ({
  resources: [
    { attributes: [['service.name', { string: 'shop' }]], scopes: [{ name: 'http', attributes: [], items }] },
  ],
});

const spans = (rows: Array<[number, string]>) =>
  exportOf(
    rows.map(([time, path]) => ({
      ...{ traceId: hash('md5', path), spanId: hash('md5', path).slice(0, 16), name: 'GET', kind: 2 },
      ...{ start: `${time}000000`, end: `${time + 5}000000`, attributes: attributes(path) },
    }))
  );

const logs = (rows: Array<[number, string]>) =>
  exportOf(
    rows.map(([time, path]) => ({
      ...{ traceId: '', spanId: '', time: `${time}000000`, observed: `${time}000000`, severity: 'INFO' },
      attributes: attributes(path),
    }))
  );

type Rows = Array<[time: number, path: string]>;

/** A body of each protocol, which has these rows. */
const PROTOCOLS: Array<[name: string, path: string, type: string, body: (rows: Rows) => string | Buffer]> = [
  ['lines', '/ingest/json', JSON_TYPE, (rows) => rows.map((row) => `${JSON.stringify(fields(...row))}\n`).join('')],
  ['csv', '/ingest/csv', 'text/csv', (rows) => `time,path,status\n${rows.map(([time, path]) => `${new Date(time).toISOString()},${path},200\n`).join('')}`],
  ['spans', '/v1/traces', 'application/x-protobuf', (rows) => tracesProtobufOf(spans(rows))],
  ['json-spans', '/v1/traces', JSON_TYPE, (rows) => tracesJsonOf(spans(rows))],
  ['logs', '/v1/logs', 'application/x-protobuf', (rows) => logsProtobufOf(logs(rows))],
  ['bulk', '/requests/_bulk', 'application/x-ndjson', (rows) => rows.map((row) => `{"create":{}}\n${JSON.stringify(fields(...row))}\n`).join('')],
  ['hec', '/services/collector/event', JSON_TYPE, (rows) => rows.map(([time, path]) => JSON.stringify({ time: time / 1000, event: { method: 'GET', path, status: 200 } })).join('\n')],
  ['raw', '/services/collector/raw', 'text/plain', (rows) => rows.map((row) => `${JSON.stringify(fields(...row))}\n`).join('')],
  ['datadog', '/api/v2/logs', JSON_TYPE, (rows) => JSON.stringify(rows.map(([time, path]) => ({ timestamp: time, service: 'shop', message: JSON.stringify({ method: 'GET', path, status: 200 }) })))],
  ['loki', '/loki/api/v1/push', JSON_TYPE, (rows) => JSON.stringify({ streams: [{ stream: { app: 'shop' }, values: rows.map(([time, path]) => [`${time}000000`, JSON.stringify({ method: 'GET', path, status: 200 })]) }] })],
]; // prettier-ignore

it('what was not taken in goes in later, by every protocol, once', async () => {
  companion = await serve(['--lake', 'lake', '--no-auth'], { cwd: folder.path, env: env() });
  const list = () => run('rejects', 'list', '--lake', 'lake', '--json');
  const began = Date.now();
  await list();
  const now = Date.now();
  const later = now + DAY + Math.max(AHEAD_MS, COMMANDS_AHEAD * (now - began));
  for (const [name, path, type, body] of PROTOCOLS) {
    const address = `${companion.ingest}${path}${path.startsWith('/ingest') ? '?rejects=keep' : ''}`;
    const rows: Rows = [[now - 1000, `/good/${name}`], [later, `/late/${name}`]]; // prettier-ignore
    await fetch(address, { method: 'POST', headers: { 'content-type': type }, body: body(rows) });
  }
  await until(async () => (await list()).summary['letters'] === PROTOCOLS.length);

  const replay = ['rejects', 'replay', '--lake', 'lake', '--to', companion.ingest];
  expect((await run(...replay)).summary).toMatchObject({ tried: PROTOCOLS.length, replayed: 0 });
  await sleep(Math.max(0, later - DAY - Date.now()));
  expect((await run(...replay)).summary).toMatchObject({
    ...{ tried: PROTOCOLS.length, replayed: PROTOCOLS.length, rows: PROTOCOLS.length, still_rejected: 0 },
  });
  expect((await list()).summary['letters']).toBe(0);

  await companion.stop();
  companion = undefined;
  const engine = await openDuckDb({ threads: 1 });
  const text = 'SELECT path, CAST(count(*) AS DOUBLE) FROM {0} GROUP BY path ORDER BY path';
  const found = await queryLakes(engine, [join(folder.path, 'lake')], text);
  engine.close();
  const wanted = PROTOCOLS.flatMap(([name]) => [`/good/${name}`, `/late/${name}`]).sort();
  expect(found).toEqual(wanted.map((path) => [path, 1]));
});
