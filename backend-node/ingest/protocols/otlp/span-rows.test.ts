import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import fc from 'fast-check';

import { tracesProtobuf } from './decoders';
import { asRecords } from './testing/as-records';
import { tracesProtobufOf } from './testing/encode-protobuf';
import type { ModelAttributes, ModelExport, ModelSpan, ModelValue } from './testing/export-model';
import { shopSpans } from './testing/shop-spans';
import { openDuckDb } from '../../../engine/duckdb';
import { sql } from '../../../engine/sql';
import { ColumnarRows, type ColumnarRow } from '../../../lake/hot/columnar-rows';
import { parquetRelation } from '../../../lake/parquet-relation';
import { privacyConfigSchema, Pseudonymiser, type PrivacyConfigInput } from '../../privacy';
import { RowPreparation } from '../../rows/row-preparation';
import { RouteRows } from '../../record-lines';

jest.setTimeout(60_000);

const NOW = Date.UTC(2026, 10, 2, 12);
const CONTEXT = { params: {}, receivedAt: NOW * 1000 };
const KIND = { internal: 1, server: 2, client: 3 };

const text = (string: string): ModelValue => ({ string });
const whole = (int: number): ModelValue => ({ int: String(int) });
/** Values as senders send them, and some that are odd. */
const VALUES: Record<string, ModelValue[]> = {
  'http.request.method': ['GET', 'post', '_OTHER', ''].map(text),
  'http.method': ['PUT', 'GE T'].map(text),
  'http.request.method_original': [text('BREW')],
  'url.path': ['/orders/7', '/ä', '/a?b=c', '/a#b', 'http://x.example/y', '*', '-', '/a\0b'].map(text),
  'url.query': ['a=b', '?a=b', '', '-', 'ä=\0'].map(text),
  'url.scheme': ['https', 'HTTP'].map(text),
  'http.scheme': [text('http')],
  'http.route': ['/orders/:id', '-'].map(text),
  'http.target': ['/cart?x=1', '/cart?', '/cart', '/c#d?e', 'cart', '?x'].map(text),
  'url.full': [
    'https://Shop.example:8443/a/b?c=d',
    'http://shop.example',
    'http://u:p@shop.example/a',
    'http://shop.example/?',
    'ftp://a/b',
    'https://:80/',
    '/a',
  ].map(text),
  'http.url': [text('http://old.example/x')],
  'server.address': ['shop.example', 'Shop.Example:8443', '-', '[::1]:80'].map(text),
  'http.host': [text('host.example:80')],
  'net.host.name': [text('net.example')],
  'http.server_name': [text('named.example')],
  'net.peer.name': [text('peer.example')],
  'server.port': [whole(443), text('443'), whole(-1)],
  'net.host.port': [whole(8080)],
  'net.peer.port': [whole(52_000)],
  'network.peer.address': ['192.0.2.7', '203.0.113.9'].map(text),
  'client.address': ['192.0.2.7', '::FFFF:192.0.2.1', '2001:DB8::1', 'a host', '-'].map(text),
  'http.client_ip': [text('198.51.100.1')],
  'client.port': [whole(50_000), text('50000')],
  'http.response.status_code': [whole(200), whole(500), text('404'), whole(0), whole(1000), text('0404')],
  'http.status_code': [whole(201), text('abc')],
  'http.request.body.size': [whole(10), text('12'), whole(-5), { double: 1.5 }],
  'http.response_content_length': [whole(2 ** 40), text('123456789012345678')],
  'network.protocol.version': ['1.1', '2.0', 'HTTP/1.0', 'h2', '-'].map(text),
  'http.flavor': [text('3.0')],
  'network.protocol.name': ['http', 'spdy'].map(text),
  'network.transport': ['tcp', 'quic'].map(text),
  'user_agent.original': ['curl/8.1', 'Mözilla/5.0', 'x'.repeat(300)].map(text),
  'http.user_agent': [text('old/1')],
  'user.id': [text('u1'), whole(7), text('-')],
  'enduser.id': ['u1', 'u2'].map(text),
  'session.id': ['s1', ''].map(text),
  'error.type': ['500', 'timeout'].map(text),
  'db.system': [text('postgresql')],
  'request_id': ['r-1', 'ä', '-'].map(text),
  'tenant.id': [text('t1')],
  'service.instance.id': [text('i1')],
  'exception.type': [text('E')],
  'http.status_text': [text('OK')],
  'weight': [whole(2)],
  'plan': [text('free'), text(''), { bool: true }, { double: 0.1 }, { double: NaN }, whole(2 ** 52), text('fréé\0')],
  'http.request.header.x-a': [{ list: [text('a'), text('b')] }, { list: [{ map: [['a', text('b')]] }] }],
  'cart': [{ map: [['id', whole(1)]] }, { bytes: Buffer.from([1, 2]) }, { list: [] }],
  'http': [{ map: [['method', text('GET')]] }],
  '__proto__': [text('a')],
  '': [text('a'), { bytes: Buffer.from([0]) }],
}; // prettier-ignore

