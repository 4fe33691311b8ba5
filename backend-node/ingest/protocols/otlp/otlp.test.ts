import { gzipSync } from 'node:zlib';

import { PbfReader } from 'pbf';

import { otlp } from '.';
import { logsProtobufOf, tracesProtobufOf } from './testing/encode-protobuf';
import { tracesJsonOf } from './testing/encode-json';
import { shopSpans } from './testing/shop-spans';
import { rowsOf } from '../../intake/decoder';
import { Overload } from '../../intake/overload';
import { NO_TIME } from '../../normalise';
import { startProtocolServer, type ProtocolServer } from '../testing/protocol-server';

const PROTOBUF = 'application/x-protobuf';
const JSON_TYPE = 'application/json';

let server: ProtocolServer;

beforeEach(async () => {
  server = await startProtocolServer({ protocols: [otlp] });
});
afterEach(() => server.close());

interface Answer {
  status: number;
  type: string | null;
  retryAfter: string | null;
  body: Buffer;
}

async function post(
  path: string,
  body: Buffer | string,
  type: string,
  headers: Record<string, string> = {}
): Promise<Answer> {
  const response = await fetch(`${server.url}${path}`, {
    method: 'POST',
    body: new Uint8Array(Buffer.from(body)),
    headers: { ...(type ? { 'content-type': type } : {}), ...headers },
  });
  return {
    status: response.status,
    type: response.headers.get('content-type'),
    retryAfter: response.headers.get('retry-after'),
    body: Buffer.from(await response.arrayBuffer()),
  };
}

/** The fields of a message whose fields are numbers and texts, by number. */
function fieldsOf(body: Uint8Array, inside?: number): Record<number, string | number> {
  const fields: Record<number, string | number> = {};
  let nested: Uint8Array | undefined;
  new PbfReader(body).readFields((tag, _, pbf) => {
    if (tag === inside) {
      nested = pbf.readBytes();
    } else {
      fields[tag] = pbf.type === 2 ? pbf.readString() : pbf.readVarint();
    }
  }, undefined);
  return nested ? fieldsOf(nested) : fields;
}

it.each([
  ['protobuf', PROTOBUF, tracesProtobufOf, {}],
  ['JSON', JSON_TYPE, tracesJsonOf, {}],
  ['JSON with a charset', `${JSON_TYPE}; charset=utf-8`, tracesJsonOf, {}],
])('takes traces in %s, and answers in it', async (_, type, encode) => {
  const answer = await post('/v1/traces', encode(shopSpans(5)), type);
  expect(answer).toMatchObject({ status: 200, type: expect.stringContaining(type.split(';')[0]!) as string });
  expect(answer.body.toString()).toBe(type === PROTOBUF ? '' : '{}');
  expect(server.recorded.records).toHaveLength(5);
});

it('takes what is compressed', async () => {
  const answer = await post('/v1/traces', gzipSync(tracesProtobufOf(shopSpans(5))), PROTOBUF, {
    'content-encoding': 'gzip',
  });
  expect(answer.status).toBe(200);
  expect(server.recorded.records).toHaveLength(5);
});

it.each([
  ['/v1/traces', PROTOBUF, ''],
  ['/v1/logs', PROTOBUF, ''],
  ['/v1/metrics', PROTOBUF, ''],
  ['/v1/traces', JSON_TYPE, '{}'],
  ['/v1/logs', JSON_TYPE, '{"resourceLogs":[]}'],
  ['/v1/metrics', JSON_TYPE, '{}'],
])('an empty request to %s (%s) is a success', async (path, type, body) => {
  expect(await post(path, body, type)).toMatchObject({ status: 200, type: expect.stringContaining(type) as string });
});

it('says how many it did not take, and why, and takes the rest', async () => {
  const model = shopSpans(3);
  model.resources[0]!.scopes[0]!.items[1]!.start = '0';
  const protobuf = await post('/v1/traces', tracesProtobufOf(model), PROTOBUF);
  const message = `span 1 ${NO_TIME}. \`apitrail rejects\` lists them.`;
  expect(protobuf.status).toBe(200);
  expect(fieldsOf(protobuf.body, 1)).toEqual({ 1: 1, 2: message });
  const json = await post('/v1/traces', tracesJsonOf(model), JSON_TYPE);
  expect(JSON.parse(json.body.toString())).toEqual({ partialSuccess: { rejectedSpans: '1', errorMessage: message } });
  const { decoded } = server.recorded.submitted[0]!;
  expect([rowsOf(decoded), decoded.rejects.length]).toEqual([2, 1]);
});

