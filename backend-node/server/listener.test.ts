import { mkdtemp, rm } from 'node:fs/promises';
import { request as httpRequest, type IncomingHttpHeaders, type OutgoingHttpHeaders } from 'node:http';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { ApitrailError } from '@apitrail/contract';
import type { FastifyInstance } from 'fastify';
import { pino } from 'pino';

import { addKey } from '../access/key-file';
import { generateKey } from '../access/key-format';
import { KeyVerifier } from '../access/key-verifier';
import type { GateOptions } from './gate';
import type { Ask, Endpoint } from './endpoint';
import { listen } from './listen';
import { createListener } from './listener';

interface Answer {
  status: number;
  headers: IncomingHttpHeaders;
  text: string;
  code: string | undefined;
}

let folder: string;
let app: FastifyInstance;
let port: number;
let logged: string;
let asks: Ask[];

const endpoints: Endpoint[] = [
  { method: 'GET', path: '/api/health', answer: (ask) => Promise.resolve((asks.push(ask), { status: 'ok' })) },
  { method: 'POST', path: '/api/ds/query', answer: (ask) => Promise.resolve((asks.push(ask), { got: ask.body })) },
  { method: 'GET', path: '/polled', polled: true, answer: () => Promise.resolve({}) },
  {
    method: 'DELETE',
    path: '/things/:id',
    answer: (ask) => Promise.resolve((asks.push(ask), { gone: ask.params.id })),
  },
  { method: 'GET', path: '/fault', answer: () => Promise.reject(new Error('secret detail')) },
  {
    method: 'GET',
    path: '/engine-fault',
    answer: () => Promise.reject(new ApitrailError('APITRAIL_INTERNAL', 'The engine failed: file "/a/secret/folder"')),
  },
  {
    method: 'GET',
    path: '/slow',
    answer: (ask) =>
      new Promise((_, reject) =>
        ask.signal.addEventListener('abort', () => (asks.push(ask), reject(ask.signal.reason)))
      ),
  },
];

async function start(gate: Partial<GateOptions> = {}): Promise<void> {
  logged = '';
  asks = [];
  app = createListener({
    gate: { scope: 'query', verifier: undefined, allowedHosts: [], allowedOrigins: [], ...gate },
    endpoints,
    log: pino({}, { write: (line: string) => void (logged += line) }),
    bodyLimit: 1000,
  });
  ({ port } = await listen(app, { host: '127.0.0.1', port: 0 }, 'query_listen'));
}

function ask(method: string, path: string, headers: OutgoingHttpHeaders = {}, body?: string): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const request = httpRequest(
      { host: '127.0.0.1', port, method, path, headers: { host: `127.0.0.1:${port}`, ...headers } },
      (response) => {
        let text = '';
        response.setEncoding('utf8').on('data', (chunk: string) => (text += chunk));
        response.on('end', () => {
          const code = /"code":"(\w+)"/.exec(text)?.[1];
          resolve({ status: response.statusCode!, headers: response.headers, text, code });
        });
      }
    );
    request.on('error', reject).end(body);
  });
}

const json = { 'content-type': 'application/json' };

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'apitrail-listener-'));
});

afterAll(() => rm(folder, { recursive: true, force: true }));

afterEach(() => app.close());

