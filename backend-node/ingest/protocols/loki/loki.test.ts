import { gzipSync } from 'node:zlib';

import fc from 'fast-check';

import { Overload } from '../../intake/overload';
import { IMPOSSIBLE_TIME } from '../../normalise';
import { startProtocolServer, type ProtocolServer } from '../testing/protocol-server';
import { parseLabels } from './labels';
import { loki } from './loki';
import { lokiPushes, readPush } from './pushes';

const { compress } = jest.requireActual<{ compress: (plain: Buffer) => Buffer }>('snappyjs');

const NOON = Date.UTC(2026, 10, 23, 12) * 1000;
const NANOS = '1790000000123456789';
const MICROS = 1_790_000_000_123_456;
const LINE = '192.0.2.1 - - [17/May/2024:00:00:00 +0000] "GET /a?b=c HTTP/1.1" 200 12 "-" "curl/8"';
const REQUEST = { method: 'GET', path: '/a', status: 200 };
const JSON_LINE = JSON.stringify(REQUEST);

interface Entry {
  line: string;
  metadata?: Record<string, string>;
}

const varint = (value: number): number[] =>
  value < 128 ? [value] : [(value % 128) + 128, ...varint(Math.floor(value / 128))];
const number = (field: number, value: number): Buffer => Buffer.from([field * 8, ...varint(value)]);
const bytes = (field: number, ...parts: Array<Buffer | string>): Buffer => {
  const value = Buffer.concat(parts.map((part) => Buffer.from(part)));
  return Buffer.concat([Buffer.from([field * 8 + 2, ...varint(value.length)]), value]);
};

/** A `logproto.PushRequest`. */
const protobuf = (streams: Array<{ labels: string; entries: Entry[] }>): Buffer =>
  Buffer.concat(
    streams.map(({ labels, entries }) =>
      bytes(
        1,
        bytes(1, labels),
        ...entries.map(({ line, metadata = {} }) =>
          bytes(
            2,
            bytes(1, number(1, 1_790_000_000), number(2, 123_456_789)),
            bytes(2, line),
            ...Object.entries(metadata).map(([name, value]) => bytes(3, bytes(1, name), bytes(2, value)))
          )
        ),
        number(3, 77)
      )
    )
  );

const push = (...streams: unknown[]): string => JSON.stringify({ streams });
const json = (text: string | Buffer) => readPush(Buffer.from(text), { params: { form: 'json' }, receivedAt: NOON });
const proto = (body: Buffer) => readPush(body, { params: { form: 'protobuf' }, receivedAt: NOON });

