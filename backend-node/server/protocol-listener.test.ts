import { once } from 'node:events';
import { request as httpRequest } from 'node:http';
import { connect, type Socket } from 'node:net';
import zlib from 'node:zlib';

import { ApitrailError } from '@apitrail/contract';

import type { Decoder } from '../ingest/intake/decoder';
import { Overload } from '../ingest/intake/overload';
import { apiKeyToken } from '../ingest/protocols/credentials';
import type { Protocol, ProtocolRequest } from '../ingest/protocols/protocol';
import {
  startProtocolServer,
  type ProtocolServer,
  type ProtocolServerOptions,
} from '../ingest/protocols/testing/protocol-server';

const LIMIT = 2 * 1024 * 1024;

let server: ProtocolServer;
let seen: ProtocolRequest[];

/** Lines of the log about requests. */
const requests = () => server.log().filter(({ msg }) => msg === 'request');

const until = async (done: () => boolean): Promise<void> => {
  while (!done()) {
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
};

const nothing: Decoder = { name: 'nothing', decode: () => ({ records: [], rejects: [] }) };

/** A protocol that keeps bodies as they are, and says no in a form of its own. */
const plain: Protocol = {
  name: 'plain',
  decoders: [nothing],
  routes: [
    {
      method: 'POST',
      path: '/plain/:name',
      ownCodings: ['snappy'],
      async answer(request, intake) {
        seen.push(request);
        const { seq } = await intake.submit(
          { decoder: 'nothing', params: {}, body: request.body, receivedAt: request.receivedAt, from: request.from },
          { records: [], rejects: [] }
        );
        request.note({ accepted: 3 });
        return { status: 202, body: JSON.stringify({ seq }), headers: { 'x-plain': 'yes' } };
      },
    },
    { method: 'GET', path: '/plain-health', open: true, answer: () => Promise.resolve({ status: 200, body: '{}' }) },
    { method: 'POST', path: '/fault', answer: () => Promise.reject(new Error('secret detail')) },
    {
      method: 'POST',
      path: '/lake-busy',
      answer: () => Promise.reject(new ApitrailError('APITRAIL_LAKE_BUSY', 'busy')),
    },
  ],
  token: (header, query) => apiKeyToken(header) ?? query['api-key'],
  refuse: ({ code, status, retryAfterSeconds }, { method }) => ({
    status: status === 401 ? 403 : status,
    type: 'text/plain',
    body: `${method} ${code} ${retryAfterSeconds ?? 'never'}`,
  }),
};

const start = async (options: Partial<ProtocolServerOptions> = {}): Promise<void> => {
  seen = [];
  server = await startProtocolServer({ protocols: [plain], requestBytes: LIMIT, ...options });
};

afterEach(() => server.close());

const post = (body: Buffer | string, headers: Record<string, string> = {}, path = '/plain/a'): Promise<Response> =>
  fetch(server.url + path, { method: 'POST', body: body as string, headers });

/** A socket on which a request can be written byte by byte, and what came back. */
async function raw(text: string): Promise<{ socket: Socket; answer: () => Promise<string> }> {
  const socket = connect(server.port, '127.0.0.1');
  let received = '';
  socket.on('data', (chunk) => (received += String(chunk))).on('error', () => undefined);
  await once(socket, 'connect');
  socket.write(text);
  return {
    socket,
    answer: async () => {
      await once(socket, 'close');
      return received;
    },
  };
}

describe('bodies', () => {
  beforeEach(() => start());

  test('a body comes as it was sent, whatever its content type, with the name in the address decoded', async () => {
    const answer = await post('a\u0000ä', { 'content-type': 'nonsense' }, '/plain/a%20b?x=1&x=2&y');
    expect([answer.status, answer.headers.get('x-plain'), await answer.json()]).toEqual([202, 'yes', { seq: 1 }]);
    expect(seen[0]).toMatchObject({ params: { name: 'a b' }, query: { x: '1', y: '' }, mediaType: 'nonsense' });
    expect(seen[0]!.body.toString()).toBe('a\u0000ä');
  });

  test('a request without a body has an empty one', async () => {
    expect((await post('')).status).toBe(202);
    expect(seen[0]!.body).toHaveLength(0);
  });

  const text = 'a line of a log\n'.repeat(5_000);

  test.each([
    ['gzip', zlib.gzipSync(text)],
    ['x-gzip', zlib.gzipSync(text)],
    ['GZIP', zlib.gzipSync(text)],
    ['deflate', zlib.deflateSync(text)],
    ['deflate', zlib.deflateRawSync(text)],
    ['identity', Buffer.from(text)],
  ])('%s is undone', async (coding, body) => {
    expect((await post(body, { 'content-encoding': coding })).status).toBe(202);
    expect(seen[0]!.body.toString() === text).toBe(true);
  });

  test('gzip of several members is one body', async () => {
    await post(Buffer.concat([zlib.gzipSync('one '), zlib.gzipSync('two')]), { 'content-encoding': 'gzip' });
    expect(seen[0]!.body.toString()).toBe('one two');
  });

  test('a coding of the protocol’s own is left to it', async () => {
    await post('raw', { 'content-encoding': 'snappy' });
    expect(seen[0]!.body.toString()).toBe('raw');
  });

  test.each(['br', 'gzip, gzip', 'compress'])('%s is refused', async (coding) => {
    const answer = await post(zlib.gzipSync('x'), { 'content-encoding': coding });
    expect([answer.status, await answer.text()]).toEqual([415, 'POST APITRAIL_UNSUPPORTED_MEDIA_TYPE never']);
  });

  test.each([
    ['gzip', Buffer.from('no gzip at all')],
    ['gzip', zlib.gzipSync(text).subarray(0, 60)],
    ['gzip', Buffer.from([0x1f])],
    ['deflate', zlib.deflateSync(text).subarray(0, 20)],
    ['zstd', Buffer.from('no zstd at all')],
    ['zstd', Buffer.from('28b52ffd0058439c00', 'hex')],
  ])('%s that is damaged or cut short is refused', async (coding, body) => {
    const answer = await post(body, { 'content-encoding': coding });
    expect([answer.status, await answer.text()]).toEqual([400, 'POST APITRAIL_BAD_BODY never']);
    expect(seen).toEqual([]);
  });

  test('what is as large as allowed is taken, one byte more is not', async () => {
    expect((await post(Buffer.alloc(LIMIT, 'x'))).status).toBe(202);
    const answer = await post(Buffer.alloc(LIMIT + 1, 'x'));
    expect([answer.status, await answer.text()]).toEqual([413, 'POST APITRAIL_BODY_TOO_LARGE never']);
  });

  test('a bomb is stopped at the limit, and earlier when it expands too much', async () => {
    const large = zlib.gzipSync(Buffer.alloc(50 * 1024 * 1024));
    expect((await post(large, { 'content-encoding': 'gzip' })).status).toBe(413);
    const dense = zlib.gzipSync(Buffer.alloc(LIMIT - 1));
    expect(dense.length * 1000).toBeLessThan(LIMIT - 1);
    expect((await post(dense, { 'content-encoding': 'gzip' })).status).toBe(413);
  });
});

describe('zstd', () => {
  const repeated = 'a'.repeat(5_000);
  /** A frame without a checksum whose one block is a byte that is repeated (RFC 8878, 3.1.1.2). */
  const frame = (header: string, count: number): Buffer => {
    const block = Buffer.alloc(3);
    block.writeUIntLE((count << 3) | 0b011, 0, 3);
    return Buffer.concat([Buffer.from(`28b52ffd${header}`, 'hex'), block, Buffer.from('a')]);
  };

  beforeEach(() => start());

  test('is undone, also of several frames with one that is skipped between them', async () => {
    const skipped = Buffer.from('502a4d1803000000787878', 'hex');
    const body = Buffer.concat([frame('0058', 5_000), skipped, frame('0058', 5_000)]);
    expect((await post(body, { 'content-encoding': 'zstd' })).status).toBe(202);
    expect(seen[0]!.body.toString()).toBe(repeated + repeated);
  });

  test('a frame that asks for a window too large is refused before anything is allocated', async () => {
    const answer = await post(frame('00f8', 5_000), { 'content-encoding': 'zstd' });
    expect([answer.status, seen]).toEqual([413, []]);
  });

  test('a bomb of many small blocks is stopped', async () => {
    const block = Buffer.from([0b010, 0, 0x10, 0x61]);
    const last = Buffer.from([0b011, 0, 0x10, 0x61]);
    const bomb = Buffer.concat([Buffer.from('28b52ffd0058', 'hex'), ...Array<Buffer>(20_000).fill(block), last]);
    expect((await post(bomb, { 'content-encoding': 'zstd' })).status).toBe(413);
    expect(server.recorded.held).toBe(0);
  });
});

describe('keys', () => {
  beforeEach(() => start({ keys: true }));

  test.each([
    ['a bearer token', (key: string) => ({ authorization: `Bearer ${key}` })],
    [
      'a password of any name',
      (key: string) => ({ authorization: `basic ${Buffer.from(`x:${key}`).toString('base64')}` }),
    ],
    [
      'the protocol’s own header',
      (key: string) => ({ authorization: `ApiKey ${Buffer.from(`x:${key}`).toString('base64')}` }),
    ],
  ])('%s opens', async (_, headers) => {
    expect((await post('x', headers(server.key))).status).toBe(202);
    expect(seen[0]!.from).toMatch(/^[0-9A-Za-z]{10}$/);
  });

  test('the protocol’s own parameter opens, and is in no line of the log', async () => {
    expect((await post('x', {}, `/plain/a?api-key=${server.key}`)).status).toBe(202);
    expect(JSON.stringify(server.log())).not.toContain(server.key.split('_')[3]);
  });

  test.each([
    ['none', {}, 'APITRAIL_UNAUTHENTICATED'],
    ['a wrong one', { authorization: 'Bearer apl_ingest_x' }, 'APITRAIL_UNAUTHENTICATED'],
    ['Basic that is no base64 of a pair', { authorization: 'Basic !!' }, 'APITRAIL_UNAUTHENTICATED'],
  ])('%s is refused in the protocol’s form, with its status', async (_, headers, code) => {
    const answer = await post('x', headers as Record<string, string>);
    expect([answer.status, await answer.text()]).toEqual([403, `POST ${code} never`]);
    expect(seen).toEqual([]);
  });

  test('a key for queries is refused', async () => {
    const answer = await post('x', { authorization: `Bearer ${await server.newKey('query')}` });
    expect([answer.status, await answer.text()]).toEqual([403, 'POST APITRAIL_FORBIDDEN never']);
  });

  test('who tries many keys is told to wait', async () => {
    let last = await post('x');
    for (let attempt = 0; attempt < 25; attempt++) {
      last = await post('x');
    }
    expect([last.status, await last.text()]).toEqual([
      429,
      expect.stringMatching(/^POST APITRAIL_TOO_MANY_ATTEMPTS \d+$/),
    ]);
    expect(last.headers.get('retry-after')).toMatch(/^\d+$/);
  });

  test('what is open is answered without one', async () => {
    expect((await fetch(`${server.url}/plain-health`)).status).toBe(200);
  });

  test('a body is not asked for before the key was looked at', async () => {
    const { answer } = await raw(
      'POST /plain/a HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\nExpect: 100-continue\r\n\r\n'
    );
    const text = await answer();
    expect(text).toMatch(/^HTTP\/1\.1 403 /);
    expect(text).not.toContain('100 Continue');
  });
});

describe('without keys', () => {
  beforeEach(() => start({ allowedOrigins: ['http://ok.example'] }));

  const ask = (headers: Record<string, string>): Promise<number> =>
    new Promise((resolve, reject) => {
      httpRequest({ port: server.port, host: '127.0.0.1', method: 'POST', path: '/plain/a', headers }, (response) => {
        response.resume();
        resolve(response.statusCode!);
      })
        .on('error', reject)
        .end('x');
    });

  test.each([
    ['a page of another site', { origin: 'http://evil.example' }, 403],
    ['a form of another site', { origin: 'null', 'content-type': 'text/plain' }, 403],
    ['a page by its fetch metadata', { 'sec-fetch-site': 'cross-site', 'sec-fetch-mode': 'no-cors' }, 403],
    ['a name that was pointed here', { host: 'evil.example' }, 403],
    ['an origin that is allowed', { origin: 'http://ok.example' }, 202],
    ['a sender', { 'content-type': 'application/x-www-form-urlencoded' }, 202],
  ])('%s', async (_, headers, status) => {
    expect(await ask(headers as Record<string, string>)).toBe(status);
  });
});

describe('answers', () => {
  beforeEach(() => start());

  test('an address that is of no protocol, and a method that it does not take, are refused with a code', async () => {
    expect((await fetch(`${server.url}/plain`)).status).toBe(404);
    const answer = await fetch(`${server.url}/plain/a`, { method: 'PUT' });
    expect([answer.status, answer.headers.get('allow')]).toEqual([405, 'POST']);
  });

  test('HEAD is answered where GET is', async () => {
    const answer = await fetch(`${server.url}/plain-health`, { method: 'HEAD' });
    expect([answer.status, await answer.text()]).toEqual([200, '']);
  });

  test('overload before and after the body is read: the protocol’s own words, and when to try again', async () => {
    server.recorded.notNow = new Overload('APITRAIL_INGEST_BUSY', 'busy', 7);
    const early = await post('x');
    server.recorded.notNow = undefined;
    server.recorded.overload = new Overload('APITRAIL_DISK_FULL', 'full', 30);
    const late = await post('x');
    expect([early.status, await early.text(), early.headers.get('retry-after')]).toEqual([
      503,
      'POST APITRAIL_INGEST_BUSY 7',
      '7',
    ]);
    expect([late.status, await late.text()]).toEqual([503, 'POST APITRAIL_DISK_FULL 30']);
  });

  test('memory that runs short while a body is read ends the reading, and all of it is given back', async () => {
    server.recorded.memory = 500_000;
    const answer = await post(Buffer.alloc(1_000_000));
    expect([answer.status, await answer.text()]).toEqual([503, 'POST APITRAIL_INGEST_BUSY 1']);
    expect([seen, server.recorded.held]).toEqual([[], 0]);
  });

  test('a fault is told without its detail', async () => {
    const answer = await post('x', {}, '/fault');
    expect([answer.status, await answer.text()]).toEqual([500, 'POST APITRAIL_INTERNAL never']);
    expect(JSON.stringify(server.log())).toContain('secret detail');
  });

  test('a lake that another process writes to is no fault of the sender', async () => {
    const answer = await post('x', {}, '/lake-busy');
    expect([answer.status, await answer.text()]).toEqual([503, 'POST APITRAIL_LAKE_BUSY 5']);
  });

  test('one line of the log per request, with counts and nothing of what was sent', async () => {
    await post('a secret body', {}, '/plain/secret-name?token=secret');
    expect(requests()).toMatchObject([
      { msg: 'request', method: 'POST', path: '/plain/:name', status: 202, protocol: 'plain', bytes: 13, accepted: 3 },
    ]);
    expect(JSON.stringify(server.log())).not.toContain('secret');
  });
});

describe('senders that do not keep to the rules', () => {
  beforeEach(() => start());

  test('a length that is too much is refused before anything is read', async () => {
    const { answer, socket } = await raw(
      `POST /plain/a HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: ${LIMIT + 1}\r\n\r\n`
    );
    const text = await new Promise<string>((resolve) => socket.once('data', (data) => resolve(String(data))));
    expect(text).toMatch(/^HTTP\/1\.1 413 /);
    socket.destroy();
    await answer();
  });

  test('what goes on sending after it was refused is cut off', async () => {
    const { answer, socket } = await raw(
      `POST /plain/a HTTP/1.1\r\nHost: 127.0.0.1\r\nTransfer-Encoding: chunked\r\n\r\n`
    );
    const chunk = `${(65536).toString(16)}\r\n${'x'.repeat(65536)}\r\n`;
    const sending = setInterval(() => socket.write(chunk), 1);
    const text = await answer();
    clearInterval(sending);
    expect(text).toMatch(/^HTTP\/1\.1 413 /);
  });

  test('one that says it waits gets its go-ahead', async () => {
    const { answer, socket } = await raw(
      'POST /plain/a HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: 5\r\nExpect: 100-continue\r\nConnection: close\r\n\r\n'
    );
    const [first] = (await once(socket, 'data')) as [Buffer];
    expect(String(first)).toContain('100 Continue');
    socket.write('hello');
    expect(await answer()).toContain('202 Accepted');
    expect(seen[0]!.body.toString()).toBe('hello');
  });

  test('one that goes away in the middle of a body leaves nothing behind', async () => {
    const { answer, socket } = await raw(
      'POST /plain/a HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: 500\r\n\r\nhalf'
    );
    await until(() => server.recorded.held === 12);
    socket.destroy();
    await answer();
    await until(() => requests().length > 0);
    expect(requests()).toMatchObject([{ status: 499 }]);
    expect([seen, server.recorded.held]).toEqual([[], 0]);
  });

  test('one that closes its half of the connection before the body is whole is not taken for one that sent all', async () => {
    const { answer, socket } = await raw(
      'POST /plain/a HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: 500\r\n\r\nhalf'
    );
    socket.end();
    await answer();
    expect(seen).toEqual([]);
  });

  test('a chunk that is broken is refused, and what came before it is not taken in', async () => {
    const { answer } = await raw(
      'POST /plain/a HTTP/1.1\r\nHost: 127.0.0.1\r\nTransfer-Encoding: chunked\r\n\r\n4\r\nhalf\r\nzz\r\n'
    );
    expect(await answer()).toMatch(/^HTTP\/1\.1 400 /);
    await until(() => server.recorded.held === 0);
    expect(seen).toEqual([]);
  });

  test('two lengths that differ, and a length beside chunks, are refused', async () => {
    for (const lengths of [
      'Content-Length: 5\r\nContent-Length: 6',
      'Content-Length: 5\r\nTransfer-Encoding: chunked',
    ]) {
      const { answer } = await raw(`POST /plain/a HTTP/1.1\r\nHost: 127.0.0.1\r\n${lengths}\r\n\r\nhello`);
      expect(await answer()).toMatch(/^HTTP\/1\.1 400 /);
    }
    expect(seen).toEqual([]);
  });

  test('five hundred that send nothing do not keep another from being answered', async () => {
    const idle = await Promise.all(
      Array.from({ length: 500 }, () => raw('POST /plain/a HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: 9\r\n\r\n'))
    );
    expect((await post('x')).status).toBe(202);
    idle.forEach(({ socket }) => socket.destroy());
    await Promise.all(idle.map(({ answer }) => answer()));
  });

  test('one whose body comes too slowly is told so, and cut off', async () => {
    await server.close();
    await start({ patienceMs: 100 });
    const { answer, socket } = await raw('POST /plain/a HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: 500\r\n\r\n');
    const dripping = setInterval(() => socket.write('x'), 20);
    const text = await answer();
    clearInterval(dripping);
    expect(text).toMatch(/^HTTP\/1\.1 408 /);
    expect(text).toContain('APITRAIL_TOO_SLOW');
    await until(() => server.recorded.held === 0);
    expect(seen).toEqual([]);
  });
});
