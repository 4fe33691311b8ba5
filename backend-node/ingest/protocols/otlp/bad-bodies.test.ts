import { ApitrailError } from '@apitrail/contract';
import fc from 'fast-check';

import { logsJson, logsProtobuf, tracesJson, tracesProtobuf } from './decoders';
import { asRecords } from './testing/as-records';
import { logsJsonOf, tracesJsonOf } from './testing/encode-json';
import { logsProtobufOf, tracesProtobufOf } from './testing/encode-protobuf';
import { withRejectsAgain } from './testing/rejects-again';
import type { ModelAttributes, ModelExport, ModelLog, ModelSpan, ModelValue } from './testing/export-model';
import { shopSpans } from './testing/shop-spans';
import type { Decoded, Decoder } from '../../intake/decoder';

const NOW = Date.UTC(2026, 10, 2, 12);
const CONTEXT = { params: {}, receivedAt: NOW * 1000 };

/** What a decoder makes of a body, or the code of its error; every other error is a fault. */
function outcome(decoder: Decoder, body: Buffer): Decoded | string {
  try {
    // How much memory it takes depends on what is remembered of others.
    return { ...asRecords(decoder.decode(body, CONTEXT)), memory: 0 };
  } catch (error) {
    if (error instanceof ApitrailError && error.status < 500) {
      expect(error.where ?? error.code).toMatch(/^byte \d+$|^resource|^the text$|^APITRAIL_BODY_TOO_LARGE$/);
      return error.code;
    }
    throw error;
  }
}

const { value } = fc.letrec<{ value: ModelValue }>((tie) => ({
  value: fc.oneof(
    { maxDepth: 4, depthSize: 'small' },
    fc.record({ string: fc.string({ unit: 'grapheme' }) }),
    fc.record({ bool: fc.boolean() }),
    fc.record({ int: fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }).map(String) }),
    fc.record({ double: fc.double() }),
    fc.record({ bytes: fc.uint8Array({ maxLength: 20 }).map((bytes) => Buffer.from(bytes)) }),
    fc.record({ list: fc.array(tie('value'), { maxLength: 4 }) }),
    fc.record({ map: fc.array(fc.tuple(fc.string({ unit: 'grapheme' }), tie('value')), { maxLength: 4 }) })
  ),
}));
const name = fc.oneof(
  fc.constantFrom(
    ...['http.request.method', 'http.method', 'http.status_code', 'http.response.status_code', 'url.path', 'url.full'],
    ...['http.target', 'http.route', 'http.host', 'server.address', 'client.address', 'net.peer.ip', 'error.type'],
    ...[
      'user.id',
      'db.system',
      'http.flavor',
      'http.request.body.size',
      'weight',
      'time',
      'status',
      'body',
      '__proto__',
    ]
  ),
  fc.string({ unit: 'grapheme', maxLength: 30 })
);
const usual: fc.Arbitrary<ModelAttributes[number]> = fc.oneof(
  fc.constantFrom<ModelAttributes[number]>(
    ['http.request.method', { string: 'GET' }],
    ['http.response.status_code', { int: '200' }],
    ['url.path', { string: '/orders/7' }],
    ['http.url', { string: 'https://a.example/b?c=d' }]
  ),
  fc.tuple(name, value)
);
const attributes: fc.Arbitrary<ModelAttributes> = fc.array(usual, { maxLength: 12 });
const hex = (digits: number): fc.Arbitrary<string> =>
  fc.string({ unit: fc.constantFrom(...'0123456789abcdef'), minLength: digits, maxLength: digits });
