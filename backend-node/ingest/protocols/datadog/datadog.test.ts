import { gzipSync } from 'node:zlib';

import fc from 'fast-check';

import { Overload } from '../../intake/overload';
import { NO_REQUEST } from '../../normalise';
import { startProtocolServer, type ProtocolServer } from '../testing/protocol-server';
import { datadog } from './datadog';
import { datadogLogs } from './logs';

const NOON = Date.UTC(2026, 10, 23, 12) * 1000;
const LINE = '192.0.2.1 - - [17/May/2024:00:00:00 +0000] "GET /a?b=c HTTP/1.1" 200 12 "-" "curl/8"';
const REQUEST = { method: 'GET', path: '/a', status: 200 };
const HTTP = { http: { method: 'GET', url: 'https://shop.example.org/a?b=c', status_code: 200 } };

const decode = (value: unknown, params: Record<string, string> = {}) =>
  datadogLogs.decode(Buffer.from(typeof value === 'string' ? value : JSON.stringify(value)), {
    params,
    receivedAt: NOON,
  });

describe('logs', () => {
  it('with a line of an access log as their message, and what stands beside it', () => {
    const log = {
      ...{ message: LINE, ddsource: 'nginx', service: 'shop', hostname: 'web-1', status: 'info' },
      ddtags: 'env:prod,version:1.2,team:blue,canary,kube:a:b',
    };
    expect(decode([log]).records).toMatchObject([
      {
        ...REQUEST,
        ...{ time: Date.UTC(2024, 4, 17) * 1000, service: 'shop', instance: 'web-1' },
        ...{ environment: 'prod', service_version: '1.2', source: 'datadog' },
        attributes: { ddsource: 'nginx', team: 'blue', ddtags: 'canary', kube: 'a:b', status: 'info' },
      },
    ]);
  });

  it.each([
    ['beside the message', { ...HTTP, message: 'done' }],
    ['as an object in the message', { message: HTTP }],
    ['as JSON in the message', { message: JSON.stringify(HTTP) }],
    ['by flat names', { 'http.method': 'GET', 'http.url_details.path': '/a', 'http.status_code': '200' }],
  ])('with attributes %s', (_, log) => {
    expect(decode(log).records).toMatchObject([REQUEST]);
  });

  it('by Datadog’s standard attributes', () => {
    const log = {
      ...HTTP,
      http: { ...HTTP.http, useragent: 'curl/8', referer: 'https://a.example/', version: '1.1', request_id: 'r' },
      network: { client: { ip: '192.0.2.1' }, bytes_read: 10, bytes_written: 20 },
      duration: 12_500_000,
      usr: { id: 'u1' },
      dd: { trace_id: '81294719283749182734', span_id: '77', env: 'prod', version: '3', service: 'shop' },
      error: { kind: 'Timeout', message: 'late' },
      timestamp: 1_790_000_000_125,
    };
    expect(decode([log]).records).toMatchObject([
      {
        ...REQUEST,
        ...{ time: 1_790_000_000_112_500, duration_ms: 12.5, query: 'b=c', host: 'shop.example.org', scheme: 'https' },
        ...{ user_agent: 'curl/8', protocol: '1.1', request_id: 'r', client_ip: '192.0.2.1' },
        ...{ request_bytes: 10, response_bytes: 20, customer: 'u1', trace_id: '81294719283749182734', span_id: '77' },
        ...{ service: 'shop', environment: 'prod', service_version: '3', error_type: 'Timeout', error_message: 'late' },
        attributes: { 'http.request.header.referer': 'https://a.example/' },
      },
    ]);
  });

  it('with reserved attributes in the address, which yield to their own', () => {
    const params = { ddtags: 'env:prod', ddsource: 'nginx', hostname: 'web-1', service: 'shop' };
    expect(decode([HTTP, { ...HTTP, service: 'cart', ddtags: 'env:test' }], params).records).toMatchObject([
      { service: 'shop', environment: 'prod', instance: 'web-1', attributes: { ddsource: 'nginx' } },
      { service: 'cart', environment: 'test' },
    ]);
  });

  it('were written when the request had ended, else now', () => {
    const times = decode([
      { ...HTTP, duration: 1e9, timestamp: '2026-11-02T10:00:01Z' },
      { ...HTTP, duration: 1e9 },
    ]).records.map(({ time }) => time);
    expect(times).toEqual([Date.UTC(2026, 10, 2, 10) * 1000, NOON - 1_000_000]);
  });

  it('as lines of text', () => {
    expect(decode(`${LINE}\n\nhello\n`, { form: 'text', service: 'shop' })).toMatchObject({
      records: [{ ...REQUEST, service: 'shop' }],
      rejects: [{ index: 1, text: 'hello', reason: 'is in no known log format' }],
    });
  });

  it('that are no requests are rejects, and can be read again', () => {
    const { records, rejects } = decode([{ message: 'started', status: 'info' }, 7, [], LINE]);
    expect(records).toHaveLength(1);
    expect(rejects.map(({ index, reason }) => [index, reason])).toEqual([
      [0, NO_REQUEST],
      [1, 'is neither text nor an object'],
      [2, 'is neither text nor an object'],
    ]);
    expect(decode(rejects[0]!.text).rejects).toEqual([rejects[0]]);
  });

  it.each(['{}', '[{}]', '[]'])('%s is the agent’s question whether it gets through', (text) => {
    expect(decode(text)).toMatchObject({ records: [], rejects: [] });
  });

  it.each(['', '{', '[{}', 'x', '7', '"x"', 'null'])('%j as a whole is refused', (text) => {
    expect(() => decode(text)).toThrow(expect.objectContaining({ code: 'APITRAIL_BAD_BODY', status: 400 }));
  });
});