describe('addresses', () => {
  beforeEach(() => start());

  test('a known one is answered, with security headers and an id, and without a banner', async () => {
    const { status, headers } = await ask('GET', '/api/health?x=1', { 'x-request-id': 'abc' });
    expect(status).toBe(200);
    expect(headers).toMatchObject({
      'x-content-type-options': 'nosniff',
      'cache-control': 'no-store',
      'x-request-id': 'abc',
    });
    expect(headers.server).toBeUndefined();
    expect(headers['access-control-allow-origin']).toBeUndefined();
  });

  test.each([
    '/',
    '/api/health/',
    '/API/health',
    '/api/./health',
    '/api/x/../health',
    '/api/%68ealth',
    '//api/health',
    '/api/ds/query/..',
  ])('%s is not known', async (path) => {
    expect(await ask('GET', path)).toMatchObject({ status: 404, code: 'APITRAIL_NOT_FOUND' });
  });

  test.each(['GET', 'PUT', 'DELETE', 'OPTIONS', 'PROPFIND'])('%s is not a method of a query', async (method) => {
    const answer = await ask(method, '/api/ds/query');
    expect(answer).toMatchObject({ status: 405, code: 'APITRAIL_METHOD_NOT_ALLOWED', headers: { allow: 'POST' } });
  });

  test('HEAD works where GET does', async () => {
    expect(await ask('HEAD', '/api/health')).toMatchObject({ status: 200, text: '' });
  });

  test('a fault is coded, and its detail stays in the log', async () => {
    const answer = await ask('GET', '/fault');
    expect(answer).toMatchObject({ status: 500, code: 'APITRAIL_INTERNAL' });
    expect(answer.text).not.toContain('secret detail');
    expect(logged).toContain('secret detail');
  });

  test('what the engine says of a fault, such as the path of a file, stays in the log too', async () => {
    const answer = await ask('GET', '/engine-fault');
    expect(answer).toMatchObject({ status: 500, code: 'APITRAIL_INTERNAL' });
    expect(answer.text).not.toContain('secret');
    expect(logged).toContain('/a/secret/folder');
  });

  test('what is not HTTP is refused with a code', async () => {
    const text = await new Promise<string>((resolve, reject) => {
      let received = '';
      const socket = connect(port, '127.0.0.1', () => socket.write('NONSENSE\r\n\r\n'));
      socket
        .on('data', (chunk) => (received += String(chunk)))
        .on('end', () => resolve(received))
        .on('error', reject);
    });
    expect(text).toMatch(/^HTTP\/1\.1 400 [\s\S]*APITRAIL_BAD_REQUEST/);
  });

  test('who goes away is noticed', async () => {
    const request = httpRequest({ host: '127.0.0.1', port, path: '/slow' }).on('error', () => undefined);
    request.end();
    await new Promise((resolve) => app.server.once('request', resolve));
    setTimeout(() => request.destroy(), 50);
    while (asks.length === 0) {
      await new Promise((resolve) => setTimeout(resolve, 10));
    }
    expect(asks[0]!.signal.reason).toMatchObject({ code: 'APITRAIL_QUERY_CANCELLED' });
  });
});

describe('bodies', () => {
  beforeEach(() => start());

  test('JSON is read', async () => {
    expect(
      await ask('POST', '/api/ds/query', { 'content-type': 'application/json; charset=utf-8' }, '{"a":1}')
    ).toMatchObject({
      status: 200,
      text: '{"got":{"a":1}}',
    });
  });

  test.each([
    'text/plain',
    'application/x-www-form-urlencoded',
    'multipart/form-data; boundary=x',
    'application/jsonp',
    '',
  ])('the type %p is refused', async (type) => {
    const answer = await ask('POST', '/api/ds/query', type ? { 'content-type': type } : {}, '{"a":1}');
    expect(answer).toMatchObject({ status: 415, code: 'APITRAIL_UNSUPPORTED_MEDIA_TYPE' });
    expect(asks).toEqual([]);
  });

  test.each(['', '{', '{"__proto__":{"x":1}}'])('%p is not a body', async (body) => {
    expect(await ask('POST', '/api/ds/query', json, body)).toMatchObject({ status: 400, code: 'APITRAIL_BAD_REQUEST' });
  });

  test('one that is too large is refused', async () => {
    const body = JSON.stringify({ a: 'x'.repeat(2000) });
    expect(await ask('POST', '/api/ds/query', json, body)).toMatchObject({
      status: 413,
      code: 'APITRAIL_BODY_TOO_LARGE',
    });
  });
});

