import fc from 'fast-check';

import { rowsOf } from '../../intake/decoder';
import { idsOf, recordsOf } from '../../intake/places';
import { testDecoder } from '../testing/decoder-properties';
import { readBulk } from './bulk-body';
import { bulkDecoder, decodeBulk } from './bulk-decoder';

const context = { params: { index: 'logs' }, receivedAt: Date.parse('2026-11-02T12:00:00Z') * 1000 };
const document = {
  '@timestamp': '2026-11-02T10:00:00Z',
  event: { duration: 12_500_000 },
  http: { request: { method: 'GET' }, response: { status_code: 200 } },
  url: { original: '/orders/7?a=1' },
};
const request = { time: '2026-11-02T10:00:00Z', duration_ms: 12.5, method: 'GET', path: '/orders/7', status: 200 };
const bodyOf = (...lines: object[]): Buffer => Buffer.from(lines.map((line) => `${JSON.stringify(line)}\n`).join(''));
const line = '203.0.113.9 - - [02/Nov/2026:10:00:00 +0000] "GET /é HTTP/1.1" 200 512 "-" "curl/8"';

describe('any body', () => {
  testDecoder({
    decoder: bulkDecoder,
    params: context.params,
    bodies: [
      bodyOf({ create: {} }, document, { create: {} }, document),
      bodyOf(
        { create: {} },
        request,
        { create: { _id: '1' } },
        request,
        { create: { _id: '2' } },
        { ...request, a: 1 }
      ),
      bodyOf({ index: { _index: 'a', _id: '1' } }, document, { delete: { _id: '1' } }, { update: { _id: '1' } }, {}),
      bodyOf({ index: {} }, { '@timestamp': 1793613600000, message: line }, { index: {} }, { message: { a: 1 } }),
    ],
    items: (body) => readBulk(body, 'logs').length,
  });
});

test('whatever a document is, its action is a record or a reject, and the next one is read', () => {
  const odd = fc.record(
    {
      '@timestamp': fc.oneof(fc.jsonValue(), fc.constant('2026-11-02T10:00:00Z')),
      event: fc.jsonValue(),
      http: fc.oneof(fc.jsonValue(), fc.record({ request: fc.jsonValue(), response: fc.jsonValue() })),
      url: fc.jsonValue(),
      message: fc.jsonValue(),
      'http.response.status_code': fc.jsonValue(),
    },
    { requiredKeys: [] }
  );
  fc.assert(
    fc.property(fc.array(odd, { maxLength: 5 }), (documents) => {
      const body = bodyOf(...[...documents, document].flatMap((one) => [{ create: {} }, one]));
      const { records, rejects, indexes } = bulkDecoder.decode(body, context);
      expect(records.length + rejects.length).toBe(documents.length + 1);
      expect(indexes!.at(-1)).toBe(documents.length);
    })
  );
});

test('a document nested without end is a reject', () => {
  const deep = `{"create":{}}\n{"a":${'['.repeat(200_000)}${']'.repeat(200_000)}}\n`;
  const { rejects } = bulkDecoder.decode(Buffer.from(deep), context);
  expect(rejects).toMatchObject([{ index: 0 }]);
});

test('a reject reads again as the body it was part of', () => {
  const body = bodyOf({ create: { _id: '7' } }, document, { create: { _id: '8' } }, { hello: 'world' });
  const [reject] = bulkDecoder.decode(body, context).rejects;
  expect(reject!.text).toBe('{"create":{"_id":"8"}}\n{"hello":"world"}\n');
  expect(bulkDecoder.decode(Buffer.from(reject!.text), context).rejects).toMatchObject([
    { index: 0, reason: reject!.reason },
  ]);
});

test('documents in the record’s own names become what they are the long way, in their places', () => {
  const documents = fc.oneof(
    {
      weight: 6,
      arbitrary: fc
        .record({
          status: fc.constantFrom(200, 201, 404, 500, '200'),
          client_ip: fc.constantFrom('192.0.2.1', '192.0.2.2', '::1', '-'),
        })
        .map((more) => JSON.stringify({ ...request, ...more })),
    },
    {
      weight: 2,
      arbitrary: fc.constantFrom(
        ...[document, { message: line }, { ...request, plan: 'free' }, { ...request, path: '/ä?b' }].map((one) =>
          JSON.stringify(one)
        )
      ),
    },
    {
      weight: 1,
      arbitrary: fc.constantFrom('', '[]', '{"path":', '{"status":200}', '{}', ` ${JSON.stringify(request)}`),
    }
  );
  const id = fc.oneof(
    { weight: 60, arbitrary: fc.nat(9).map(String) },
    { weight: 3, arbitrary: fc.constantFrom('é', 'a\\b', 'x"y', 7) },
    { weight: 1, arbitrary: fc.constant('') }
  );
  const actions = fc.oneof(
    { weight: 6, arbitrary: id.map((_id) => JSON.stringify({ create: { _index: 'logs', _id } })) },
    { weight: 3, arbitrary: fc.constantFrom('{"create":{}}', '{"index":{"_index":"a"}}', '{"update":{"_id":"1"}}') },
    {
      weight: 1,
      arbitrary: fc.constantFrom(
        ...[
          '{"create":{"_id":"1","_id" : "1"}}',
          '{"create":{"_id":"2","_index":"b","_id":"1"}}',
          '{"delete":{"_id":"1"}}',
        ],
        ...[
          ' {"create":{"_id":"1"}}',
          '{"create":{"_type":"_doc","_id":"3","_index":"c"}}',
          '\n{"create":{"_id":"1"}}\r',
        ]
      ),
    }
  );
  let rows = 0;
  const read = (body: Buffer, recordsOnly: boolean): ReturnType<typeof decodeBulk> | string => {
    try {
      return decodeBulk(body, { ...context, recordsOnly });
    } catch (error) {
      return (error as Error).message;
    }
  };
  fc.assert(
    fc.property(fc.array(fc.tuple(actions, documents), { minLength: 1, maxLength: 60, size: 'max' }), (items) => {
      const lines = items.flatMap(([action, one]) => (action.includes('delete') ? [action] : [action, one]));
      const body = Buffer.from(`${lines.join('\n')}\n`);
      const [short, long] = [read(body, false), read(body, true)];
      if (typeof short === 'string' || typeof long === 'string') {
        expect(short).toEqual(long);
        return;
      }
      expect(short.items).toEqual(long.items);
      expect(recordsOf(short.decoded)).toEqual(long.decoded.records);
      expect(idsOf(short.decoded)).toEqual(long.decoded.ids);
      expect(short.decoded.rejects).toEqual(long.decoded.rejects);
      expect(rowsOf(short.decoded)).toBe(long.decoded.records.length);
      rows += short.decoded.rows?.count ?? 0;
    }),
    { numRuns: 300 }
  );
  expect(rows).toBeGreaterThan(500);
});