const attribute = fc
  .constantFrom(...Object.keys(VALUES))
  .chain((name) => fc.constantFrom(...VALUES[name]!).map((value): ModelAttributes[number] => [name, value]));
/** What most spans have, as it is in order, with further ones before and behind. */
const usual = fc.constantFrom<ModelAttributes>(
  [
    ['http.request.method', text('GET')],
    ['url.path', text('/orders/7')],
    ['http.response.status_code', whole(200)],
  ],
  [
    ['http.method', text('GET')],
    ['http.target', text('/orders?page=2')],
    ['http.status_code', whole(404)],
  ],
  [
    ['http.request.method', text('POST')],
    ['url.full', text('https://api.example/v1/charges')],
    ['http.response.status_code', whole(503)],
  ],
  []
);
const attributes = fc
  .tuple(fc.array(attribute, { maxLength: 1 }), usual, fc.array(attribute, { maxLength: 2 }))
  .map((parts) => parts.flat());
const hex = (digits: number): fc.Arbitrary<string> =>
  fc.string({ unit: fc.constantFrom(...'0123456789abcdef'), minLength: digits, maxLength: digits });
const started = BigInt(NOW - 1e6) * 1_000_000n + 123_456n;
const span: fc.Arbitrary<ModelSpan> = fc.record(
  {
    traceId: fc.oneof(
      { weight: 20, arbitrary: hex(32) },
      { weight: 1, arbitrary: fc.constantFrom('', '0'.repeat(32), 'ab') }
    ),
    spanId: fc.oneof({ weight: 20, arbitrary: hex(16) }, { weight: 1, arbitrary: fc.constantFrom('', '0'.repeat(16)) }),
    traceState: fc.constantFrom('', '', '', 'a=b', 'ot=th:8', 'x=1,ot=p:2'),
    name: fc.constant('GET'),
    kind: fc.constantFrom(KIND.server, KIND.server, KIND.server, KIND.client, KIND.client, KIND.internal, 0),
    start: fc.constantFrom(...Array<bigint>(12).fill(started), 0n, 1n, 2n ** 63n).map(String),
    end: fc
      .constantFrom(...Array<bigint>(9).fill(started + 1_234_567n), started + 1n, started - 1n, 0n, started * 2n)
      .map(String),
    attributes,
    events: fc.array(fc.record({ name: fc.constantFrom('exception', 'message', 'message'), attributes }), {
      maxLength: 1,
    }),
    status: fc.record({ code: fc.nat(2), message: fc.constantFrom('', '', '', 'broken') }),
  },
  { requiredKeys: ['traceId', 'spanId', 'name', 'kind', 'start', 'end', 'attributes'] }
);
const ofResource = fc.constantFrom<ModelAttributes[number]>(
  ['service.name', text('shop')],
  ['service.version', text('1.2')],
  ['host.name', text('h1')],
  ['k8s.pod.name', text('pod')],
  ['k8s.namespace.name', text('ns')],
  ['plan', text('of the resource')],
  ['server.address', text('resource.example')],
  ['service.name', text('läden')],
  ['user.id', text('robot')],
  ['url.path', text('/of/resource')],
  ['telemetry.sdk.name', text('x')]
);
const resourceAttributes = fc.array(ofResource, { maxLength: 3 });
const exported: fc.Arbitrary<ModelExport<ModelSpan>> = fc.record({
  resources: fc.array(
    fc.record({
      attributes: resourceAttributes,
      scopes: fc.array(
        fc.record({
          name: fc.constant('http'),
          attributes: fc.oneof(
            { weight: 4, arbitrary: fc.constant<ModelAttributes>([]) },
            { weight: 1, arbitrary: resourceAttributes }
          ),
          items: fc.array(span, { maxLength: 8 }),
        }),
        { minLength: 1, maxLength: 2 }
      ),
    }),
    { minLength: 1, maxLength: 3 }
  ),
});

const LONG = { ...CONTEXT, recordsOnly: true };