describe('whatever comes', () => {
  const VALID = JSON.stringify([
    { ...HTTP, ddtags: 'env:prod' },
    { message: LINE, timestamp: 1_790_000_000_000 },
  ]);
  const bodies = fc.oneof(
    fc.uint8Array({ maxLength: 200 }).map((bytes) => Buffer.from(bytes)),
    fc.json().map((text) => Buffer.from(text)),
    fc
      .tuple(fc.nat(VALID.length), fc.nat(20), fc.oneof(fc.string({ unit: 'binary', maxLength: 20 }), fc.json()))
      .map(([at, cut, text]) => Buffer.from(VALID.slice(0, at) + text + VALID.slice(at + cut)))
  );

  it.each<Record<string, string>>([{}, { form: 'text' }])('every item is accounted for, always alike, %j', (params) => {
    const outcome = (body: Buffer) => {
      try {
        return datadogLogs.decode(body, { params, receivedAt: NOON });
      } catch (error) {
        return { error: (error as { code?: string }).code };
      }
    };
    fc.assert(
      fc.property(bodies, (body) => {
        const first = outcome(body);
        expect(outcome(body)).toEqual(first);
        if ('error' in first) {
          expect(first.error).toBe('APITRAIL_BAD_BODY');
          return;
        }
        const { records, indexes, rejects, ignored = 0 } = first;
        const places = [...indexes!, ...rejects.map(({ index }) => index)];
        expect([indexes!.length, new Set(places).size]).toEqual([records.length, places.length]);
        expect(places.every((index) => index < places.length + ignored)).toBe(true);
      }),
      { numRuns: 1000 }
    );
  });

  it.each([
    [500, undefined],
    [5_000, 'APITRAIL_BAD_BODY'],
    [1_000_000, 'APITRAIL_BAD_BODY'],
  ])('%d levels of nesting', (levels, code) => {
    const text = `{"path":"/a","x":${'['.repeat(levels)}${']'.repeat(levels)}}`;
    if (code) {
      expect(() => decode(text)).toThrow(expect.objectContaining({ code }));
    } else {
      expect(decode(text).rejects).toMatchObject([{ reason: 'is nested deeper than 100 levels' }]);
    }
  });
});

