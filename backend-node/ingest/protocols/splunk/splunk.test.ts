import { gzipSync } from 'node:zlib';

import fc from 'fast-check';

import { Overload } from '../../intake/overload';
import { NO_REQUEST } from '../../normalise';
import { startProtocolServer, type ProtocolServer } from '../testing/protocol-server';
import { readEvents, splunkEvents } from './events';
import { splunkRaw } from './raw';
import { splunk } from './splunk';

const NOON = Date.UTC(2026, 10, 23, 12) * 1000;
const LINE = '192.0.2.1 - - [17/May/2024:00:00:00 +0000] "GET /a?b=c HTTP/1.1" 200 12 "-" "curl/8"';
const REQUEST = { method: 'GET', path: '/a', status: 200 };

const decode = (text: string | Buffer, params: Record<string, string> = {}) =>
  splunkEvents.decode(Buffer.from(text), { params, receivedAt: NOON });
const json = (...events: unknown[]): string => events.map((event) => JSON.stringify(event)).join('');

describe('events', () => {
  it.each([
    ['without anything between', json({ event: REQUEST }, { event: LINE })],
    ['with line ends between', `${json({ event: REQUEST })}\r\n\n ${json({ event: LINE })}\n`],
    ['in a list', `[${json({ event: REQUEST })},${json({ event: LINE })}]`],
    ['in lists', `[${json({ event: REQUEST })}] [${json({ event: LINE })}]`],
  ])('%s', (_, text) => {
    const { records, indexes, rejects } = decode(text);
    expect(records).toMatchObject([REQUEST, REQUEST]);
    expect([indexes, rejects]).toEqual([[0, 1], []]);
  });

  it.each([
    ['1790000000', 1_790_000_000_000_000],
    ['"1790000000.125"', 1_790_000_000_125_000],
    ['1790000000.125', 1_790_000_000_125_000],
    ['1790000000125', 1_790_000_000_125_000],
    ['"1790000000125"', 1_790_000_000_125_000],
    ['null', NOON],
  ])('of the time %s', (time, micros) => {
    expect(decode(`{"time":${time},"event":${json(REQUEST)}}`).records[0]!.time).toBe(micros);
  });

  it('take over the metadata of those before them', () => {
    const { records } = decode(
      json(
        { event: REQUEST, time: 1_790_000_000, host: 'web-1', source: '/var/log/a', sourcetype: '_json', index: 'web' },
        { event: REQUEST, host: 'web-2' }
      )
    );
    expect(records).toMatchObject([
      { instance: 'web-1', source: '/var/log/a', attributes: { sourcetype: '_json', index: 'web' } },
      { instance: 'web-2', source: '/var/log/a', time: 1_790_000_000_000_000, attributes: { sourcetype: '_json' } },
    ]);
  });

  it('have metadata in the address, and fields of their own', () => {
    const { records } = decode(json({ event: REQUEST, fields: { 'service.name': 'shop', plan: 'pro', tags: ['a'] } }), {
      host: 'web-1',
      time: '1790000000',
    });
    expect(records).toMatchObject([
      {
        service: 'shop',
        instance: 'web-1',
        time: 1_790_000_000_000_000,
        source: 'splunk',
        attributes: { plan: 'pro', tags: '["a"]' },
      },
    ]);
  });

  it('as Docker’s log driver sends them', () => {
    const event = { line: LINE, source: 'stdout', tag: 'web/1', attrs: { team: 'blue' } };
    expect(decode(json({ event, time: '1790000000.000001', host: 'node-1' })).records).toMatchObject([
      { ...REQUEST, instance: 'node-1', attributes: { tag: 'web/1', 'attrs.team': 'blue' } },
    ]);
  });

  it('that are no requests are rejects that can stand alone', () => {
    const text = json(
      { event: 'started', host: 'web-1', time: 1_790_000_000, fields: { a: 1 } },
      { event: { level: 'info' } }
    );
    const { records, rejects } = decode(text);
    expect(records).toEqual([]);
    expect(rejects).toMatchObject([
      { index: 0, reason: 'is in no known log format' },
      { index: 1, reason: NO_REQUEST },
    ]);
    expect(rejects.map(({ text: item }) => JSON.parse(item) as unknown)).toEqual([
      { time: 1_790_000_000, host: 'web-1', event: 'started', fields: { a: 1 } },
      { time: 1_790_000_000, host: 'web-1', event: { level: 'info' } },
    ]);
    expect(decode(rejects[0]!.text).rejects).toEqual([rejects[0]]);
  });

  it('that are measurements are ignored', () => {
    expect(decode(json({ event: 'metric', fields: { 'metric_name:cpu': 1 } }, { event: REQUEST }))).toMatchObject({
      ignored: 1,
      indexes: [1],
    });
  });

  it.each([
    ['no JSON', 'hello', 'invalidFormat'],
    ['not closed', '{"event":"a"', 'invalidFormat'],
    ['wrongly closed', '{"event":"a"]', 'invalidFormat'],
    ['a time that is none', '{"event":"a","time":"yesterday"}', 'invalidFormat'],
    ['a negative time', '{"event":"a","time":-1}', 'invalidFormat'],
    ['a list in a list', '[["a"]]', 'invalidFormat'],
    ['no event', '{"time":1}', 'eventRequired'],
    ['null', '{"event":null}', 'eventRequired'],
    ['a blank event', '{"event":" "}', 'eventBlank'],
    ['an empty event', '{"event":{}}', 'eventBlank'],
    ['nested fields', '{"event":"a","fields":{"a":{"b":1}}}', 'invalidFields'],
    ['a list of fields', '{"event":"a","fields":["a"]}', 'invalidFields'],
  ])('end before one that is bad: %s', (_, bad, outcome) => {
    const body = Buffer.from(`${json({ event: REQUEST })}${bad}${json({ event: REQUEST })}`);
    const { decoded, fault } = readEvents(body, { params: {}, receivedAt: NOON });
    expect(fault).toEqual({ outcome, event: 1 });
    expect(decoded).toMatchObject({ records: [REQUEST], rejects: [{ index: 1 }] });
  });
});

