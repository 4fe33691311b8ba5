import { rowsOf } from '../intake/decoder';
import { decoderNamed } from './registry';
import { MOST_ITEMS } from './shared/body-bounds';

const TOO_LARGE = expect.objectContaining({ code: 'APITRAIL_BODY_TOO_LARGE', status: 413 }) as Error;
const RECEIVED_AT = Date.parse('2026-11-02T12:00:00Z') * 1000;

const decode = (name: string, body: Buffer, params: Record<string, string> = {}) =>
  decoderNamed(name)!.decode(body, { params, receivedAt: RECEIVED_AT });

const lines = (unit: string) => (count: number) => Buffer.from(unit.repeat(count));
const list = (before: string, unit: string, after: string) => (count: number) =>
  Buffer.from(`${before}${Array<string>(count).fill(unit).join(',')}${after}`);
const message = (field: number, inner: Buffer): Buffer => {
  const size: number[] = [];
  for (let rest = inner.length; rest > 0 || size.length === 0; rest >>>= 7) {
    size.push(rest < 0x80 ? rest : (rest & 0x7f) | 0x80);
  }
  return Buffer.concat([Buffer.from([field * 8 + 2, ...size]), inner]);
};
const none = Buffer.alloc(0);
const messages = (field: number, count: number): Buffer =>
  Buffer.concat(Array<Buffer>(count).fill(message(field, none)));

const bodies: Array<[what: string, decoder: string, params: Record<string, string>, body: (items: number) => Buffer]> =
  [
    ['lines', 'lines', { format: 'combined' }, lines('a\n')],
    ['blank lines', 'lines', { format: 'combined' }, lines('\n')],
    ['JSON lines', 'lines', { format: 'json' }, lines('{"time":"2026-11-02T10:00:00Z","path":"/a"}\n')],
    ['actions', 'elasticsearch', {}, lines('{"delete":{"_index":"a","_id":"1"}}\n')],
    ['documents', 'elasticsearch', {}, lines('{"create":{"_index":"a"}}\n{}\n')],
    ['raw events', 'splunk-raw', {}, lines('a\n')],
    ['events', 'splunk-event', {}, lines('{"event":"x"}')],
    ['texts', 'datadog-logs', { form: 'text' }, lines('a\n')],
    ['logs', 'datadog-logs', {}, list('[', '"a"', ']')],
    ['entries', 'loki-push', { form: 'json' }, list('{"streams":[{"stream":{"a":"b"},"values":[', '["1",""]', ']}]}')],
    ['entries in protobuf', 'loki-push', { form: 'protobuf' }, (count) => message(1, messages(2, count))],
    ['log records', 'otlp-logs-protobuf', {}, (count) => message(1, message(2, messages(2, count)))],
  ];

test.each(bodies)('a body has so many %s and no more', (_, decoder, params, body) => {
  const { records, rejects, ignored = 0, ...rest } = decode(decoder, body(MOST_ITEMS), params);
  expect(rowsOf({ records, ...rest }) + rejects.length + ignored).toBeLessThanOrEqual(MOST_ITEMS);
  expect(() => decode(decoder, body(MOST_ITEMS + 1), params)).toThrow(TOO_LARGE);
});

const attributes = (count: number): string =>
  Array.from({ length: count }, (_, index) => `,"k${index}":"${index}"`).join('');
const wide = `{"time":"2026-11-02T10:00:00Z","path":"/a"${attributes(1000)}}`;

test.each([
  ['lines', 'lines', { format: 'json' }, lines(`${wide}\n`)],
  ['documents', 'elasticsearch', {}, lines(`{"create":{"_index":"a"}}\n${wide}\n`)],
  ['raw events', 'splunk-raw', {}, lines(`${wide}\n`)],
  ['empty streams', 'loki-push', { form: 'protobuf' }, (count: number) => messages(1, 30 * count)],
  ['empty scopes', 'otlp-logs-protobuf', {}, (count: number) => message(1, messages(2, 30 * count))],
  [
    'scopes of a resource of many parts',
    'otlp-traces-protobuf',
    {},
    (count: number) => message(1, Buffer.concat([messages(1, 100_000), messages(2, count)])),
  ],
  [
    'scopes of a large resource',
    'otlp-traces-json',
    {},
    (count: number) =>
      list(
        `{"resourceSpans":[{"resource":{"attributes":[${JSON.stringify({ key: 'a', value: { stringValue: 'x'.repeat(100_000) } })}]},"scopeSpans":[`,
        '{}',
        ']}]}'
      )(count),
  ],
  ['values', 'splunk-event', {}, list('{"event":[', '{}', ']}')],
])('%s that take much more memory than their body are given up', (_, decoder, params, body) => {
  const most = decoder === 'splunk-event' ? 600_000 : 2_000;
  expect(() => decode(decoder, body(most), params)).toThrow(TOO_LARGE);
});

describe('the header of CSV', () => {
  const csv = (header: string, rows: string) => decode('lines', Buffer.from(`${header}\n${rows}`), { format: 'csv' });
  const names = (count: number) => ['time', 'path', ...Array.from({ length: count }, (_, index) => `c${index}`)].join();

  it('has an end to its columns', () => {
    expect(() => csv(names(1023), 'x\n')).toThrow(expect.objectContaining({ code: 'APITRAIL_BAD_FORMAT' }));
    expect(csv(names(1022), 'x\n').rejects).toHaveLength(1);
  });

  it('has an end to its length', () => {
    expect(() => csv(`time,path,${'x'.repeat(20_000)}`, 'x\n')).toThrow(
      expect.objectContaining({ code: 'APITRAIL_BAD_BODY' })
    );
  });

  it('counts with each line that is kept with it', () => {
    expect(() => csv(names(1022), 'x\n'.repeat(40_000))).toThrow(TOO_LARGE);
  });
});
