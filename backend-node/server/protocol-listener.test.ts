import { once } from 'node:events';
import { request as httpRequest } from 'node:http';
import { connect, type Socket } from 'node:net';
import zlib from 'node:zlib';

import { ApitrailError } from '@apitrail/contract';

import type { Decoder } from '../ingest/intake/decoder';
import { Overload } from '../ingest/intake/overload';
import { apiKeyToken } from '../ingest/protocols/credentials';
import type { Protocol, ProtocolRequest } from '../ingest/protocols/protocol';
import { startProtocolServer, type ProtocolServer, type ProtocolServerOptions } from '../ingest/protocols/testing/protocol-server';

const LIMIT = 2 * 1024 * 1024;

let server: ProtocolServer;
let seen: ProtocolRequest[];

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
  const zstd = Buffer.from(
    // echo of 5,000 times "a", made by zstd 1.5.
    '28b52ffd64881245000010616101009d13081c6b8ee16d',
    'hex'
  );

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
    ['zstd', zstd.subarray(0, 12)],
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
    expect(dense.length * 200).toBeLessThan(LIMIT - 1);
    expect((await post(dense, { 'content-encoding': 'gzip' })).status).toBe(413);
  });
});
