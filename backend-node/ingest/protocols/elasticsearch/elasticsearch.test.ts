import { Overload } from '../../intake/overload';
import { startProtocolServer, type ProtocolServer } from '../testing/protocol-server';
import { elasticsearch } from './elasticsearch';

let server: ProtocolServer;

beforeEach(async () => {
  server = await startProtocolServer({ protocols: [elasticsearch] });
});
afterEach(() => server.close());

const ask = async (method: string, path: string, body?: string, headers: Record<string, string> = {}) => {
  const answer = await fetch(server.url + path, { method, headers, ...(body === undefined ? {} : { body }) });
  const text = await answer.text();
  return { status: answer.status, headers: answer.headers, body: text === '' ? undefined : JSON.parse(text) };
};
const bulk = (path: string, lines: Array<object | string>, headers = {}) =>
  ask('POST', path, lines.map((line) => `${typeof line === 'string' ? line : JSON.stringify(line)}\n`).join(''), {
    'content-type': 'application/x-ndjson',
    ...headers,
  });

/** A document as Filebeat’s nginx module sends it. */
const document = {
  '@timestamp': '2026-11-02T10:00:00.000Z',
  agent: { type: 'filebeat', id: 'a', version: '8.19.0' },
  ecs: { version: '8.0.0' },
  event: { duration: 12_500_000, original: '203.0.113.9 - - "GET /orders/7?debug=1"', outcome: 'success' },
  http: {
    request: { method: 'get', id: 'r-1', referrer: 'https://a.example/', body: { bytes: 12 } },
    response: { status_code: 502, body: { bytes: 512 } },
    version: '1.1',
  },
  url: { original: '/orders/7?debug=1', path: '/orders/7', domain: 'api.example' },
  source: { ip: '203.0.113.9' },
  user: { id: 'u-7' },
  user_agent: { original: 'curl/8' },
  service: { name: 'shop', environment: 'prod', version: '1.2' },
  trace: { id: '4bf92f3577b34da6a3ce929d0e0e4736' },
  labels: { team: 'blue' },
};

test('a document of the common schema becomes a record; what the shipper says of itself does not', async () => {
  const { status, body } = await bulk('/_bulk', [{ index: { _index: 'logs' } }, document]);
  expect(status).toBe(200);
  expect(body).toMatchObject({ errors: false, items: [{ index: { _index: 'logs', status: 201, result: 'created' } }] });
  const [record] = server.recorded.records;
  expect(record).toMatchObject({
    time: Date.parse('2026-11-02T10:00:00Z') * 1000,
    duration_ms: 12.5,
    method: 'GET',
    path: '/orders/7',
    host: 'api.example',
    status: 502,
    request_bytes: 12,
    response_bytes: 512,
    protocol: '1.1',
    client_ip: '203.0.113.9',
    customer: 'u-7',
    user_agent: 'curl/8',
    service: 'shop',
    service_version: '1.2',
    environment: 'prod',
    trace_id: '4bf92f3577b34da6a3ce929d0e0e4736',
    request_id: 'r-1',
    source: 'elasticsearch',
    attributes: {
      'http.request.header.referer': 'https://a.example/',
      'labels.team': 'blue',
      'event.outcome': 'success',
    },
  });
  expect(Object.keys(record!.attributes!)).toHaveLength(3);
});

test('dotted names mean the same as nested ones', async () => {
  await bulk('/logs/_bulk', [
    { create: {} },
    {
      '@timestamp': 1793613600000,
      'http.request.method': 'POST',
      'url.full': 'https://a.example/x?y=1',
      'http.response.status_code': 201,
    },
  ]);
  expect(server.recorded.records).toMatchObject([
    { method: 'POST', path: '/x', host: 'a.example', scheme: 'https', status: 201 },
  ]);
});

test('the start of the event goes before its time', async () => {
  await bulk('/_bulk', [
    { index: { _index: 'a' } },
    {
      '@timestamp': '2026-11-02T10:00:05Z',
      event: { start: '2026-11-02T10:00:00Z', end: '2026-11-02T10:00:05Z' },
      url: { path: '/' },
    },
  ]);
  expect(server.recorded.records[0]).toMatchObject({
    time: Date.parse('2026-11-02T10:00:00Z') * 1000,
    attributes: undefined,
  });
});