describe('pushes', () => {
  const LABELS = '{job="nginx", service_name="shop", env="prod", pod="web-1", team="blue"}';
  const ROW = { ...REQUEST, service: 'shop', environment: 'prod', instance: 'web-1', source: 'loki' };

  it.each([
    ['JSON', json(push({ stream: Object.fromEntries(parseLabels(LABELS)!), values: [[NANOS, JSON_LINE]] }))],
    [
      'JSON of old',
      json(push({ labels: LABELS, entries: [{ ts: '2026-09-21T14:13:20.123456789Z', line: JSON_LINE }] })),
    ],
    ['Protocol Buffers', proto(protobuf([{ labels: LABELS, entries: [{ line: JSON_LINE }] }]))],
  ])('of %s', (_, { decoded, faults }) => {
    expect(faults).toEqual([]);
    expect(decoded).toMatchObject({
      records: [{ ...ROW, time: MICROS, attributes: { job: 'nginx', team: 'blue' } }],
      indexes: [0],
      rejects: [],
    });
  });

  it('take the service from the label that says it best', () => {
    const service = (stream: Record<string, string>) =>
      json(push({ stream, values: [[NANOS, JSON_LINE]] })).decoded.records[0]!.service;
    expect([service({ job: 'a' }), service({ job: 'a', app: 'b' }), service({ level: 'info' })]).toEqual([
      'a',
      'b',
      undefined,
    ]);
  });

  it.each([
    [
      'JSON',
      (metadata: Record<string, string>) => json(push({ stream: { job: 'a' }, values: [[NANOS, LINE, metadata]] })),
    ],
    [
      'Protocol Buffers',
      (metadata: Record<string, string>) =>
        proto(protobuf([{ labels: '{job="a"}', entries: [{ line: LINE, metadata }] }])),
    ],
  ])('have structured metadata: %s', (_, read) => {
    expect(read({ trace_id: 't1', plan: 'pro' }).decoded.records).toMatchObject([
      { ...REQUEST, trace_id: 't1', service: 'a', attributes: { plan: 'pro' } },
    ]);
  });

  it('of words whose metadata tell of a request', () => {
    const values = [[NANOS, 'request completed', { method: 'GET', path: '/a', status: '200' }]];
    expect(json(push({ stream: { job: 'a' }, values })).decoded.records).toMatchObject([
      { ...REQUEST, attributes: { message: 'request completed' } },
    ]);
  });

  it('of lines that are no requests are taken, as rejects that can be read again', () => {
    const { decoded, faults } = json(
      push({
        stream: { job: 'a' },
        values: [
          [NANOS, 'started'],
          [NANOS, LINE],
        ],
      })
    );
    expect([faults, decoded.indexes]).toEqual([[], [1]]);
    expect(decoded.rejects).toMatchObject([{ index: 0, reason: 'is in no known log format' }]);
    const again = lokiPushes.decodeItem!(decoded.rejects[0]!.text, { params: { form: 'protobuf' }, receivedAt: NOON });
    expect(again.rejects).toMatchObject([{ reason: 'is in no known log format' }]);
  });

  it('tell what is not as Loki has it, and keep the rest', () => {
    const { decoded, faults } = json(
      push(
        { stream: { job: 'a' }, values: [[NANOS, LINE], ['never', LINE], ['9223372036854775807', LINE], [NANOS], 7] },
        { labels: '{a}', entries: [{ ts: NANOS, line: LINE }] },
        { stream: {}, values: [[NANOS, LINE]] },
        { stream: { job: { a: 1 } }, values: [[NANOS, LINE]] },
        { stream: { job: 'a' }, values: [[NANOS, LINE, { a: {} }]] },
        7
      )
    );
    expect(decoded.records).toHaveLength(1);
    expect(decoded.rejects.map(({ index }) => index)).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9]);
    expect(faults).toEqual([
      { stream: 0, entries: 1, reason: 'has a time that is no number of nanoseconds' },
      { stream: 0, entries: 1, reason: IMPOSSIBLE_TIME },
      { stream: 0, entries: 2, reason: 'is no pair of time and line' },
      { stream: 1, entries: 1, reason: 'is of a stream whose labels cannot be read' },
      { stream: 2, entries: 1, reason: 'is of a stream without labels' },
      { stream: 3, entries: 1, reason: 'is of a stream whose labels cannot be read' },
      { stream: 4, entries: 1, reason: 'has structured metadata that are no object of texts' },
      { stream: 5, entries: 1, reason: 'is no pair of time and line' },
    ]);
  });

  it.each(['', '{', '[]', '{}', '{"streams":{}}', 'null', '7'])('%j as a whole are refused', (text) => {
    expect(() => json(text)).toThrow(expect.objectContaining({ code: 'APITRAIL_BAD_BODY' }));
  });

  it.each([
    ['a field beyond the end', [0x0a, 0x7f, 1]],
    ['a length of 2^63', [0x0a, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x7f]],
    ['a field without a number', [0x00, 0x00]],
    ['a kind that is not', [0x0f]],
    ['a number without an end', [0x08, 0xff]],
  ])('with %s are refused', (_, bytes) => {
    expect(() => proto(Buffer.from(bytes))).toThrow(expect.objectContaining({ code: 'APITRAIL_BAD_BODY' }));
  });
});

describe('whatever comes', () => {
  const STREAMS = [{ labels: '{job="a"}', entries: [{ line: LINE, metadata: { a: 'b' } }, { line: JSON_LINE }] }];
  const VALID = {
    json: Buffer.from(
      push({
        stream: { job: 'a' },
        values: [
          [NANOS, LINE, { a: 'b' }],
          [NANOS, JSON_LINE],
        ],
      })
    ),
    protobuf: protobuf(STREAMS),
  };

  it.each(['json', 'protobuf'] as const)('%s: every entry is accounted for, always alike', (form) => {
    const valid = VALID[form];
    const bodies = fc.oneof(
      fc.uint8Array({ maxLength: 200 }).map((bytes) => Buffer.from(bytes)),
      fc
        .tuple(
          fc.nat(valid.length),
          fc.nat(10),
          fc.oneof(
            fc.uint8Array({ maxLength: 10 }),
            fc.json().map((text) => Buffer.from(text))
          )
        )
        .map(([at, cut, bytes]) => Buffer.concat([valid.subarray(0, at), bytes, valid.subarray(at + cut)]))
    );
    const outcome = (body: Buffer) => {
      try {
        return readPush(body, { params: { form }, receivedAt: NOON });
      } catch (error) {
        return { error: (error as { code?: string }).code };
      }
    };
    fc.assert(
      fc.property(bodies, (body) => {
        const first = outcome(body);
        expect(outcome(body)).toEqual(first);
        if ('error' in first) {
          expect(first.error).toBe('APITRAIL_BAD_BODY');
          return;
        }
        const { records, indexes, rejects } = first.decoded;
        const places = [...indexes!, ...rejects.map(({ index }) => index)].sort((a, b) => a - b);
        expect(indexes).toHaveLength(records.length);
        expect(places).toEqual(Array.from({ length: first.entries }, (_, index) => index));
      }),
      { numRuns: 2000 }
    );
  });

  it.each([50, 5_000, 400_000])('%d levels of nesting', (levels) => {
    const deep = `${'['.repeat(levels)}${']'.repeat(levels)}`;
    const { decoded, faults } = json(
      `{"streams":[{"stream":{"job":"a"},"values":[${deep},["${NANOS}","{\\"path\\":\\"/a\\",\\"x\\":${deep}}"]]}]}`
    );
    expect(faults).toMatchObject([{ reason: 'is no pair of time and line' }]);
    expect(decoded.records.length + decoded.rejects.length).toBe(2);
  });
});

