import { tracesJson, tracesProtobuf } from './decoders';
import { asRecords } from './testing/as-records';
import { tracesJsonOf } from './testing/encode-json';
import { tracesProtobufOf } from './testing/encode-protobuf';
import { withRejectsAgain } from './testing/rejects-again';
import type { ModelAttributes, ModelSpan, ModelValue } from './testing/export-model';
import type { Decoded } from '../../intake/decoder';
import { IMPOSSIBLE_TIME, NO_TIME, type RequestRecord } from '../../normalise';

const START = Date.UTC(2026, 10, 2, 10);
const CONTEXT = { params: {}, receivedAt: (START + 60_000) * 1000 };
const SERVER = 2;
const CLIENT = 3;

type Plain = Record<string, string | number | boolean | ModelValue>;

function attributesOf(plain: Plain): ModelAttributes {
  return Object.entries(plain).map(([name, value]) => [
    name,
    typeof value === 'string'
      ? { string: value }
      : typeof value === 'number'
        ? { int: String(value) }
        : typeof value === 'boolean'
          ? { bool: value }
          : value,
  ]);
}

const span = (attributes: Plain, more: Partial<ModelSpan> = {}): ModelSpan => ({
  traceId: '5b8efff798038103d269b633813fc60c',
  spanId: 'eee19b7ec3c1b174',
  name: 'GET /orders/{id}',
  kind: SERVER,
  start: `${START}000123`,
  end: `${START + 12}500623`,
  attributes: attributesOf(attributes),
  ...more,
});

/** What both encodings make of spans; they are seen to make the same. */
function decode(spans: ModelSpan[], resource: Plain = {}, scope: Plain = {}): Decoded {
  const model = {
    resources: [
      { attributes: attributesOf(resource), scopes: [{ name: 'http', attributes: attributesOf(scope), items: spans }] },
    ],
  };
  const decoded = asRecords(tracesProtobuf.decode(tracesProtobufOf(model), CONTEXT));
  expect(withRejectsAgain(tracesJson, tracesJson.decode(tracesJsonOf(model), CONTEXT), CONTEXT)).toEqual(
    withRejectsAgain(tracesProtobuf, decoded, CONTEXT)
  );
  return decoded;
}

function recordOf(one: ModelSpan, resource: Plain = {}, scope: Plain = {}): RequestRecord {
  const { records, rejects } = decode([one], resource, scope);
  expect(rejects).toEqual([]);
  expect(records).toHaveLength(1);
  return records[0]!;
}

const NEW = {
  'http.request.method': 'GET',
  'http.route': '/orders/{id}',
  'url.path': '/orders/7',
  'url.query': 'full=1',
  'url.scheme': 'https',
  'server.address': 'shop.example.com',
  'server.port': 443,
  'client.address': '203.0.113.9',
  'client.port': 51234,
  'network.peer.address': '10.0.0.3',
  'network.peer.port': 40000,
  'network.protocol.version': '2',
  'user_agent.original': 'curl/8.14.1',
  'http.response.status_code': 200,
  'http.request.body.size': 12,
  'http.response.body.size': 3456,
};
const OLD = {
  'http.method': 'GET',
  'http.route': '/orders/{id}',
  'http.target': '/orders/7?full=1',
  'http.scheme': 'https',
  'http.host': 'shop.example.com:443',
  'net.host.name': 'shop.example.com',
  'net.host.port': 443,
  'http.client_ip': '203.0.113.9',
  'net.peer.ip': '10.0.0.3',
  'net.peer.port': 40000,
  'http.flavor': '2.0',
  'http.user_agent': 'curl/8.14.1',
  'http.status_code': 200,
  'http.status_text': 'OK',
  'http.request_content_length': 12,
  'http.response_content_length': 3456,
};
const ROW = {
  time: START * 1000,
  duration_ms: 12.5005,
  direction: 'server',
  method: 'GET',
  route: '/orders/{id}',
  path: '/orders/7',
  query: 'full=1',
  scheme: 'https',
  host: 'shop.example.com',
  client_ip: '203.0.113.9',
  protocol: '2',
  user_agent: 'curl/8.14.1',
  status: 200,
  request_bytes: 12,
  response_bytes: 3456,
  trace_id: '5b8efff798038103d269b633813fc60c',
  span_id: 'eee19b7ec3c1b174',
  source: 'otlp',
  attributes: { 'server.port': '443', 'network.peer.address': '10.0.0.3' },
};