test('a line of an access log that a shipper sends as it is, is read', async () => {
  await bulk('/_bulk', [
    { create: { _index: 'filebeat' } },
    {
      '@timestamp': '2026-11-02T10:00:09Z',
      message: '203.0.113.9 - - [02/Nov/2026:10:00:00 +0000] "GET /orders/7 HTTP/1.1" 200 512 "-" "curl/8"',
      service: { name: 'shop' },
    },
  ]);
  expect(server.recorded.records).toMatchObject([
    { time: Date.parse('2026-11-02T10:00:00Z') * 1000, path: '/orders/7', status: 200, service: 'shop' },
  ]);
});

test('every action is answered in its place', async () => {
  const { body } = await bulk('/logs/_bulk?refresh=wait_for&pipeline=x&timeout=1m', [
    { index: { _id: 'a' } },
    document,
    { delete: { _id: 'a' } },
    '',
    { update: { _id: 'a' } },
    { doc: {} },
    { create: { _index: 'other' } },
    { hello: 'world' },
    { create: {} },
    'no json',
    { create: {} },
    document,
  ]);
  expect(body.errors).toBe(true);
  expect(typeof body.took).toBe('number');
  expect(
    body.items.map((item: Record<string, { status: number; error?: { type: string } }>) => {
      const [[action, { status, error }]] = Object.entries(item) as [
        [string, { status: number; error?: { type: string } }],
      ];
      return [action, status, error?.type];
    })
  ).toEqual([
    ['index', 201, undefined],
    ['delete', 400, 'illegal_argument_exception'],
    ['update', 400, 'illegal_argument_exception'],
    ['create', 400, 'mapper_parsing_exception'],
    ['create', 400, 'mapper_parsing_exception'],
    ['create', 201, undefined],
  ]);
  expect(body.items[3].create.error.reason).toMatch(/no time that can be read/);
  const [{ batch, decoded }] = server.recorded.submitted as [(typeof server.recorded.submitted)[0]];
  expect(batch.params).toEqual({ index: 'logs' });
  expect(decoded.indexes).toEqual([0, 5]);
  expect(decoded.ids).toEqual(['logs/a', undefined]);
});

test('a document is not counted twice: create conflicts, index writes the same again', async () => {
  const send = (action: string, index = 'logs') =>
    bulk('/_bulk', [{ [action]: { _index: index, _id: '7' } }, document]);
  await send('create');
  expect((await send('create')).body).toMatchObject({
    errors: true,
    items: [{ create: { _id: '7', status: 409, error: { type: 'version_conflict_engine_exception' } } }],
  });
  expect((await send('index')).body).toMatchObject({
    errors: false,
    items: [{ index: { status: 200, result: 'updated' } }],
  });
  expect((await send('create', 'others')).body).toMatchObject({ items: [{ create: { status: 201 } }] });
});

test('documents without an id get one, the same when the batch is sent again', async () => {
  const send = async () =>
    (
      await bulk('/_bulk', [{ index: { _index: 'a' } }, document, { index: { _index: 'a' } }, document], {
        'idempotency-key': 'k',
      })
    ).body;
  const [first, again] = [await send(), await send()];
  const ids = first.items.map((item: { index: { _id: string } }) => item.index._id);
  expect(new Set(ids).size).toBe(2);
  expect(again.items.map((item: { index: { _id: string } }) => item.index._id)).toEqual(ids);
  expect(server.recorded.submitted).toHaveLength(1);
});

test.each([
  ['nothing', '', /request body is required/],
  ['no line end at the end', '{"index":{"_index":"a"}}\n{"a":1}', /terminated by a newline/],
  ['an action that is no object', '[1]\n{}\n', /Malformed action.*line \[1\]/],
  ['an unknown action', '{"upsert":{}}\n{}\n', /\[create\], \[delete\], \[index\] or \[update\]/],
  ['two actions in one line', '{"index":{"_index":"a"},"create":{"_index":"a"}}\n{}\n', /Malformed/],
  ['no index', '{"index":{}}\n{}\n', /index is missing/],
  ['an action without its document', '{"index":{"_index":"a"}}\n', /ends before the document/],
  ['only blank lines', '\n\n', /no requests added/],
  ['an id that is too long', `{"index":{"_index":"a","_id":"${'x'.repeat(600)}"}}\n{}\n`, /512 bytes/],
])('%s: all of the body is refused, as Elasticsearch does', async (_, body, reason) => {
  const answer = await ask('POST', '/_bulk', body, { 'content-type': 'application/x-ndjson' });
  expect(answer).toMatchObject({
    status: 400,
    body: { status: 400, error: { type: 'illegal_argument_exception', reason: expect.stringMatching(reason) } },
  });
  expect(answer.headers.get('x-elastic-product')).toBe('Elasticsearch');
  expect(server.recorded.submitted).toEqual([]);
});