it('what is sent again is taken in once', async () => {
  const body = tracesProtobufOf(shopSpans(4));
  await post('/v1/traces', body, PROTOBUF);
  expect((await post('/v1/traces', body, PROTOBUF)).status).toBe(200);
  await post('/v1/traces', tracesJsonOf(shopSpans(6)), JSON_TYPE);
  expect(
    server
      .log()
      .filter(({ known }) => known !== undefined)
      .map(({ known }) => known)
  ).toEqual([0, 4, expect.any(Number)]);
});

it('a body that cannot be read is 400, with a status in the encoding of the request', async () => {
  const protobuf = await post('/v1/traces', Buffer.from([0x0a, 0x05, 0x00]), PROTOBUF);
  expect(protobuf).toMatchObject({ status: 400, type: PROTOBUF, retryAfter: null });
  expect(fieldsOf(protobuf.body)).toEqual({
    1: 3,
    2: 'The body is no OTLP in protobuf: a length of 5, which is more than there is, at byte 1. [APITRAIL_BAD_BODY]',
  });
  const json = await post('/v1/logs', '{"resourceLogs":7}', JSON_TYPE);
  expect(json.status).toBe(400);
  expect(JSON.parse(json.body.toString())).toEqual({
    code: 3,
    message: 'The body is no OTLP in JSON: resourceLogs is no list. [APITRAIL_BAD_BODY]',
  });
});

it.each(['text/plain', '', 'application/grpc'])('media type %j is 415', async (type) => {
  expect((await post('/v1/traces', 'x', type)).status).toBe(415);
});

it.each([
  ['APITRAIL_INGEST_BUSY', 14],
  ['APITRAIL_DISK_FULL', 8],
  ['APITRAIL_STOPPING', 14],
] as const)('%s is 503 with the time to try again', async (code, status) => {
  server.recorded.overload = new Overload(code, 'Not now.', 7);
  const answer = await post('/v1/logs', logsProtobufOf({ resources: [] }), PROTOBUF);
  expect(answer).toMatchObject({ status: 503, retryAfter: '7' });
  expect(fieldsOf(answer.body)).toEqual({ 1: status, 2: `Not now. [${code}]` });
});

it('a body that is too large is 413', async () => {
  await server.close();
  server = await startProtocolServer({ protocols: [otlp], requestBytes: 100 });
  expect((await post('/v1/traces', tracesJsonOf(shopSpans(5)), JSON_TYPE)).status).toBe(413);
});

it('without a key it is 401', async () => {
  await server.close();
  server = await startProtocolServer({ protocols: [otlp], keys: true });
  const body = tracesProtobufOf(shopSpans(1));
  const refused = await post('/v1/traces', body, PROTOBUF);
  expect(refused.status).toBe(401);
  expect(fieldsOf(refused.body)[1]).toBe(16);
  expect((await post('/v1/traces', body, PROTOBUF, { authorization: `Bearer ${server.key}` })).status).toBe(200);
});

it('metrics are counted and refused, with what to do about them', async () => {
  const points = [{ asInt: '1' }, { asInt: '2' }];
  const body = {
    resourceMetrics: [
      {
        scopeMetrics: [
          {
            metrics: [
              { name: 'a', sum: { dataPoints: points } },
              { name: 'b', gauge: { dataPoints: [{}] } },
            ],
          },
        ],
      },
    ],
  };
  const json = await post('/v1/metrics', JSON.stringify(body), JSON_TYPE);
  expect(json.status).toBe(200);
  expect(JSON.parse(json.body.toString())).toMatchObject({
    partialSuccess: {
      rejectedDataPoints: '3',
      errorMessage: expect.stringContaining('OTEL_METRICS_EXPORTER=none') as string,
    },
  });
  // ResourceMetrics { ScopeMetrics { Metric { name, sum { two points } } } }
  const metric = [0x0a, 1, 0x61, 0x3a, 4, 0x0a, 0, 0x0a, 0];
  const bytes = [0x0a, metric.length + 4, 0x12, metric.length + 2, 0x12, metric.length, ...metric];
  const protobuf = await post('/v1/metrics', Buffer.from(bytes), PROTOBUF);
  expect(fieldsOf(protobuf.body, 1)[1]).toBe(2);
});