describe('a server span', () => {
  it.each([
    ['the stable conventions', NEW],
    ['the older ones', OLD],
    ['both at once', { ...OLD, ...NEW }],
    ['both at once, the newer first', { ...NEW, ...OLD }],
    ['any order', Object.fromEntries(Object.entries(OLD).reverse())],
  ])('is a request, by %s', (_, attributes) => {
    expect(recordOf(span(attributes))).toMatchObject(ROW);
    expect(Object.keys(recordOf(span(attributes)).attributes!).sort()).toEqual(['network.peer.address', 'server.port']);
  });

  it('has the method that was sent where it is none of the known', () => {
    const attributes = { ...NEW, 'http.request.method': '_OTHER', 'http.request.method_original': 'PURGE' };
    expect(recordOf(span(attributes)).method).toBe('PURGE');
  });

  it('takes path, query, scheme and host of a whole address', () => {
    expect(recordOf(span({ 'http.method': 'GET', 'http.url': 'https://a.example:8443/x?y=1#z' }))).toMatchObject({
      ...{ path: '/x', query: 'y=1', scheme: 'https', host: 'a.example' },
    });
  });

  it('keeps what has no column, lists as JSON, maps by their members, headers as they were', () => {
    const attributes = {
      ...NEW,
      'shop.plan': 'gold',
      'shop.vip': true,
      'shop.ratio': { double: 0.25 },
      'shop.big': { int: '9007199254740993' },
      'shop.tags': { list: [{ string: 'a' }, { int: '2' }, { bool: false }, { list: [] }] },
      'shop.cart': {
        map: [
          ['items', { int: '3' }],
          ['raw', { bytes: Buffer.from('hi') }],
        ] satisfies ModelAttributes,
      },
      'http.request.header.x-forwarded-proto': { list: [{ string: 'https' }, { string: 'http' }] },
      'user.id': 'u-7',
      'session.id': 's-1',
      tenant: 't-2',
    };
    expect(recordOf(span(attributes))).toMatchObject({
      customer: 'u-7',
      session: 's-1',
      account: 't-2',
      attributes: {
        'shop.plan': 'gold',
        'shop.vip': 'true',
        'shop.ratio': '0.25',
        'shop.big': '9007199254740993',
        'shop.tags': '["a",2,false,[]]',
        'shop.cart.items': '3',
        'shop.cart.raw': 'aGk=',
        'http.request.header.x-forwarded-proto': 'https, http',
      },
    });
  });

  it('has what its resource and scope say, and its own before theirs', () => {
    const resource = {
      'service.name': 'shop',
      'service.version': '4.1',
      'service.instance.id': 'i-1',
      'k8s.pod.name': 'shop-0',
      'deployment.environment': 'staging',
      'cloud.region': 'eu-1',
      'telemetry.sdk.name': 'opentelemetry',
      'process.pid': 1,
      'http.route': '/not/this',
    };
    expect(
      recordOf(span({ 'http.request.method': 'GET', team: 'own' }), resource, { team: 'blue', ring: 'a' })
    ).toMatchObject({
      service: 'shop',
      service_version: '4.1',
      instance: 'i-1',
      environment: 'staging',
      region: 'eu-1',
      attributes: { 'k8s.pod.name': 'shop-0', team: 'own', ring: 'a' },
    });
    expect(recordOf(span(NEW), { 'host.name': 'web-1' })).toMatchObject({
      instance: 'web-1',
      attributes: ROW.attributes,
    });
  });

  it('has the last exception as its error, when it failed', () => {
    const exception = (type: string): NonNullable<ModelSpan['events']>[number] => ({
      name: 'exception',
      attributes: attributesOf({
        'exception.type': type,
        'exception.message': `${type}!`,
        'exception.stacktrace': 'at …',
      }),
    });
    const events = [{ name: 'retry', attributes: [] }, exception('First'), exception('Last')];
    expect(recordOf(span(NEW, { events, status: { code: 2, message: 'failed' } }))).toMatchObject({
      error_type: 'Last',
      error_message: 'Last!',
      attributes: ROW.attributes,
    });
    expect(recordOf(span(NEW, { events })).error_type).toBeUndefined();
    expect(recordOf(span({ ...NEW, 'error.type': '500' }, { status: { code: 2, message: 'failed' } }))).toMatchObject({
      error_type: '500',
      error_message: 'failed',
    });
  });

  it('stands for as many as its sampling says', () => {
    expect(recordOf(span(NEW, { traceState: 'a=b,ot=th:c;rv:1234' })).weight).toBe(4);
    expect(recordOf(span(NEW, { traceState: 'ot=p:3;r:5' })).weight).toBe(8);
    expect(recordOf(span(NEW, { traceState: 'ot=p:63' })).weight).toBeUndefined();
    expect(recordOf(span(NEW, { traceState: 'ot=th:fffff' })).weight).toBe(2 ** 20);
    expect(recordOf(span(NEW, { traceState: 'ot=th:xyz' })).weight).toBeUndefined();
  });

  it.each(['ot=th:ffffffffffffff', 'ot=th:fffff8', 'ot=p:62', 'ot=p:21'])(
    'counts once where %s is not to be believed',
    (traceState) => {
      const one = recordOf(span({ ...NEW, weight: 5 }, { traceState }));
      expect(one).toMatchObject({ weight: undefined, unusable: ['weight'] });
    }
  );

  it('has null where a value cannot be, and says so', () => {
    const backwards = recordOf(span(NEW, { end: `${START - 1}000000` }));
    expect(backwards).toMatchObject({ duration_ms: undefined, unusable: ['duration_ms'] });
    expect(recordOf(span({ ...NEW, 'http.response.status_code': 'ok' }))).toMatchObject({
      status: undefined,
      unusable: ['status'],
    });
    expect(recordOf(span(NEW, { traceId: 'abcd' }))).toMatchObject({ trace_id: undefined, unusable: ['trace_id'] });
    expect(recordOf(span(NEW, { traceId: '0'.repeat(32), spanId: '' }))).toMatchObject({
      ...{ trace_id: undefined, span_id: undefined, unusable: undefined },
    });
  });
});