test('overload: every action is to be sent again, also what cannot be understood', async () => {
  server.recorded.overload = new Overload('APITRAIL_INGEST_BUSY', 'Too much is waiting.', 3);
  const { status, headers, body } = await bulk('/_bulk', [
    { create: { _index: 'a' } },
    document,
    { create: { _index: 'a' } },
    'x',
  ]);
  expect([status, headers.get('retry-after'), body.errors]).toEqual([200, '3', true]);
  expect(
    body.items.map(({ create }: { create: { status: number; error: { type: string } } }) => [
      create.status,
      create.error.type,
    ])
  ).toEqual([
    [429, 'es_rejected_execution_exception'],
    [429, 'es_rejected_execution_exception'],
  ]);
});

test.each(['syslog-ng 3.38.1/libcurl 7.88.1', 'Vector/0.50.0'])(
  'overload: %s looks at the status alone, and is told by it',
  async (agent) => {
    server.recorded.overload = new Overload('APITRAIL_INGEST_BUSY', 'Too much is waiting.', 3);
    const answer = await bulk('/_bulk', [{ create: { _index: 'a' } }, document], { 'user-agent': agent });
    expect([answer.status, answer.headers.get('retry-after')]).toEqual([429, '3']);
  }
);

test('overload before the body is read is 429 for all of it', async () => {
  server.recorded.notNow = new Overload('APITRAIL_DISK_FULL', 'The disk is full.', 30);
  const answer = await bulk('/_bulk', [{ create: { _index: 'a' } }, document]);
  expect(answer).toMatchObject({ status: 429, body: { error: { type: 'cluster_block_exception' }, status: 429 } });
  expect(answer.headers.get('retry-after')).toBe('30');
});

test('single documents are taken in, on several lines too', async () => {
  const text = JSON.stringify(document, null, 2);
  expect(await ask('POST', '/logs/_doc', text)).toMatchObject({
    status: 201,
    body: { _index: 'logs', result: 'created' },
  });
  expect(await ask('PUT', '/logs/_create/7', text)).toMatchObject({ status: 201, body: { _id: '7' } });
  expect(await ask('PUT', '/logs/_create/7', text)).toMatchObject({ status: 409 });
  expect(await ask('PUT', '/logs/_doc/7', text)).toMatchObject({ status: 200, body: { result: 'updated' } });
  expect(await ask('POST', '/logs/_doc', '{"a":1}')).toMatchObject({
    status: 400,
    body: { error: { type: 'mapper_parsing_exception' } },
  });
  server.recorded.overload = new Overload('APITRAIL_STOPPING', 'It stops.', 3);
  expect(await ask('POST', '/logs/_doc', text)).toMatchObject({ status: 503 });
});

test('what clients ask before they write is answered', async () => {
  expect((await ask('GET', '/')).body).toMatchObject({
    version: { number: '9.99.0', build_flavor: 'default' },
    tagline: 'You Know, for Search',
  });
  expect(await ask('HEAD', '/')).toMatchObject({ status: 200, body: undefined });
  expect((await ask('GET', '/_license')).body).toMatchObject({ license: { status: 'active' } });
  expect((await ask('GET', '/_xpack')).body).toMatchObject({ features: { ilm: { enabled: false } } });
  expect((await ask('GET', '/_cluster/health')).body).toMatchObject({ status: 'green' });
  for (const path of [
    '/_index_template/a',
    '/_template/a',
    '/_ilm/policy/a',
    '/_ingest/pipeline/a',
    '/_component_template/a',
  ]) {
    expect(await ask('HEAD', path)).toMatchObject({ status: 200 });
    expect(await ask('PUT', path, '{}')).toMatchObject({ status: 200, body: { acknowledged: true } });
  }
  expect(await ask('PUT', '/%3Clogs-%7Bnow%2Fd%7D-000001%3E')).toMatchObject({
    status: 200,
    body: { index: '<logs-{now/d}-000001>' },
  });
  expect(await ask('PUT', '/_scripts')).toMatchObject({ status: 404 });
});

