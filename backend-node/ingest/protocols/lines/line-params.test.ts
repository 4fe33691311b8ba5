import { startProtocolServer, type ProtocolServer } from '../testing/protocol-server';
import { lines } from './lines';

let server: ProtocolServer;

beforeEach(async () => {
  server = await startProtocolServer({ protocols: [lines] });
});
afterEach(() => server.close());

const send = async (path: string, body: string) => {
  const answer = await fetch(server.url + path, { method: 'POST', body });
  return { status: answer.status, body: (await answer.json()) as Record<string, unknown> };
};

test('lines that no request can be read from are kept as rejects when that is asked for', async () => {
  const answer = await send('/ingest/json?rejects=keep', 'hello\n');
  expect(answer).toMatchObject({ status: 200, body: { accepted: 0, rejected: 1 } });
  expect(server.recorded.submitted).toMatchObject([
    { batch: { params: { format: 'json' } }, decoded: { rejects: [{ index: 0, text: 'hello' }] } },
  ]);
});

test('what is kept of a line is all it takes to read it again', async () => {
  const long = `{"a":"${'x'.repeat(2 * 1024 * 1024)}"}`;
  await send('/ingest/csv?rejects=keep', 'time,path\nnever,/a\n');
  await send('/ingest/json?rejects=keep', long);
  expect(server.recorded.submitted.map(({ decoded }) => decoded.rejects[0])).toMatchObject([
    { text: expect.stringMatching(/^time,path\nnever,\/a\n?$/) as string },
    { cut: true },
  ]);
});

test('the address names the log the lines are of', async () => {
  await send('/ingest/json?source=access.log', '{"time":"2026-11-02T10:00:00Z","path":"/a"}');
  expect(server.recorded.records).toMatchObject([{ source: 'access.log' }]);
});

test('a mapping goes with the address', async () => {
  const map = encodeURIComponent(JSON.stringify({ columns: { time: 'ts', path: 'where' } }));
  await send(`/ingest/json?map=${map}`, '{"ts":"2026-11-02T10:00:00Z","where":"/a"}');
  expect(server.recorded.records).toMatchObject([{ path: '/a' }]);
});

test.each([
  ['/ingest/json?map=x', 'APITRAIL_BAD_MAPPING'],
  ['/ingest/json?map=%7B%22columns%22%3A%7B%22nope%22%3A%22a%22%7D%7D', 'APITRAIL_BAD_MAPPING'],
  ['/ingest/combined?map=%7B%22columns%22%3A%7B%22path%22%3A%22a%22%7D%7D', 'APITRAIL_BAD_MAPPING'],
  ['/ingest/json?rejects=drop', 'APITRAIL_BAD_VALUE'],
])('%s: %s', async (path, code) => {
  expect(await send(path, '{}')).toMatchObject({ status: 400, body: { error: { code } } });
});
