import { logsJson, logsProtobuf } from './decoders';
import { logsJsonOf } from './testing/encode-json';
import { logsProtobufOf } from './testing/encode-protobuf';
import { withRejectsAgain } from './testing/rejects-again';
import type { ModelAttributes, ModelLog, ModelValue } from './testing/export-model';
import type { Decoded } from '../../intake/decoder';
import { NO_TIME } from '../../normalise';

const TIME = Date.UTC(2026, 10, 2, 10);
const CONTEXT = { params: {}, receivedAt: (TIME + 60_000) * 1000 };
const LINE = '192.0.2.1 - - [02/Nov/2026:09:59:58 +0000] "GET /a?b=c HTTP/1.1" 200 12 "-" "curl/8"';

const text = (name: string, value: string): ModelAttributes[number] => [name, { string: value }];
const whole = (name: string, value: number): ModelAttributes[number] => [name, { int: String(value) }];

function decode(attributes: ModelAttributes, body?: ModelValue, more: Partial<ModelLog> = {}): Decoded {
  const log: ModelLog = {
    traceId: '5b8efff798038103d269b633813fc60c',
    spanId: 'eee19b7ec3c1b174',
    time: `${TIME}000000`,
    observed: `${TIME + 5}000000`,
    severity: 'INFO',
    attributes,
    ...(body ? { body } : {}),
    ...more,
  };
  const resource = [text('service.name', 'shop')];
  const model = { resources: [{ attributes: resource, scopes: [{ name: 'log', attributes: [], items: [log] }] }] };
  const decoded = logsProtobuf.decode(logsProtobufOf(model), CONTEXT);
  expect(withRejectsAgain(logsJson, logsJson.decode(logsJsonOf(model), CONTEXT), CONTEXT)).toEqual(
    withRejectsAgain(logsProtobuf, decoded, CONTEXT)
  );
  return decoded;
}

const ACCESS = { service: 'shop', method: 'GET', path: '/a', query: 'b=c', status: 200 };
const FIELDS = [
  text('http.request.method', 'GET'),
  text('url.path', '/a?b=c'),
  whole('http.response.status_code', 200),
];

it('is a request by its attributes; its time is that of the end', () => {
  const { records } = decode([...FIELDS, ['http.server.request.duration', { double: 0.25 }]], { string: 'served' });
  expect(records).toMatchObject([
    {
      ...ACCESS,
      time: (TIME - 250) * 1000,
      duration_ms: 250,
      direction: 'server',
      trace_id: '5b8efff798038103d269b633813fc60c',
      attributes: { body: 'served', severity_text: 'INFO' },
    },
  ]);
});

it('is a request by the older conventions', () => {
  const attributes = [text('http.method', 'GET'), text('http.target', '/a?b=c'), whole('http.status_code', 200)];
  expect(decode(attributes).records).toMatchObject([ACCESS]);
});

it('is a request by its body: a line of an access log, whose own time counts', () => {
  const { records } = decode([text('log.file.name', 'access.log')], { string: LINE });
  expect(records).toMatchObject([
    { ...ACCESS, time: (TIME - 2000) * 1000, user_agent: 'curl/8', attributes: { 'log.file.name': 'access.log' } },
  ]);
});

it.each<[string, ModelValue]>([
  ['JSON', { string: '{"method":"GET","url":"/a?b=c","status":200}' }],
  [
    'a map',
    {
      map: [
        ['method', { string: 'GET' }],
        ['url', { string: '/a?b=c' }],
        ['status', { int: '200' }],
      ],
    },
  ],
])('is a request by its body: %s', (_, body) => {
  expect(decode([], body).records).toMatchObject([{ ...ACCESS, time: TIME * 1000 }]);
});

it('takes the time it was seen at where it has none', () => {
  expect(decode(FIELDS, undefined, { time: '0' }).records).toMatchObject([{ time: (TIME + 5) * 1000 }]);
});

it.each<[string, ModelAttributes, ModelValue | undefined]>([
  ['words', [], { string: 'server started' }],
  ['words on the way of a request', [text('http.request.method', 'GET'), text('url.path', '/a')], { string: 'asking' }],
  ['words with the path of a file', [text('path', '/tmp/x')], { string: 'opened' }],
  ['JSON of something else', [], { string: '{"msg":"opened","path":"/tmp/x"}' }],
  ['a list', [], { list: [{ string: LINE }] }],
  ['nothing', [], undefined],
])('passes over %s', (_, attributes, body) => {
  expect(decode(attributes, body)).toMatchObject({ records: [], rejects: [], ignored: 1 });
});

it('rejects a request without a time', () => {
  const { rejects } = decode(FIELDS, undefined, { time: '0', observed: '0' });
  expect(rejects).toMatchObject([{ index: 0, reason: NO_TIME }]);
});
