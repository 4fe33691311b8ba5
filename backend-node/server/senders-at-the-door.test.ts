import { connect, type Socket } from 'node:net';
import { once } from 'node:events';

import { lines } from '../ingest/protocols/lines/lines';
import { PROTOCOLS } from '../ingest/protocols/registry';
import { startProtocolServer, type ProtocolServer } from '../ingest/protocols/testing/protocol-server';

let server: ProtocolServer;
const sockets: Socket[] = [];
afterEach(async () => {
  sockets.splice(0).forEach((socket) => socket.destroy());
  await server.close();
});

const open = (): Socket => {
  const socket = connect(server.port, '127.0.0.1').on('error', () => undefined);
  sockets.push(socket);
  return socket;
};
const LINE = '{"time":"2026-11-02T10:00:00Z","path":"/a","status":200}';
const send = (headers: Record<string, string> = {}, path = '/ingest/json') =>
  fetch(server.url + path, { method: 'POST', body: LINE, headers });

it.each([
  ['half a header', 'POST /ingest/json HTTP/1.1\r\nHost: localhost\r\nX: '],
  ['nothing at all', ''],
])('a connection with %s is closed when the time for headers is over', async (_, text) => {
  server = await startProtocolServer({ protocols: [lines], headersTimeoutMs: 200 });
  const socket = open();
  socket.write(text);
  socket.resume();
  await once(socket, 'close');
});

it('connections of an address that were not let in leave room for others; those that were let in do not count', async () => {
  server = await startProtocolServer({ protocols: [lines], keys: true });
  const authorization = `Bearer ${server.key}`;
  const kept = open();
  kept.write(
    `POST /ingest/json HTTP/1.1\r\nHost: a\r\nAuthorization: ${authorization}\r\nContent-Length: ${LINE.length}\r\n\r\n${LINE}`
  );
  await once(kept, 'data');
  const idle = Array.from({ length: 256 }, open);
  await Promise.all(idle.map((socket) => once(socket, 'connect')));
  const more = open();
  more.resume();
  await once(more, 'close');
  expect([kept, ...idle].filter(({ destroyed }) => destroyed)).toEqual([]);
  const gone = idle[0]!;
  gone.destroy();
  await once(gone, 'close');
  // The server hears of it a moment later.
  for (;;) {
    const answer = await send({ authorization }).catch(() => undefined);
    if (answer) {
      expect(answer.status).toBe(200);
      break;
    }
  }
});

it.each(['/%zz/_bulk', '/ingest/%zz', '/%ff', '/a/_doc/%'])(
  'the badly encoded address %s is refused as every other',
  async (path) => {
    server = await startProtocolServer({ protocols: PROTOCOLS });
    const foreign = await send({ origin: 'https://evil.example' }, path);
    expect(foreign.status).toBe(403);
    const answer = await send({}, path);
    expect([answer.status, answer.headers.get('x-content-type-options')]).toEqual([404, 'nosniff']);
    expect(await answer.json()).toMatchObject({ error: { code: 'APITRAIL_NOT_FOUND' } });
    await server.close();
    expect(server.log().filter(({ msg, path }) => msg === 'request' && path === '{unmatched}')).toHaveLength(2);
    expect(JSON.stringify(server.log())).not.toContain('%zz');
  }
);

it('a form of another site is refused also where the browser names no origin', async () => {
  server = await startProtocolServer({ protocols: [lines] });
  const site = { 'sec-fetch-site': 'cross-site', 'sec-fetch-mode': 'navigate' };
  expect((await send(site)).status).toBe(403);
  expect(server.recorded.submitted).toEqual([]);
});