describe('raw', () => {
  const raw = (text: string, params: Record<string, string> = {}) =>
    splunkRaw.decode(Buffer.from(text), { params, receivedAt: NOON });

  it('has an event on every line, and metadata in the address', () => {
    const params = { host: 'web-1', sourcetype: 'access_combined', source: 'nginx' };
    expect(raw(`${LINE}\r\n\n${LINE}`, params)).toMatchObject({
      records: [REQUEST, { instance: 'web-1', source: 'nginx', attributes: { sourcetype: 'access_combined' } }],
      indexes: [0, 1],
    });
  });

  it('takes what is no request for a reject', () => {
    expect(raw(`hello\n${LINE}`, { sourcetype: 'access_combined' })).toMatchObject({
      indexes: [1],
      rejects: [{ index: 0, text: 'hello', reason: 'does not begin with a client address' }],
    });
  });
});

describe('whatever comes', () => {
  const VALID = json({ time: 1_790_000_000, host: 'a', event: REQUEST }, { event: LINE, fields: { a: 'b' } });
  const mutated = fc
    .tuple(fc.nat(VALID.length), fc.nat(20), fc.oneof(fc.string({ unit: 'binary', maxLength: 20 }), fc.json()))
    .map(([at, cut, text]) => Buffer.from(VALID.slice(0, at) + text + VALID.slice(at + cut)));
  const bodies = fc.oneof(
    fc.uint8Array({ maxLength: 200 }).map((bytes) => Buffer.from(bytes)),
    mutated,
    fc
      .array(fc.record({ event: fc.anything(), time: fc.anything(), fields: fc.anything() }, { requiredKeys: [] }))
      .map((events) =>
        Buffer.from(
          events
            .map((event) =>
              JSON.stringify(event, (_, value: unknown) => (typeof value === 'bigint' ? String(value) : value))
            )
            .join('')
        )
      )
  );

  it.each([splunkEvents, splunkRaw])('$name accounts for every item, always alike', (decoder) => {
    fc.assert(
      fc.property(bodies, (body) => {
        const context = { params: {}, receivedAt: NOON };
        const decoded = decoder.decode(body, context);
        expect(decoder.decode(body, context)).toEqual(decoded);
        const { records, indexes, rejects, ignored = 0 } = decoded;
        const places = [...indexes!, ...rejects.map(({ index }) => index)];
        expect(indexes).toHaveLength(records.length);
        expect(new Set(places).size).toBe(places.length);
        expect(places.every((index) => index < places.length + ignored)).toBe(true);
      }),
      { numRuns: 1000 }
    );
  });

  it.each([500, 5_000, 1_000_000])('%d levels of nesting are a bad event or a reject', (levels) => {
    const deep = `{"event":{"path":"/a","x":${'['.repeat(levels)}${']'.repeat(levels)}}}`;
    expect(decode(deep)).toMatchObject({ records: [], rejects: [{ index: 0 }] });
    expect(decode('['.repeat(levels))).toMatchObject({ records: [], rejects: [{ index: 0 }] });
  });

  it('reads bytes that are no UTF-8', () => {
    const body = Buffer.from(json({ event: { ...REQUEST, note: 'x' } }).replace('"x"', '"\xff"'), 'latin1');
    expect(decode(body).records).toMatchObject([{ attributes: { note: '\ufffd' } }]);
  });
});