describe('over HTTP', () => {
  let server: ProtocolServer;
  const BODY = push({ stream: { job: 'a' }, values: [[NANOS, LINE]] });
  const send = async (body: string | Buffer, headers: Record<string, string> = {}, path = '/loki/api/v1/push') => {
    const init = { method: 'POST', body: body as string, headers: { 'content-type': 'application/json', ...headers } };
    const answer = await fetch(server.url + path, init);
    return { status: answer.status, headers: answer.headers, text: await answer.text() };
  };
  const start = async (keys = false) => {
    server = await startProtocolServer({ protocols: [loki], keys });
  };
  afterEach(() => server.close());

  it('takes pushes in', async () => {
    await start();
    const body = compress(protobuf([{ labels: '{job="b"}', entries: [{ line: LINE }] }]));
    expect(await send(BODY)).toMatchObject({ status: 204, text: '' });
    expect(await send(gzipSync(BODY.replace('"a"', '"c"')), { 'content-encoding': 'gzip' })).toMatchObject({
      status: 204,
    });
    expect(await send(body, { 'content-type': 'application/x-protobuf' }, '/api/prom/push')).toMatchObject({
      status: 204,
    });
    const other = compress(protobuf([{ labels: '{job="d"}', entries: [{ line: LINE }] }]));
    expect(await send(other, { 'content-type': 'application/x-protobuf', 'content-encoding': 'snappy' })).toMatchObject(
      { status: 204 }
    );
    expect(server.recorded.records.map(({ service }) => service)).toEqual(['a', 'c', 'b', 'd']);
  });

  it('says what was not good when the rest is kept', async () => {
    await start();
    const refused = await send(
      push({
        stream: { job: 'a' },
        values: [
          [NANOS, LINE],
          ['x', LINE],
        ],
      })
    );
    expect(refused).toMatchObject({
      status: 400,
      text: 'stream 1: an entry was not taken: it has a time that is no number of nanoseconds\n',
    });
    expect(refused.headers.get('content-type')).toMatch('text/plain');
    expect(server.recorded.records).toHaveLength(1);
  });

  it('takes a push that comes again once, as Loki does', async () => {
    await start();
    await send(BODY);
    await send(BODY);
    expect(server.recorded.records).toHaveLength(1);
  });

  it('submits nothing where nothing is', async () => {
    await start();
    expect((await send('{"streams":[]}')).status).toBe(204);
    expect(server.recorded.submitted).toEqual([]);
  });

  it.each([
    ['APITRAIL_INGEST_BUSY', 429],
    ['APITRAIL_DISK_FULL', 503],
    ['APITRAIL_STOPPING', 503],
  ] as const)('says try again for %s', async (code, status) => {
    await start();
    server.recorded.overload = new Overload(code, 'not now', 7);
    const refused = await send(BODY);
    expect(refused).toMatchObject({ status, text: 'not now\n' });
    expect(refused.headers.get('retry-after')).toBe('7');
    server.recorded.notNow = server.recorded.overload;
    expect((await fetch(`${server.url}/ready`)).status).toBe(503);
  });

  it.each([
    [400, 'application/json', '{'],
    [400, 'application/x-protobuf', 'no snappy'],
    [415, 'text/plain', 'x'],
    [413, 'application/x-protobuf', Buffer.from([0xff, 0xff, 0xff, 0xff, 0x0f, 0])],
  ])('answers %d to a body of %s that is none', async (status, type, body) => {
    await start();
    expect((await send(body, { 'content-type': type })).status).toBe(status);
  });

  it('takes the key as the password, and says without one that it is ready', async () => {
    await start(true);
    expect((await send(BODY)).status).toBe(401);
    const authorization = `Basic ${Buffer.from(`tenant:${server.key}`).toString('base64')}`;
    expect((await send(BODY, { authorization })).status).toBe(204);
    const ready = await fetch(`${server.url}/ready`);
    expect([ready.status, await ready.text()]).toEqual([200, 'ready\n']);
    expect(await (await fetch(`${server.url}/loki/api/v1/status/buildinfo`)).json()).toHaveProperty('version');
  });
});