test.each(['/_search', '/logs/_search', '/_cat/indices', '/_scripts'])(
  '%s is not here, said as Elasticsearch does',
  async (path) => {
    const { status, headers, body } = await ask('POST', path, '{}');
    expect([status, headers.get('x-elastic-product')]).toEqual([404, 'Elasticsearch']);
    expect(body).toMatchObject({ error: { type: 'resource_not_found_exception', root_cause: [{}] }, status: 404 });
  }
);

test.each([
  ['GET', '/_bulk', 'POST, PUT'],
  ['DELETE', '/logs', 'HEAD, PUT'],
])('%s %s is not taken, said as Elasticsearch does', async (method, path, allowed) => {
  const { status, headers, body } = await ask(method, path);
  expect([status, headers.get('allow'), body]).toEqual([
    405,
    allowed,
    { error: expect.stringContaining(method), status },
  ]);
});

test('addresses of nobody are not taken for Elasticsearch’s', async () => {
  for (const path of ['/a/b/c', '/%zz', '/logs/']) {
    expect((await ask('GET', path)).body).toMatchObject({ error: { code: 'APITRAIL_NOT_FOUND' } });
  }
});

test('filter_path may say what is left out, and what is left of that', async () => {
  const lines = [{ create: { _id: '1' } }, document, { create: {} }, '{"a":1}'];
  const asked = async (filter: string) => (await bulk(`/a/_bulk?filter_path=${filter}`, lines)).body;
  expect(Object.keys(await asked('-items'))).toEqual(['errors', 'took']);
  expect(await asked('items,-items.*._*,-**.reason')).toEqual({
    items: [
      { create: { status: 409, error: expect.anything() } },
      { create: { status: 400, error: { type: 'mapper_parsing_exception' } } },
    ],
  });
});

test('answers have the media type the client asked for, only what it wants to see, and are pretty when told', async () => {
  const accept = 'application/vnd.elasticsearch+json; compatible-with=9';
  const { headers, body } = await bulk(
    '/a/_bulk?filter_path=errors,items.*.error,items.*.status',
    [{ create: {} }, document],
    { accept }
  );
  expect(headers.get('content-type')).toBe('application/vnd.elasticsearch+json;compatible-with=9');
  expect(body).toEqual({ errors: false, items: [{ create: { status: 201 } }] });
  const text = await (await fetch(`${server.url}/?pretty`)).text();
  expect(text).toContain('\n  "name"');
});

describe('with keys', () => {
  beforeEach(async () => {
    await server.close();
    server = await startProtocolServer({ protocols: [elasticsearch], keys: true });
  });

  test.each([
    ['ApiKey of an id and the key', (key: string) => `ApiKey ${Buffer.from(`apitrail:${key}`).toString('base64')}`],
    ['ApiKey of the bare key', (key: string) => `ApiKey ${key}`],
    ['Basic', (key: string) => `Basic ${Buffer.from(`elastic:${key}`).toString('base64')}`],
    ['Bearer', (key: string) => `Bearer ${key}`],
  ])('%s is let in', async (_, authorization) => {
    expect(await ask('GET', '/', undefined, { authorization: authorization(server.key) })).toMatchObject({
      status: 200,
    });
  });

  test('none, a wrong one and one of another scope are refused in Elasticsearch’s form', async () => {
    expect(await ask('GET', '/')).toMatchObject({
      status: 401,
      body: { error: { type: 'security_exception' }, status: 401 },
    });
    const authorization = `Basic ${Buffer.from('elastic:changeme').toString('base64')}`;
    expect(await ask('POST', '/_bulk', '{}', { authorization })).toMatchObject({ status: 401 });
    const query = await server.newKey('query');
    expect(await ask('POST', '/_bulk', '{}', { authorization: `Bearer ${query}` })).toMatchObject({ status: 403 });
    expect(JSON.stringify(server.log())).not.toContain(query.split('_')[3]);
  });
});