describe('without keys', () => {
  test.each(['127.0.0.1', 'localhost', 'LOCALHOST:8585', '[::1]:8585', '127.0.0.1:1'])(
    'the host %s is answered',
    async (host) => {
      await start();
      expect((await ask('GET', '/api/health', { host })).status).toBe(200);
    }
  );

  test.each(['evil.example', 'evil.example:8585', 'localhost.evil.example', '127.0.0.1.evil.example', '192.168.0.1'])(
    'the host %p is refused',
    async (host) => {
      await start();
      expect(await ask('GET', '/api/health', { host })).toMatchObject({ status: 403, code: 'APITRAIL_FORBIDDEN' });
    }
  );

  test('a host that was allowed is answered', async () => {
    await start({ allowedHosts: ['companion'] });
    expect((await ask('GET', '/api/health', { host: 'companion:8585' })).status).toBe(200);
    expect((await ask('GET', '/api/health', { host: 'other' })).status).toBe(403);
  });

  test.each(['https://evil.example', 'null', 'http://localhost:3000', 'http://127.0.0.1'])(
    'a page of %s is refused',
    async (origin) => {
      await start();
      expect(await ask('POST', '/api/ds/query', { ...json, origin }, '{}')).toMatchObject({
        status: 403,
        code: 'APITRAIL_FORBIDDEN',
      });
      expect(asks).toEqual([]);
    }
  );

  test('a page of ours is answered', async () => {
    await start();
    expect((await ask('POST', '/api/ds/query', { ...json, origin: `http://127.0.0.1:${port}` }, '{}')).status).toBe(
      200
    );
  });

  test('an image or script of another site is refused, a link is not', async () => {
    await start();
    expect(
      (await ask('GET', '/api/health', { 'sec-fetch-site': 'cross-site', 'sec-fetch-mode': 'no-cors' })).status
    ).toBe(403);
    expect(
      (await ask('GET', '/api/health', { 'sec-fetch-site': 'cross-site', 'sec-fetch-mode': 'navigate' })).status
    ).toBe(200);
  });

  test('an origin that was allowed may read answers and ask before', async () => {
    const origin = 'http://localhost:3000';
    await start({ allowedOrigins: [origin] });
    expect((await ask('GET', '/api/health', { origin })).headers['access-control-allow-origin']).toBe(origin);
    const preflight = await ask('OPTIONS', '/api/ds/query', { origin, 'access-control-request-method': 'POST' });
    expect(preflight).toMatchObject({ status: 204, headers: { 'access-control-allow-methods': 'POST' } });
  });
});

