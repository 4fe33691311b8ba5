import fc from 'fast-check';

import { testDecoder } from '../testing/decoder-properties';
import { readBulk } from './bulk-body';
import { bulkDecoder } from './bulk-decoder';

const context = { params: { index: 'logs' }, receivedAt: Date.parse('2026-11-02T12:00:00Z') * 1000 };
const document = {
  '@timestamp': '2026-11-02T10:00:00Z',
  event: { duration: 12_500_000 },
  http: { request: { method: 'GET' }, response: { status_code: 200 } },
  url: { original: '/orders/7?a=1' },
};
const bodyOf = (...lines: object[]): Buffer => Buffer.from(lines.map((line) => `${JSON.stringify(line)}\n`).join(''));
const line = '203.0.113.9 - - [02/Nov/2026:10:00:00 +0000] "GET /é HTTP/1.1" 200 512 "-" "curl/8"';

describe('any body', () => {
  testDecoder({
    decoder: bulkDecoder,
    params: context.params,
    bodies: [
      bodyOf({ create: {} }, document, { create: {} }, document),
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