const time = fc.oneof(
  fc.bigInt({ min: BigInt(NOW - 1e7) * 1_000_000n, max: BigInt(NOW) * 1_000_000n }),
  fc.constantFrom(0n, 1n, 2n ** 64n - 1n)
).map(String); // prettier-ignore
const span: fc.Arbitrary<ModelSpan> = fc.record(
  {
    traceId: hex(32),
    spanId: hex(16),
    traceState: fc.oneof(fc.constantFrom('ot=th:8', 'x=y,ot=p:2'), fc.string()),
    name: fc.string(),
    kind: fc.constantFrom(2, 2, 3, 1, 0, 7),
    start: time,
    end: time,
    attributes,
    events: fc.array(fc.record({ name: fc.constantFrom('exception', 'other'), attributes }), { maxLength: 2 }),
    status: fc.record({ code: fc.nat(2), message: fc.string() }),
  },
  { requiredKeys: ['traceId', 'spanId', 'name', 'kind', 'start', 'end', 'attributes'] }
);
const log: fc.Arbitrary<ModelLog> = fc.record(
  {
    ...{ traceId: hex(32), spanId: hex(16), time, observed: time, severity: fc.string(), attributes },
    body: fc.oneof(
      value,
      fc.json().map((string) => ({ string }))
    ),
  },
  { requiredKeys: ['traceId', 'spanId', 'time', 'observed', 'severity', 'attributes'] }
);
const exportOf = <Item>(item: fc.Arbitrary<Item>): fc.Arbitrary<ModelExport<Item>> =>
  fc.record({
    resources: fc.array(
      fc.record({
        attributes,
        scopes: fc.array(fc.record({ name: fc.string(), attributes, items: fc.array(item, { maxLength: 5 }) }), {
          maxLength: 3,
        }),
      }),
      { maxLength: 3 }
    ),
  });

describe('the same in both encodings, and every time', () => {
  it('traces', () => {
    fc.assert(
      fc.property(exportOf(span), (model) => {
        const body = tracesProtobufOf(model);
        const decoded = asRecords(tracesProtobuf.decode(body, CONTEXT));
        expect(asRecords(tracesProtobuf.decode(body, CONTEXT))).toEqual(decoded);
        expect(withRejectsAgain(tracesJson, tracesJson.decode(tracesJsonOf(model), CONTEXT), CONTEXT)).toEqual(
          withRejectsAgain(tracesProtobuf, decoded, CONTEXT)
        );
        const items = model.resources.flatMap(({ scopes }) => scopes.flatMap((scope) => scope.items));
        expect(decoded.records.length + decoded.rejects.length + decoded.ignored!).toBe(items.length);
      }),
      { numRuns: 400 }
    );
  });

  it('logs', () => {
    fc.assert(
      fc.property(exportOf(log), (model) => {
        const body = logsProtobufOf(model);
        const decoded = logsProtobuf.decode(body, CONTEXT);
        expect(logsProtobuf.decode(body, CONTEXT)).toEqual(decoded);
        expect(withRejectsAgain(logsJson, logsJson.decode(logsJsonOf(model), CONTEXT), CONTEXT)).toEqual(
          withRejectsAgain(logsProtobuf, decoded, CONTEXT)
        );
      }),
      { numRuns: 400 }
    );
  });
});

