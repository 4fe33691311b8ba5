import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';

import type { SavedCohort } from '@apitrail/contract';
import type { FastifyInstance } from 'fastify';
import { pino } from 'pino';

import { addKey } from '../access/key-file';
import { KeyVerifier } from '../access/key-verifier';
import type { Scope } from '../access/scopes';
import { CohortStore } from '../cohorts/cohort-store';
import { literal, sql } from '../engine/sql';
import { runQueries } from '../queries/run';
import { Bench } from '../queries/testing/dataset';
import { cohortEndpoints } from './cohort-endpoints';
import { exportEndpoints } from './export-endpoint';
import { listen } from './listen';
import { createListener } from './listener';

const FROM = Date.UTC(2026, 10, 2);
const range = `from=${FROM}&to=2026-11-03T00:00:00Z`;
let bench: Bench;
let app: FastifyInstance;
let base: string;
const keys: Record<string, string> = {};

beforeAll(async () => {
  bench = await Bench.open();
  const rows = ['=cmd()', 'c"2', 'c3'].flatMap((customer, index) =>
    Array.from({ length: index + 1 }, () => ({
      time: FROM + 1000,
      customer,
      status: 500,
      route: '/pay',
      duration_ms: 5,
    }))
  );
  const datasets = new Map([['requests', await bench.dataset('requests', rows)]]);
  const keysFile = join(bench.directory, 'keys.json');
  const scopes: Record<string, Scope[]> = { reader: [], writer: ['admin'] };
  for (const [name, also] of Object.entries(scopes)) {
    keys[name] = (await addKey(keysFile, { name, scope: 'query', also, expires: null })).key;
  }
  const store = new CohortStore(bench.directory, []);
  const { engine, directory: folder } = bench;
  app = createListener({
    gate: { scope: 'query', verifier: new KeyVerifier(keysFile), allowedHosts: [], allowedOrigins: [] },
    endpoints: [
      ...cohortEndpoints({
        ...{ store, folder, keys: true },
        source: { engine, datasets, cohorts: store, pseudonyms: () => Promise.resolve(() => []) },
        admit: (ask, work) => work(ask.signal),
        push: () => Promise.resolve([]),
      }),
      ...exportEndpoints({
        answer: (request) => runQueries(request, { datasets, engine, cohorts: store }),
        engine,
        folder,
      }),
    ],
    log: pino({ level: 'silent' }),
    bodyLimit: 1e6,
  });
  const address = await listen(app, { host: '127.0.0.1', port: 0 }, 'query_listen');
  base = `http://127.0.0.1:${address.port}`;
});
afterAll(async () => {
  await app.close();
  await bench.close();
});