describe('with keys', () => {
  let key: string;
  let ingestKey: string;
  let expiredKey: string;

  beforeEach(async () => {
    const file = join(folder, `${Math.random()}`, 'keys.json');
    ({ key } = await addKey(file, { name: 'grafana', scope: 'query', expires: null }));
    ({ key: ingestKey } = await addKey(file, { name: 'collector', scope: 'ingest', expires: null }));
    ({ key: expiredKey } = await addKey(file, { name: 'old', scope: 'query', expires: new Date(0) }));
    await start({ verifier: new KeyVerifier(file) });
  });

  const bearer = (text: string) => ({ authorization: `Bearer ${text}` });

  test('a key of the scope is let in, from any host', async () => {
    expect((await ask('GET', '/api/health', { ...bearer(key), host: 'companion.internal' })).status).toBe(200);
    expect(asks[0]!.caller.key).toMatchObject({ name: 'grafana' });
  });

  test('no key, a wrong one, another scheme and an expired one are refused', async () => {
    const refused = { status: 401, code: 'APITRAIL_UNAUTHENTICATED', headers: { 'www-authenticate': 'Bearer' } };
    expect(await ask('GET', '/api/health')).toMatchObject(refused);
    expect(await ask('GET', '/api/health', bearer(generateKey('query').key))).toMatchObject(refused);
    expect(await ask('GET', '/api/health', { authorization: `Basic ${key}` })).toMatchObject(refused);
    expect(await ask('GET', '/api/health', bearer(expiredKey))).toMatchObject({
      ...refused,
      text: expect.stringContaining('expired'),
    });
    expect(asks).toEqual([]);
  });

  test('a key of another scope is refused', async () => {
    expect(await ask('GET', '/api/health', bearer(ingestKey))).toMatchObject({
      status: 403,
      code: 'APITRAIL_FORBIDDEN',
    });
  });

  test('who tries keys is slowed down, who has one is not', async () => {
    const statuses: number[] = [];
    for (let attempt = 0; attempt < 30; attempt++) {
      statuses.push((await ask('GET', '/api/health', bearer(generateKey('query').key))).status);
    }
    expect(statuses.slice(0, 20)).toEqual(Array(20).fill(401));
    const slowed = await ask('GET', '/api/health', bearer('x'));
    expect(slowed).toMatchObject({ status: 429, code: 'APITRAIL_TOO_MANY_ATTEMPTS' });
    expect(Number(slowed.headers['retry-after'])).toBeGreaterThan(0);
    expect((await ask('GET', '/api/health', bearer(key))).status).toBe(200);
  });

  test('the identity is read and logged; the key and the query string are not', async () => {
    const identity = { kind: 'alert', orgId: 1 };
    await ask('GET', '/api/health?value=private', { ...bearer(key), 'x-apitrail-identity': JSON.stringify(identity) });
    expect(asks[0]!.caller.identity).toMatchObject(identity);
    expect(logged).toContain('"kind":"alert"');
    expect(logged).toContain('"keyName":"grafana"');
    expect(logged).not.toContain(key.split('_')[3]);
    expect(logged).not.toContain('private');
  });

  test('what machines poll is logged only when it fails', async () => {
    await app.close();
    await start({ verifier: new KeyVerifier(join(folder, 'none.json')) });
    await ask('GET', '/polled');
    expect(logged).toContain('"path":"/polled","status":401');
    await app.close();
    await start();
    await ask('GET', '/polled');
    expect(logged).not.toContain('/polled');
  });

  test('an identity without a key opens nothing', async () => {
    expect((await ask('GET', '/api/health', { 'x-apitrail-identity': '{"kind":"user"}' })).status).toBe(401);
  });
});

test('a port in use is named, with the setting that changes it', async () => {
  await start();
  const second = createListener({
    gate: { scope: 'query', verifier: undefined, allowedHosts: [], allowedOrigins: [] },
    endpoints,
    log: pino({ level: 'silent' }),
    bodyLimit: 1000,
  });
  await expect(listen(second, { host: '127.0.0.1', port }, 'query_listen')).rejects.toMatchObject({
    code: 'APITRAIL_PORT_IN_USE',
    message: expect.stringMatching(new RegExp(`127\\.0\\.0\\.1:${port}.*--query-listen`)),
  });
  await second.close();
});

test('a name in a path stands for anything without a slash, and is not logged', async () => {
  await start();
  const { status, text } = await ask('DELETE', '/things/ci%3A7', { 'Idempotency-Key': 'k' });
  expect({ status, text }).toEqual({ status: 200, text: '{"gone":"ci:7"}' });
  expect(asks[0]!.requestHeader('Idempotency-Key')).toBe('k');
  expect(asks[0]!.requestHeader('x-other')).toBeUndefined();
  expect(logged).toContain('"path":"/things/:id"');
  expect(logged).not.toContain('ci%3A7');
});

test.each(['/things', '/things/', '/things/a/b', '/thingsx/a', '/x/things/a'])('%s is none of it', async (path) => {
  await start();
  expect(await ask('DELETE', path)).toMatchObject({ status: 404, code: 'APITRAIL_NOT_FOUND' });
  expect((await ask('GET', '/things/a')).headers.allow).toBe('DELETE');
});
