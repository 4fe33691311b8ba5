import fc from 'fast-check';

import { Beside } from './fill-in';
import { messageToRecord, type MessageHints } from './message';
import { Reject } from '../../formats';
import { RequestRecord } from '../../normalise';

const LINE = '192.0.2.1 - - [17/May/2024:00:00:00 +0000] "GET /a?b=c HTTP/1.1" 200 12 "-" "curl/8"';
const MIDNIGHT = Date.UTC(2024, 4, 17) * 1000;
const GET_A = { method: 'GET', path: '/a', status: 200 };

const read = (message: unknown, hints?: MessageHints): RequestRecord => {
  const record = messageToRecord(message, hints);
  if (record instanceof Reject) {
    throw new Error(record.reason);
  }
  return record;
};

describe('a text', () => {
  it('of an access log', () => {
    expect(read(`${LINE}\n`)).toMatchObject({ ...GET_A, time: MIDNIGHT, user_agent: 'curl/8' });
  });

  it('of an access log of several hosts', () => {
    expect(read(`shop.example.org:443 ${LINE}`)).toMatchObject({ ...GET_A, host: 'shop.example.org' });
  });

  it('of JSON', () => {
    expect(read('{"time":1715904000,"method":"GET","url":"/a","status":200}')).toMatchObject(GET_A);
  });

  it.each([
    ['RFC 5424', `<190>1 2024-05-17T00:00:00Z web-1 shop 7 - - ${LINE}`],
    ['logplex', `211 <190>1 2024-05-17T00:00:00+00:00 web-1 shop web.1 - ${LINE}`],
    ['structured data', `<190>1 - web-1 shop - - [a@1 b="\\]"][c@1] ${LINE}`],
    ['RFC 3164', `<190>May 17 00:00:00 web-1 shop[12]: ${LINE}`],
  ])('in syslog: %s', (_, text) => {
    expect(read(text)).toMatchObject({ ...GET_A, time: MIDNIGHT, instance: 'web-1', service: 'shop' });
  });

  it.each([
    ['', 'is empty'],
    [' \n', 'is empty'],
    ['{"a":', 'begins as JSON and is none'],
    ['server started', 'is in no known log format'],
    ['<13>1 - - - - - server started', 'is in no known log format'],
  ])('that is none: %j', (text, reason) => {
    expect(messageToRecord(text)).toEqual(new Reject(reason));
  });

  it('is tried in the format it should have first, which then says what is wrong', () => {
    expect(read(LINE, { format: 'json' })).toMatchObject(GET_A);
    expect(messageToRecord('hello', { format: 'json' })).toEqual(new Reject('is not a JSON object'));
  });

  it.each([
    [
      'the fields of a logger',
      '{"method":"GET","path":"/a","status":200} {"level":"info","status":1}',
      { level: 'info' },
    ],
    ['nothing between them', '{"method":"GET","path":"/a","status":200}{"level":"info"}', { level: 'info' }],
    ['braces in texts', '{"method":"GET","path":"/a","status":200,"x":"}\\"{"} {"y":"{"}', { x: '}"{', y: '{' }],
    ['words', '{"method":"GET","path":"/a","status":200} in time', { message: 'in time' }],
    [
      'the request, of a message that is none',
      '{"event":"done"} {"method":"GET","path":"/a","status":200}',
      { event: 'done' },
    ],
  ])('of JSON with %s behind it', (_, text, attributes) => {
    expect(read(text)).toMatchObject({ ...GET_A, attributes });
  });

  it.each(['{"a" 1} {"b":2}', '{"a":1', '{"a":"} {"b":2}'])('that is not JSON up to where it closes: %s', (text) => {
    expect(messageToRecord(text)).toEqual(new Reject('begins as JSON and is none'));
  });

  it('with fields at its end', () => {
    const text = 'done: {"method":"GET","path":"/a","status":200}';
    expect(read(text)).toMatchObject({ ...GET_A, attributes: { message: 'done:' } });
  });
});

describe('an object', () => {
  it.each([
    ['with the line in it', { message: LINE, level: 'info' }],
    ['with the object in it', { msg: { method: 'GET', path: '/a', status: 200 }, level: 'info' }],
    ['with JSON in it', { log: '{"method":"GET","path":"/a","status":200}', level: 'info' }],
    [
      'with JSON in JSON',
      { log: '{"message":"{\\"method\\":\\"GET\\",\\"path\\":\\"/a\\",\\"status\\":200}"}', level: 'info' },
    ],
    ['with fields beside a message', { message: 'done', method: 'GET', path: '/a', status: 200, level: 'info' }],
  ])('%s', (_, message) => {
    expect(read(message)).toMatchObject({
      ...GET_A,
      attributes: expect.objectContaining({ level: 'info' }) as unknown,
    });
  });

  it('keeps what the message says where both say something', () => {
    expect(read({ message: LINE, time: '2024-05-18T00:00:00Z', host: 'web-1' })).toMatchObject({
      time: MIDNIGHT,
      host: 'web-1',
    });
  });

  it('whose status is a word is no request for that', () => {
    expect(read({ status: 'error', message: 'no room' }).seen).toBe(false);
  });

  it.each([null, 7, true, ['a'], undefined])('%j is none', (value) => {
    expect(messageToRecord(value)).toEqual(new Reject('is neither text nor an object'));
  });
});

describe('what stands beside', () => {
  it('gives the time, less the duration, which had passed when it was written', () => {
    expect(read({ path: '/a', duration_ms: 1500 }, { writtenAt: MIDNIGHT }).time).toBe(MIDNIGHT - 1_500_000);
    expect(read(LINE, { writtenAt: 7 }).time).toBe(MIDNIGHT);
  });

  it('fills in what the message leaves out', () => {
    const beside = new RequestRecord();
    Object.assign(beside, { service: 'shop', status: 500 });
    beside.setAttribute('team', 'blue');
    expect(read(LINE, { beside: new Beside(beside) })).toMatchObject({
      ...GET_A,
      service: 'shop',
      attributes: { team: 'blue' },
    });
  });
});

it('never throws, and always says the same', () => {
  const anything = fc.oneof(
    fc.anything(),
    fc.string({ unit: 'binary' }),
    fc.json(),
    fc.record({ message: fc.oneof(fc.json(), fc.anything()), log: fc.anything() }, { requiredKeys: [] }),
    fc.tuple(fc.nat(LINE.length), fc.string({ unit: 'binary' })).map(([at, text]) => LINE.slice(0, at) + text)
  );
  fc.assert(
    fc.property(anything, (message) => {
      const first = messageToRecord(message, { writtenAt: 1 });
      expect(messageToRecord(message, { writtenAt: 1 })).toEqual(first);
    }),
    { numRuns: 2000 }
  );
});

it.each([100, 5_000, 200_000])('takes %d levels of nesting for what they are', (levels) => {
  const text = `{"path":"/a","x":${'['.repeat(levels)}${']'.repeat(levels)}}`;
  expect(messageToRecord(text)).toEqual(new Reject('is nested deeper than 100 levels'));
  expect(messageToRecord({ message: text })).toMatchObject({ seen: false });
});
