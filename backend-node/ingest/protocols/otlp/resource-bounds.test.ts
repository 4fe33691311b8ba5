import { logsProtobuf, tracesJson, tracesProtobuf } from './decoders';
import { tracesJsonOf } from './testing/encode-json';
import { logsProtobufOf, tracesProtobufOf } from './testing/encode-protobuf';
import type { ModelAttributes, ModelExport, ModelLog } from './testing/export-model';
import { shopSpans } from './testing/shop-spans';
import type { Decoder } from '../../intake/decoder';

const TOO_LARGE = expect.objectContaining({ code: 'APITRAIL_BODY_TOO_LARGE', status: 413 }) as Error;
const AT = Date.parse('2026-11-02T12:00:00Z');
const CONTEXT = { params: {}, receivedAt: AT * 1000 };

const of = <Item>(attributes: number, items: Item[]): ModelExport<Item> => ({
  resources: [
    {
      attributes: Array.from({ length: attributes }, (_, index) => [`r${index}`, { string: 'y'.repeat(20) }]),
      scopes: [{ name: 'http', attributes: [], items }],
    },
  ],
});

const REQUEST: ModelAttributes = [
  ['http.request.method', { string: 'GET' }],
  ['url.path', { string: '/orders' }],
  ['http.response.status_code', { int: '200' }],
];
const spans = (attributes: number, count: number) =>
  of(attributes, shopSpans(count, { start: AT - 3_600_000 }).resources[0]!.scopes[0]!.items);

const LOG: ModelLog = {
  ...{ traceId: '', spanId: '', severity: 'INFO', time: `${AT}000000`, observed: `${AT}000000` },
  attributes: REQUEST,
};

test.each([
  ['spans in JSON', tracesJson, tracesJsonOf(spans(1000, 5000))],
  ['spans in protobuf', tracesProtobuf, tracesProtobufOf(spans(1000, 5000))],
  ['log records', logsProtobuf, logsProtobufOf(of(1000, Array<ModelLog>(5000).fill(LOG)))],
])('what a resource gives each of its items counts: %s', (_, decoder: Decoder, body) => {
  expect(body.length).toBeLessThan(8 * 2 ** 20);
  expect(() => decoder.decode(body, CONTEXT)).toThrow(TOO_LARGE);
});

test('spans read the short way count against a body what they count as records', () => {
  const [fits, exceeds] = [tracesProtobufOf(spans(100, 10_000)), tracesProtobufOf(spans(100, 16_000))];
  for (const recordsOnly of [false, true]) {
    const { records, rows, memory } = tracesProtobuf.decode(fits, { ...CONTEXT, recordsOnly });
    expect([records.length, rows?.count]).toEqual(recordsOnly ? [10_000, undefined] : [0, 10_000]);
    // Each of them becomes an entry of two columns.
    expect(memory).toBeGreaterThan(10_000 * 100 * 8);
    expect(() => tracesProtobuf.decode(exceeds, { ...CONTEXT, recordsOnly })).toThrow(TOO_LARGE);
  }
});

test('sets of attributes that no other span has count in full', () => {
  const model = spans(90, 5000);
  model.resources[0]!.scopes[0]!.items.forEach((span, index) => {
    span.attributes.push(['k', { string: `only ${index}` }]);
  });
  const { rows, memory } = tracesProtobuf.decode(tracesProtobufOf(model), CONTEXT);
  expect(rows!.count).toBe(5000);
  expect(memory).toBeGreaterThan(4000 * 90 * 50);
});