describe('over HTTP', () => {
  let server: ProtocolServer;
  const EVENT = json({ event: REQUEST });
  const CHANNEL = { 'x-splunk-request-channel': 'c0ffee00-0000-4000-8000-000000000000' };

  const send = async (path: string, body: string | Buffer, headers: Record<string, string> = {}) => {
    const answer = await fetch(`${server.url}/services/collector${path}`, {
      method: 'POST',
      body: body as string,
      headers,
    });
    return { status: answer.status, headers: answer.headers, body: (await answer.json()) as unknown };
  };

  describe('without keys', () => {
    beforeEach(async () => {
      server = await startProtocolServer({ protocols: [splunk] });
    });
    afterEach(() => server.close());

    it.each(['', '/event', '/event/1.0', '/event?host=web-1'])('takes events at %j', async (path) => {
      expect(await send(path, EVENT)).toMatchObject({ status: 200, body: { text: 'Success', code: 0 } });
      expect(server.recorded.records).toMatchObject([REQUEST]);
    });

    it.each(['/raw', '/raw/1.0?sourcetype=access_combined&host=web-1'])('takes text at %s', async (path) => {
      expect(await send(path, gzipSync(`${LINE}\n${LINE}`), { 'content-encoding': 'gzip' })).toMatchObject({
        status: 200,
      });
      expect(server.recorded.records).toMatchObject([REQUEST, REQUEST]);
    });

    it.each([
      ['/event', '', { text: 'No data', code: 5 }],
      ['/event', ' \n', { text: 'No data', code: 5 }],
      ['/raw', '\n', { text: 'No data', code: 5 }],
      ['/event', 'x', { text: 'Invalid data format', code: 6, 'invalid-event-number': 0 }],
      ['/event', `${EVENT}{"a":1}`, { text: 'Event field is required', code: 12, 'invalid-event-number': 1 }],
      [
        '/event',
        `${EVENT}${EVENT}{"event":""}`,
        { text: 'Event field cannot be blank', code: 13, 'invalid-event-number': 2 },
      ],
      [
        '/event',
        '{"event":"a","fields":1}',
        { text: 'Error in handling indexed fields', code: 15, 'invalid-event-number': 0 },
      ],
      ['/event?channel=%20', EVENT, { text: 'Invalid data channel', code: 11 }],
      ['/ack', '{"acks":[1]}', { text: 'Data channel is missing', code: 10 }],
      ['/ack?channel=a', '{"acks":["1"]}', { text: 'Invalid data format', code: 6 }],
      ['/ack?channel=a', '{', { text: 'Invalid data format', code: 6 }],
    ])('says what is wrong: %s %j', async (path, text, body) => {
      expect(await send(path, text)).toMatchObject({ status: 400, body });
    });

    it('keeps what stands before a bad event, and nothing behind it', async () => {
      await send('/event', `${EVENT}{"a":1}${EVENT}`);
      expect(server.recorded.submitted.map(({ decoded }) => [decoded.records.length, decoded.rejects.length])).toEqual([
        [1, 1],
      ]);
    });

    it('acknowledges what is on the disk, without remembering anything', async () => {
      const first = await send('/event', EVENT, CHANNEL);
      const second = await send(`/raw?channel=${CHANNEL['x-splunk-request-channel']}`, LINE);
      expect([first.body, second.body]).toEqual([
        { text: 'Success', code: 0, ackId: 1 },
        { text: 'Success', code: 0, ackId: 2 },
      ]);
      expect((await send('/ack', '{"acks":[1,2,3]}', CHANNEL)).body).toEqual({ acks: { 1: true, 2: true, 3: false } });
    });

    it.each([
      ['APITRAIL_INGEST_BUSY', 9, 'Server is busy', 18],
      ['APITRAIL_DISK_FULL', 9, 'Server is busy', 18],
      ['APITRAIL_STOPPING', 23, 'Server is shutting down', 23],
    ] as const)('says try again for %s', async (code, hecCode, text, health) => {
      server.recorded.overload = new Overload(code, 'not now', 7);
      const refused = await send('/event', EVENT);
      expect(refused).toMatchObject({ status: 503, body: { text, code: hecCode } });
      expect(refused.headers.get('retry-after')).toBe('7');
      server.recorded.notNow = server.recorded.overload;
      const checked = await fetch(`${server.url}/services/collector/health`);
      expect([checked.status, await checked.json()]).toMatchObject([503, { code: health }]);
    });

    it('refuses what is too large and what is badly compressed', async () => {
      expect(await send('/event', Buffer.alloc(65 * 2 ** 20))).toMatchObject({ status: 413, body: { code: 27 } });
      expect(await send('/event', 'x', { 'content-encoding': 'gzip' })).toMatchObject({
        status: 400,
        body: { code: 6 },
      });
    });

    it('takes a batch with the same key once', async () => {
      const headers = { 'idempotency-key': 'a', ...CHANNEL };
      expect((await send('/event', EVENT, headers)).body).toEqual((await send('/event', EVENT, headers)).body);
      expect(server.recorded.records).toHaveLength(1);
    });
  });

  describe('with keys', () => {
    beforeEach(async () => {
      server = await startProtocolServer({ protocols: [splunk], keys: true });
    });
    afterEach(() => server.close());

    it('takes the key where Splunk’s clients put it', async () => {
      const basic = Buffer.from(`x:${server.key}`).toString('base64');
      expect((await send('/event', EVENT, { authorization: `Splunk ${server.key}` })).status).toBe(200);
      expect((await send('/event', EVENT, { authorization: `Basic ${basic}` })).status).toBe(200);
    });

    it.each([
      [undefined, 401, { text: 'Token is required', code: 2 }],
      ['nonsense', 401, { text: 'Invalid authorization', code: 3 }],
      ['Splunk nonsense', 403, { text: 'Invalid token', code: 4 }],
    ])('refuses %s', async (authorization, status, body) => {
      const headers: Record<string, string> = authorization === undefined ? {} : { authorization };
      expect(await send('/event', EVENT, headers)).toMatchObject({ status, body });
    });

    it('refuses a key that may not send', async () => {
      const authorization = `Splunk ${await server.newKey('query')}`;
      expect(await send('/event', EVENT, { authorization })).toMatchObject({ status: 403, body: { code: 1 } });
    });

    it('lets Docker ask without a body whether it gets through', async () => {
      const headers = { authorization: `Splunk ${server.key}` };
      const answer = await fetch(`${server.url}/services/collector/event/1.0`, { method: 'OPTIONS', headers });
      expect([answer.status, answer.headers.get('allow')]).toEqual([200, 'OPTIONS, POST']);
    });

    it('says without a key whether it is well', async () => {
      const answer = await fetch(`${server.url}/services/collector/health/1.0`);
      expect([answer.status, await answer.json()]).toEqual([200, { text: 'HEC is healthy', code: 17 }]);
    });
  });
});