it('brackets in a text are not nested, however many', () => {
  const log = { message: LINE, note: '['.repeat(5_000) };
  expect(decode(JSON.stringify([log])).records).toHaveLength(1);
  const context = { params: {}, receivedAt: Date.now() * 1000 };
  expect(datadogLogs.decodeItem!(JSON.stringify(log), context).records).toHaveLength(1);
});

describe('over HTTP', () => {
  let server: ProtocolServer;
  const send = async (path: string, body: string | Buffer, headers: Record<string, string> = {}) => {
    const init = { method: 'POST', body: body as string, headers: { 'content-type': 'application/json', ...headers } };
    const answer = await fetch(server.url + path, init);
    return { status: answer.status, headers: answer.headers, body: (await answer.json()) as unknown };
  };
  const start = async (keys = false) => {
    server = await startProtocolServer({ protocols: [datadog], keys });
  };
  const LOGS = JSON.stringify([HTTP, { message: LINE }]);

  afterEach(() => server.close());

  it('takes logs in, compressed or not', async () => {
    await start();
    expect(await send('/api/v2/logs?ddtags=env:prod', LOGS)).toMatchObject({ status: 202, body: {} });
    expect(await send('/api/v2/logs', gzipSync(LOGS), { 'content-encoding': 'gzip' })).toMatchObject({ status: 202 });
    expect(await send('/v1/input', LOGS)).toMatchObject({ status: 200, body: {} });
    expect(await send('/api/v2/logs', LINE, { 'content-type': 'text/plain; charset=utf-8' })).toMatchObject({
      status: 202,
    });
    const logplex = `211 <190>1 2026-11-02T10:00:00+00:00 host app web.1 - ${LINE}\n`;
    expect(await send('/api/v2/logs', logplex, { 'content-type': 'application/logplex-1' })).toMatchObject({
      status: 202,
    });
    expect(server.recorded.records).toHaveLength(8);
    expect(server.recorded.records[0]).toMatchObject({ ...REQUEST, environment: 'prod' });
  });

  it('submits nothing where nothing is', async () => {
    await start();
    expect(await send('/api/v2/logs', '{}')).toMatchObject({ status: 202 });
    expect(server.recorded.submitted).toEqual([]);
  });

  it.each([
    ['APITRAIL_INGEST_BUSY', 429, 'Too Many Requests'],
    ['APITRAIL_DISK_FULL', 503, 'Service Unavailable'],
    ['APITRAIL_STOPPING', 503, 'Service Unavailable'],
  ] as const)('says try again for %s', async (code, status, title) => {
    await start();
    server.recorded.overload = new Overload(code, 'not now', 7);
    const refused = await send('/api/v2/logs', LOGS);
    expect(refused).toMatchObject({ status, body: { errors: [{ status: String(status), title, detail: 'not now' }] } });
    expect([refused.headers.get('retry-after'), refused.headers.get('x-ratelimit-reset')]).toEqual(['7', '7']);
  });

  it('refuses what cannot be read, and what is too large', async () => {
    await start();
    expect(await send('/api/v2/logs', '{')).toMatchObject({
      status: 400,
      body: { errors: [{ title: 'Bad Request' }] },
    });
    expect(await send('/v1/input', '{')).toMatchObject({
      status: 400,
      body: { code: 400, message: 'The body is not JSON.' },
    });
    expect(await send('/api/v2/logs', Buffer.alloc(5 * 2 ** 20 + 1, ' '))).toMatchObject({ status: 413 });
  });

  it('takes the key where Datadog’s clients put it', async () => {
    await start(true);
    expect((await send('/api/v2/logs', LOGS)).status).toBe(401);
    expect((await send('/api/v2/logs', LOGS, { 'dd-api-key': 'nonsense' })).status).toBe(403);
    expect((await send('/api/v2/logs', LOGS, { 'dd-api-key': server.key })).status).toBe(202);
    expect((await send(`/v1/input?dd-api-key=${server.key}`, LOGS)).status).toBe(200);
  });
});
