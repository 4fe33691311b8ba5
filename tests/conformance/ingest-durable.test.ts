import { elasticsearch } from '../../backend-node/ingest/protocols/elasticsearch/elasticsearch';
import { lines } from '../../backend-node/ingest/protocols/lines/lines';
import { decoderNamed } from '../../backend-node/ingest/protocols/registry';
import { IntakeBench } from '../../backend-node/ingest/intake/testing/intake-bench';
import { startProtocolServer, type ProtocolServer } from '../../backend-node/ingest/protocols/testing/protocol-server';

let bench: IntakeBench;
let server: ProtocolServer;
let close: () => Promise<void>;

/** The listener over the real intake of the bench’s lake. */
async function serve(): Promise<void> {
  const intake = await bench.intake({ decoderNamed });
  server = await startProtocolServer({ protocols: [lines, elasticsearch], intake });
  close = async () => {
    close = () => Promise.resolve();
    await server.close();
    await intake.close();
  };
}

beforeEach(async () => {
  bench = await IntakeBench.open();
  await serve();
});
afterEach(async () => {
  await close();
  await bench.close();
});

const time = '2026-11-20T12:00:00Z';
const expected = (count: number): string[] => Array.from({ length: count }, (_, n) => `r-${n}`).sort();

const post = async (path: string, body: string, headers: Record<string, string> = {}) => {
  const answer = await fetch(server.url + path, { method: 'POST', body, headers });
  return { status: answer.status, body: (await answer.json()) as Record<string, unknown> };
};

const bulkOf = (count: number): string =>
  Array.from({ length: count }, (_, n) => {
    const document = {
      '@timestamp': time,
      http: { request: { method: 'GET', id: `r-${n}` }, response: { status_code: 200 } },
      url: { path: `/orders/${n}` },
    };
    return `${JSON.stringify({ create: { _id: `d-${n}` } })}\n${JSON.stringify(document)}\n`;
  }).join('');

const statuses = ({ items }: Record<string, unknown>): number[] =>
  (items as Array<{ create: { status: number } }>).map(({ create }) => create.status);

test('documents are known by their ids after a restart: 409, and each row once in the lake', async () => {
  const first = await post('/logs/_bulk', bulkOf(50));
  expect(statuses(first.body)).toEqual(Array(50).fill(201));
  await close();
  await serve();
  const again = await post('/logs/_bulk', bulkOf(60));
  expect(statuses(again.body)).toEqual([...Array<number>(50).fill(409), ...Array<number>(10).fill(201)]);
  await close();
  expect(await bench.committedIds()).toEqual(expected(60));
});

test('lines under an Idempotency-Key are taken in once, also across a restart', async () => {
  const body = expected(20)
    .map((request_id) => JSON.stringify({ time, method: 'GET', path: '/a', request_id }))
    .join('\n');
  const headers = { 'idempotency-key': 'upload-1' };
  expect((await post('/ingest/json', body, headers)).body).toMatchObject({ accepted: 20, repeated: false });
  expect((await post('/ingest/json', body, headers)).body).toMatchObject({ accepted: 20, repeated: true });
  await close();
  await serve();
  expect((await post('/ingest/json', body, headers)).body).toMatchObject({ accepted: 20, repeated: true });
  await close();
  expect(await bench.committedIds()).toEqual(expected(20));
});