it('spans are read the short way as they are the long way', () => {
  let [short, all] = [0, 0];
  fc.assert(
    fc.property(exported, (model) => {
      const body = tracesProtobufOf(model);
      const decoded = tracesProtobuf.decode(body, CONTEXT);
      const expected = tracesProtobuf.decode(body, LONG);
      expect({ ...asRecords(decoded), memory: 0 }).toEqual({ ...expected, memory: 0 });
      // The order of attributes is that of the map in the file.
      expect(asRecords(decoded).records.map(({ attributes: map }) => Object.keys(map ?? {}))).toEqual(
        expected.records.map(({ attributes: map }) => Object.keys(map ?? {}))
      );
      short += decoded.rows?.count ?? 0;
      all += expected.records.length;
    }),
    { numRuns: 1500 }
  );
  // A test in which all went the long way would say nothing.
  expect(short).toBeGreaterThan(all / 10);
});

it('spans as SDKs send them all go the short way', () => {
  const { rows, records } = tracesProtobuf.decode(tracesProtobufOf(shopSpans(3000)), CONTEXT);
  expect([rows?.count, records.length]).toEqual([3000, 0]);
});

it('an attribute without a name says nothing', () => {
  const model = shopSpans(2);
  const { attributes: own } = model.resources[0]!.scopes[0]!.items[0]!;
  own.push(['', text('a')], ['', { bytes: Buffer.from([0]) }]);
  expect(asRecords(tracesProtobuf.decode(tracesProtobufOf(model), CONTEXT)).records).toEqual(
    asRecords(tracesProtobuf.decode(tracesProtobufOf(shopSpans(2)), CONTEXT)).records
  );
});

it('says of a row and of a record at which place of the body each was', () => {
  const model = shopSpans(4);
  model.resources[0]!.scopes[0]!.items[1]!.traceState = 'ot=th:8';
  const { rows, ids } = tracesProtobuf.decode(tracesProtobufOf(model), CONTEXT);
  expect(rows?.places).toEqual([0, 2, 3]);
  const { items } = model.resources[0]!.scopes[0]!;
  const idOf = (index: number): string => `${items[index]!.traceId}:${items[index]!.spanId}`;
  expect([rows?.ids, ids]).toEqual([[idOf(0), idOf(2), idOf(3)], [idOf(1)]]);
});

it.each<[string, PrivacyConfigInput]>([
  ['by default', {}],
  [
    'when everything is kept',
    { customer: 'keep', session: 'keep', client_ip: 'keep', query: 'keep', user_agent: 'keep' },
  ],
])('rows come to the same in a hot file, with their sessions, %s', async (_, config) => {
  const privacy = privacyConfigSchema.parse(config);
  const pseudonymiser = new Pseudonymiser(Buffer.alloc(32, 7));
  const newPreparation = (): RowPreparation =>
    new RowPreparation({
      ...{ privacy, pseudonymiser, sessionGapUs: 60e6, rules: [], documents: [], sessions: null, routes: null },
    });
  const body = tracesProtobufOf(shopSpans(600));
  const long = newPreparation();
  const rowsOfRecords = new ColumnarRows();
  const prepared = tracesProtobuf
    .decode(body, LONG)
    .records.map((record) => ({ record, row: long.prepare(record, 5)! }));
  long.learn(prepared.map(({ row }) => row));
  for (const { record, row } of prepared) {
    const { route, route_source: source } = long.route(row);
    rowsOfRecords.push({
      ...record,
      route: route ?? undefined,
      route_source: source ?? undefined,
    } as unknown as ColumnarRow);
  }

  const short = newPreparation();
  const shortRows = new ColumnarRows();
  const { rows } = tracesProtobuf.decode(body, CONTEXT);
  for (const chunk of rows!.chunks) {
    short.deriveSessions(chunk);
    const routed = new RouteRows(chunk, null);
    short.learnRows(routed);
    short.append(chunk, routed, shortRows, { defaults: rows!.defaults, ingestedAtUs: 5 });
  }

  const folder = await mkdtemp(join(tmpdir(), 'apitrail-span-rows-'));
  const engine = await openDuckDb({});
  try {
    const valuesOf = async (name: string, columns: ColumnarRows): Promise<unknown[][]> => {
      const path = join(folder, name);
      await writeFile(path, Buffer.concat(columns.toParquet()));
      return (await engine.run(sql`SELECT * FROM ${parquetRelation([path])} ORDER BY time, span_id`)).values;
    };
    expect(await valuesOf('short.parquet', shortRows)).toEqual(await valuesOf('long.parquet', rowsOfRecords));
  } finally {
    await engine.close();
    await rm(folder, { recursive: true, force: true });
  }
});