describe('a client span', () => {
  it('is a request that was made, to its peer', () => {
    const attributes = {
      'http.request.method': 'POST',
      'url.full': 'https://user:secret@pay.example.com:8443/v1/charges?k=1',
      'server.address': 'pay.example.com',
      'network.peer.address': '198.51.100.7',
      'http.response.status_code': 201,
    };
    const record = recordOf(span(attributes, { kind: CLIENT }));
    expect(record).toMatchObject({
      ...{ direction: 'client', host: 'pay.example.com', path: '/v1/charges', query: 'k=1', scheme: 'https' },
      ...{ client_ip: undefined, attributes: { 'network.peer.address': '198.51.100.7' } },
    });
    expect(JSON.stringify(record)).not.toContain('secret');
  });

  it('by the older conventions', () => {
    const attributes = {
      'http.method': 'GET',
      'net.peer.name': 'pay.example.com',
      'net.peer.port': 8443,
      'http.target': '/a',
    };
    expect(recordOf(span(attributes, { kind: CLIENT }))).toMatchObject({
      ...{ host: 'pay.example.com', path: '/a', attributes: { 'server.port': '8443' } },
    });
  });
});

describe('what is no request', () => {
  it.each([
    ['within a service', { kind: 1 }, NEW],
    ['of a producer', { kind: 4 }, NEW],
    ['of a consumer', { kind: 5 }, NEW],
    ['of no kind', { kind: 0 }, NEW],
    [
      'of a database',
      { kind: CLIENT },
      { 'db.system.name': 'elasticsearch', 'http.request.method': 'GET', 'url.full': 'http://es/x' },
    ],
    ['of a call by gRPC', { kind: CLIENT }, { 'rpc.system': 'grpc', 'http.method': 'POST' }],
    ['of a gRPC server', {}, { 'rpc.system': 'grpc', 'rpc.method': 'Get', 'server.address': 'a' }],
    ['that says nothing of HTTP', {}, { 'faas.trigger': 'timer' }],
  ])('a span %s is passed over', (_, more, attributes) => {
    expect(decode([span(attributes as Plain, more)])).toMatchObject({ records: [], rejects: [], ignored: 1 });
  });

  it('a gRPC server over HTTP that has a span of it is one', () => {
    expect(recordOf(span({ ...NEW, 'rpc.system': 'grpc' })).attributes).toMatchObject({ 'rpc.system': 'grpc' });
  });
});

it('rejects what cannot be a row, by its place, and takes the rest', () => {
  const decoded = decode([
    span(NEW, { kind: 1 }),
    span(NEW, { start: '0' }),
    span(NEW),
    span(NEW, { start: '1000' }),
    span({ ...NEW, long: 'x'.repeat(1024 * 1024) }),
    span({ ...NEW, ...Object.fromEntries(Array.from({ length: 1025 }, (_, n) => [`a${n}`, 'x'])) }),
  ]);
  expect(decoded.indexes).toEqual([2]);
  expect(decoded.rejects.map(({ index, reason }) => [index, reason])).toEqual([
    [1, NO_TIME],
    [3, IMPOSSIBLE_TIME],
    [4, 'has attributes of more than 1048576 characters'],
    [5, 'has more than 1024 attributes'],
  ]);
});

it('knows a span by its ids, and by its side of the call', () => {
  const { ids } = decode([span(NEW), span(NEW, { kind: CLIENT }), span(NEW, { traceId: '' })]);
  const id = '5b8efff798038103d269b633813fc60c:eee19b7ec3c1b174';
  expect(ids).toEqual([id, `${id}:client`, undefined]);
});