const ask = (method: string, path: string, body?: unknown, key = 'writer', identity?: object) =>
  fetch(`${base}${path}`, {
    method,
    headers: {
      authorization: `Bearer ${keys[key]}`,
      ...(body === undefined ? {} : { 'content-type': 'application/json' }),
      ...(identity ? { 'x-apitrail-identity': JSON.stringify(identity) } : {}),
    },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
const failed = { title: 'Met errors', filters: [{ key: 'status', operator: '>=', value: '500' }] };

it('saves a cohort, shows it and deletes it', async () => {
  expect((await ask('PUT', '/api/cohorts/failed', failed)).status).toBe(201);
  expect((await ask('PUT', '/api/cohorts/failed', { ...failed, atLeast: 2 })).status).toBe(200);
  const shown = (await (await ask('GET', '/api/cohorts/failed')).json()) as SavedCohort;
  expect(shown).toMatchObject({
    name: 'failed',
    title: 'Met errors',
    atLeast: 2,
    provisioned: false,
    updatedBy: 'writer',
  });
  expect(await (await ask('GET', '/api/resources/cohorts')).json()).toEqual([shown]);
  expect(await (await ask('DELETE', '/api/cohorts/failed')).json()).toEqual({ deleted: 'failed' });
  expect((await ask('GET', '/api/cohorts/failed')).status).toBe(404);
});

it.each([
  ['a key without the scope admin', 'reader', undefined],
  ['a Viewer of Grafana', 'writer', { subject: 'user:2', role: 'Viewer', kind: 'user' }],
  ['the alert scheduler', 'writer', { subject: '', role: 'Admin', kind: 'alert' }],
])('refuses to change anything for %s', async (_, key, identity) => {
  for (const [method, path, body] of [
    ['PUT', '/api/cohorts/failed', failed],
    ['DELETE', '/api/cohorts/failed', undefined],
    ['POST', '/api/cohorts/failed/push', {}],
  ] as const) {
    const answer = await ask(method, path, body, key, identity);
    expect([answer.status, ((await answer.json()) as { error: { code: string } }).error.code]).toEqual([
      403,
      'APITRAIL_FORBIDDEN',
    ]);
  }
});

it('lets an Editor of Grafana save, by name', async () => {
  const editor = { subject: 'user:7', role: 'Editor', kind: 'user' };
  const answer = await ask('PUT', '/api/resources/cohorts/failed', failed, 'writer', editor);
  expect(await answer.json()).toMatchObject({ updatedBy: 'user:7' });
});

it('says what of a cohort is wrong', async () => {
  const answer = await ask('PUT', '/api/cohorts/failed', { unit: 'custmer' });
  expect(answer.status).toBe(400);
  expect(await answer.json()).toMatchObject({ error: { code: 'APITRAIL_UNKNOWN_KEY', where: 'unit' } });
});

describe('members', () => {
  beforeAll(() => ask('PUT', '/api/cohorts/failed', failed));

  it('as JSON, to whoever may ask', async () => {
    const answer = await ask('GET', `/api/cohorts/failed/members?${range}`, undefined, 'reader');
    expect(answer.headers.get('content-type')).toBe('application/json; charset=utf-8');
    expect(await answer.json()).toEqual({
      ...{ cohort: 'failed', unit: 'customer', from: FROM, to: FROM + 86_400_000, total: 3 },
      members: ['=cmd()', 'c"2', 'c3'],
    });
  });

  it('as CSV that no spreadsheet runs', async () => {
    const answer = await ask('GET', `/api/cohorts/failed/members?${range}&format=csv`);
    expect(answer.headers.get('content-disposition')).toBe('attachment; filename="failed.csv"');
    expect(await answer.text()).toBe('customer\r\n\'=cmd()\r\n"c""2"\r\nc3\r\n');
  });

  it('as Parquet that an engine reads', async () => {
    const answer = await ask('GET', `/api/cohorts/failed/members?${range}&format=parquet&limit=2`);
    const file = join(bench.directory, 'members.parquet');
    await writeFile(file, Buffer.from(await answer.arrayBuffer()));
    const { values } = await bench.engine.run(sql`SELECT customer FROM read_parquet(${literal(file)})`);
    expect(values).toEqual([['=cmd()', 'c"2']]);
  });

  it('as many as are asked for', async () => {
    const answer = await ask('GET', `/api/cohorts/failed/members?${range}&limit=1`);
    expect(await answer.json()).toMatchObject({ total: 3, members: ['=cmd()'], cut: true });
  });

  it.each([
    ['format=xls', 'APITRAIL_UNSUPPORTED_FORMAT'],
    ['limit=0', 'APITRAIL_BAD_VALUE'],
    ['from=yesterday', 'APITRAIL_BAD_RANGE'],
    ['since=1', 'APITRAIL_UNKNOWN_FIELD'],
    ['dataset=x', 'APITRAIL_UNKNOWN_DATASET'],
  ])('with %s are refused', async (parameters, code) => {
    expect(await (await ask('GET', `/api/cohorts/failed/members?${parameters}`)).json()).toMatchObject({
      error: { code },
    });
  });
});

describe('an export', () => {
  const query = { queryType: 'values', key: 'customer' };
  const body = { from: FROM, to: FROM + 86_400_000, query };

  it('is the table of any query, as CSV', async () => {
    const answer = await ask('POST', '/api/export', body, 'reader');
    expect(answer.headers.get('content-type')).toMatch(/^text\/csv/);
    expect(await answer.text()).toBe('value,requests\r\nc3,3\r\n"c""2",2\r\n\'=cmd(),1\r\n');
  });

  it('is a list of objects as JSON, filtered by a cohort', async () => {
    const filters = [{ key: 'cohort', operator: '!=', value: 'failed' }];
    const answer = await ask('POST', '/api/export?format=json', { ...body, query: { ...query, filters } });
    expect(await answer.json()).toEqual([]);
  });

  it('keeps its types as Parquet', async () => {
    const requests = { queryType: 'requests', columns: ['time', 'customer', 'duration_ms'], limit: 1 };
    const answer = await ask('POST', '/api/export?format=parquet', { ...body, query: requests });
    const file = join(bench.directory, 'export.parquet');
    await writeFile(file, Buffer.from(await answer.arrayBuffer()));
    const described = await bench.engine.run(
      sql`DESCRIBE SELECT time, customer, duration_ms FROM read_parquet(${literal(file)})`
    );
    expect(described.values[1]).toEqual(['TIMESTAMP WITH TIME ZONE', 'VARCHAR', 'DOUBLE']);
    const { values } = await bench.engine.run(sql`SELECT epoch_ms(time) FROM read_parquet(${literal(file)})`);
    expect(values.map((column) => column.map(Number))).toEqual([[FROM + 1000]]);
  });

  it('of a query that is wrong is the query’s error', async () => {
    const answer = await ask('POST', '/api/export', { ...body, query: { queryType: 'endpoint' } });
    expect(await answer.json()).toMatchObject({ error: { code: 'APITRAIL_UNKNOWN_QUERY_TYPE' } });
  });

  it('of several frames is refused', async () => {
    const series = { queryType: 'traffic', groupBy: ['customer'], interval: '1h' };
    const answer = await ask('POST', '/api/export', { ...body, query: series });
    expect(await answer.json()).toMatchObject({ error: { code: 'APITRAIL_UNSUPPORTED_FORMAT' } });
  });
});
