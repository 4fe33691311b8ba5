import { lines } from '../lines/lines';
import { startProtocolServer, type ProtocolServer } from '../testing/protocol-server';
import { REPLAY_PATH, replay } from './replay';

let server: ProtocolServer;

beforeEach(async () => {
  server = await startProtocolServer({
    protocols: [lines, replay((name) => lines.decoders.find((decoder) => decoder.name === name))],
  });
});
afterEach(() => server.close());

const send = async (...entries: Array<Record<string, unknown>>) => {
  const body = entries.map((entry) => JSON.stringify(entry)).join('\n');
  const answer = await fetch(server.url + REPLAY_PATH, { method: 'POST', body });
  return { status: answer.status, body: (await answer.json()) as Record<string, unknown> };
};

const line = '{"time":"2026-11-02T10:00:00Z","path":"/a"}';
const receivedAt = Date.parse('2026-11-02T10:00:01Z') * 1000;
const entry = { id: 'a', decoder: 'lines', params: { format: 'json', service: 'shop' }, receivedAt, text: line };

test('what can be read now goes in, the rest is named', async () => {
  expect(await send(entry, { ...entry, id: 'b', text: 'hello' })).toMatchObject({
    status: 200,
    body: {
      records: 1,
      known: 0,
      outcomes: [
        { id: 'a', records: 1 },
        { id: 'b', reason: 'is not a JSON object' },
      ],
    },
  });
  expect(server.recorded.records).toMatchObject([{ path: '/a', service: 'shop' }]);
  expect(server.recorded.submitted[0]!.decoded.rejects).toEqual([]);
});

test('an item counts once, whatever it is sent with', async () => {
  await send(entry);
  const other = { ...entry, id: 'b', text: line.replace('/a', '/b') };
  expect((await send(other, entry)).body).toMatchObject({ records: 2, known: 1 });
});

test('nothing is kept where nothing can be read', async () => {
  expect((await send({ ...entry, text: 'hello' })).body).toMatchObject({ records: 0 });
  expect(server.recorded.submitted).toEqual([]);
});

test('a whole body can be tried again, and what of it cannot be read is an item of its own from then on', async () => {
  const { text: _, ...about } = entry;
  const body = Buffer.from(`${line}\nhello\n`).toString('base64');
  expect((await send({ ...about, body })).body).toMatchObject({ outcomes: [{ id: 'a', records: 1 }] });
  const [reject] = server.recorded.submitted[0]!.decoded.rejects;
  expect(reject).toMatchObject({ reason: 'is not a JSON object' });
  const again = JSON.parse(reject!.text) as Record<string, unknown>;
  expect((await send({ ...again, text: line.replace('/a', '/b') })).body).toMatchObject({ records: 1, known: 0 });
});

test('an item of a whole body is read again in the format that was found in it', async () => {
  const { text: _, ...about } = { ...entry, params: { format: 'auto' } };
  await send({ ...about, body: Buffer.from(`${line}\nhello\n`).toString('base64') });
  const [reject] = server.recorded.submitted[0]!.decoded.rejects;
  const again = JSON.parse(reject!.text) as Record<string, unknown>;
  expect(again.params).toEqual({ format: 'json' });
  expect((await send(again)).body).toMatchObject({ outcomes: [{ records: 0, reason: 'is not a JSON object' }] });
});

test.each([
  [{ ...entry, decoder: 'none' }, 'this Apitrail has no decoder none'],
  [{ ...entry, params: { format: 'yaml' } }, expect.stringContaining('There is no format yaml')],
])('an entry whose decoder is of no use stays: %#', async (bad, reason) => {
  expect((await send(bad)).body).toMatchObject({ outcomes: [{ id: 'a', records: 0, reason }] });
});

test.each([[{ ...entry, id: undefined }], [{ ...entry, body: 'eA==' }], [{ ...entry, more: 1 }]])(
  'what is no entry is refused: %#',
  async (bad) => {
    expect(await send(bad)).toMatchObject({ status: 400, body: { error: { code: 'APITRAIL_BAD_BODY' } } });
  }
);