describe('bytes that are not what they should be', () => {
  const body = tracesProtobufOf(shopSpans(3));
  const json = tracesJsonOf(shopSpans(2));

  it('cut anywhere: an error or what came before, never a fault', () => {
    for (let length = 0; length < body.length; length++) {
      const seen = outcome(tracesProtobuf, body.subarray(0, length));
      expect(seen).toEqual(length === 0 ? expect.objectContaining({ records: [] }) : 'APITRAIL_BAD_BODY');
    }
    for (let length = 1; length < json.length; length++) {
      expect(outcome(tracesJson, json.subarray(0, length))).toBe('APITRAIL_BAD_BODY');
    }
  });

  it('changed anywhere', () => {
    const edits = fc.array(fc.tuple(fc.nat(body.length - 1), fc.nat(255)), { minLength: 1, maxLength: 6 });
    fc.assert(
      fc.property(edits, (changes) => {
        const changed = Buffer.from(body);
        changes.forEach(([at, byte]) => (changed[at] = byte));
        expect(outcome(tracesProtobuf, changed)).toEqual(outcome(tracesProtobuf, Buffer.from(changed)));
        outcome(logsProtobuf, changed);
        const text = Buffer.from(json);
        changes.forEach(([at, byte]) => (text[at % text.length] = byte));
        outcome(tracesJson, text);
        outcome(logsJson, text);
      }),
      { numRuns: 1000 }
    );
  });

  it('of anything', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 300 }), (bytes) => {
        for (const decoder of [tracesProtobuf, logsProtobuf, tracesJson, logsJson]) {
          outcome(decoder, Buffer.from(bytes));
        }
      }),
      { numRuns: 1000 }
    );
    fc.assert(
      fc.property(fc.json(), (text) => {
        outcome(tracesJson, Buffer.from(`{"resourceSpans":[{"scopeSpans":[{"spans":[${text}]}]}]}`));
        outcome(logsJson, Buffer.from(`{"resourceLogs":[{"scopeLogs":[{"logRecords":[{"body":${text}}]}]}]}`));
      }),
      { numRuns: 1000 }
    );
  });

  it.each([
    ['a length beyond the end', [0x0a, 0x05, 0x00]],
    ['a length that is no length', [0x0a, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x7f]],
    ['a number without an end', [0x0a, ...Array<number>(12).fill(0xff)]],
    ['a number that is cut short', [0x0a, 0x80]],
    ['a group', [0x0b, 0x0c]],
    ['a field of number 0', [0x02, 0x00]],
    ['a wire type that is none', [0x0e]],
  ])('%s is named with its byte', (_, bytes) => {
    expect(() => tracesProtobuf.decode(Buffer.from(bytes), CONTEXT)).toThrow(/at byte \d+/);
  });

  it('goes past fields it does not know', () => {
    const unknown = Buffer.from([
      0xf8, 0x01, 0x96, 0x01, 0xf9, 0x01, 1, 2, 3, 4, 5, 6, 7, 8, 0xfa, 0x01, 1, 9, 0xfd, 0x01, 1, 2, 3, 4,
    ]);
    const decoded = asRecords(tracesProtobuf.decode(Buffer.concat([unknown, body, unknown]), CONTEXT));
    expect(decoded).toEqual(asRecords(tracesProtobuf.decode(body, CONTEXT)));
  });

  it('reads a resource that stands behind its spans', () => {
    const { resources } = shopSpans(2);
    const only = (scopes: (typeof resources)[number]['scopes'], own: ModelAttributes): Buffer => {
      const encoded = tracesProtobufOf({ resources: [{ attributes: own, scopes }] });
      // Past tag and length of the ResourceSpans, of which there is one.
      let at = 1;
      while (encoded[at]! >= 0x80) {
        at++;
      }
      return encoded.subarray(at + 1);
    };
    const spans = only(resources[0]!.scopes, []);
    const inner = Buffer.concat([spans, only([], resources[0]!.attributes)]);
    const length: number[] = [];
    for (let rest = inner.length; ; rest >>>= 7) {
      length.push(rest < 0x80 ? rest : (rest & 0x7f) | 0x80);
      if (rest < 0x80) {
        break;
      }
    }
    const turned = asRecords(tracesProtobuf.decode(Buffer.concat([Buffer.from([0x0a, ...length]), inner]), CONTEXT));
    expect(turned.records[0]!.service).toBe('shop');
    expect(turned.records).toEqual(asRecords(tracesProtobuf.decode(tracesProtobufOf({ resources }), CONTEXT)).records);
  });
});

describe('bombs', () => {
  it.each([99, 101, 100_000])('values nested %d deep', (levels) => {
    let value: Buffer = Buffer.from([0x0a, 0x01, 0x78]);
    if (levels <= 101) {
      const nest = (inner: Buffer, tag: number): Buffer => {
        const size: number[] = [];
        for (let rest = inner.length; ; rest >>>= 7) {
          size.push(rest < 0x80 ? rest : (rest & 0x7f) | 0x80);
          if (rest < 0x80) {
            break;
          }
        }
        return Buffer.concat([Buffer.from([tag, ...size]), inner]);
      };
      for (let level = 0; level < levels; level++) {
        value = nest(nest(value, 0x0a), 0x2a);
      }
      const attribute = Buffer.concat([Buffer.from([0x0a, 0x01, 0x61]), nest(value, 0x12)]);
      const one = Buffer.concat([Buffer.from([0x30, 0x02]), nest(attribute, 0x4a)]);
      const bytes = nest(nest(nest(one, 0x12), 0x12), 0x0a);
      expect(outcome(tracesProtobuf, bytes)).toEqual(
        levels > 100 ? 'APITRAIL_BAD_BODY' : expect.objectContaining({ ignored: 1 })
      );
    }
    const json = `${'{"arrayValue":{"values":['.repeat(levels)}{}${']}}'.repeat(levels)}`;
    const text = `{"resourceLogs":[{"scopeLogs":[{"logRecords":[{"body":${json}}]}]}]}`;
    expect(outcome(logsJson, Buffer.from(text))).toEqual(
      levels > 100 ? 'APITRAIL_BAD_BODY' : expect.objectContaining({ ignored: 1 })
    );
  });

  it('a small body that would make very many rows is given up', () => {
    const one = [
      0x30,
      2,
      0x4a,
      16,
      0x0a,
      9,
      ...Buffer.from('http.host'),
      0x12,
      3,
      0x0a,
      1,
      0x61,
      0x4a,
      8,
      0x0a,
      1,
      0x61,
      0x12,
      3,
      0x0a,
      1,
      0x61,
    ];
    const spans = Buffer.concat(Array<Buffer>(40_000).fill(Buffer.from([0x12, one.length, ...one])));
    const framed = (tag: number, inner: Buffer): Buffer => {
      const size: number[] = [];
      for (let rest = inner.length; rest > 0; rest >>>= 7) {
        size.push(rest < 0x80 ? rest : (rest & 0x7f) | 0x80);
      }
      return Buffer.concat([Buffer.from([tag, ...size]), inner]);
    };
    const method = Buffer.from([0x4a, 18, 0x0a, 11, ...Buffer.from('http.method'), 0x12, 3, 0x0a, 1, 0x58]);
    const many = Buffer.concat(
      Array<Buffer>(900_000).fill(Buffer.concat([Buffer.from([0x12, 2 + method.length, 0x30, 2]), method]))
    );
    expect(outcome(tracesProtobuf, framed(0x0a, framed(0x12, spans)))).toMatchObject({ ignored: 40_000 });
    expect(outcome(tracesProtobuf, framed(0x0a, framed(0x12, many)))).toBe('APITRAIL_BODY_TOO_LARGE');
  });

  it('a JSON text of very many small values is given up', () => {
    const text = `{"resourceSpans":[${'{},'.repeat(9_000_000)}{}]}`;
    expect(outcome(tracesJson, Buffer.from(text))).toBe('APITRAIL_BODY_TOO_LARGE');
  });
});

describe('JSON of the wrong shape', () => {
  const inSpan = (text: string): string => `{"resourceSpans":[{"scopeSpans":[{"spans":[${text}]}]}]}`;
  it.each([
    ['[]', 'the text is no object'],
    ['{', 'the text cannot be parsed'],
    ['{"resourceSpans":{}}', 'resourceSpans is no list'],
    ['{"resourceSpans":[7]}', 'resourceSpans[0] is no object'],
    [inSpan('{"kind":"SERVER"}'), 'resourceSpans[0].scopeSpans[0].spans[0].kind is no number of an enumeration'],
    [
      inSpan('{},{"kind":2,"startTimeUnixNano":"x"}'),
      'resourceSpans[0].scopeSpans[0].spans[1].startTimeUnixNano is no count of nanoseconds',
    ],
    [
      inSpan('{"kind":2,"attributes":[{"key":"a","value":{"intValue":"x"}}]}'),
      'resourceSpans[0].scopeSpans[0].spans[0].attributes[0].value.intValue is no whole number',
    ],
    [inSpan('{"kind":2,"attributes":[{"key":7}]}'), 'spans[0].attributes[0].key is no text'],
  ])('%s', (text, message) => {
    expect(() => tracesJson.decode(Buffer.from(text), CONTEXT)).toThrow(message);
  });

  it('unknown fields and null are passed over, and ids may be in capitals', () => {
    const text = inSpan(
      `{"future":{"a":[1]},"kind":2,"traceId":"5B8EFFF798038103D269B633813FC60C","spanId":"EEE19B7EC3C1B174","status":null,
        "startTimeUnixNano":${NOW - 1000}000000,"endTimeUnixNano":"${NOW}000000","events":null,
        "attributes":[{"key":"http.method","value":{"stringValue":"GET"}},{"key":"n","value":{"intValue":12}},{"key":"x","value":null}]}`
    );
    expect(tracesJson.decode(Buffer.from(text), CONTEXT).records).toMatchObject([
      {
        method: 'GET',
        duration_ms: 1000,
        time: (NOW - 1000) * 1000,
        trace_id: '5b8efff798038103d269b633813fc60c',
        attributes: { n: '12' },
      },
    ]);
  });
});
