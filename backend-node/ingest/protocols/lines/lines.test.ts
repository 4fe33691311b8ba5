import { readFileSync } from 'node:fs';

import { Overload } from '../../intake/overload';
import { NO_TIME } from '../../normalise';
import { startProtocolServer, type ProtocolServer } from '../testing/protocol-server';
import { lines } from './lines';

let server: ProtocolServer;

beforeEach(async () => {
  server = await startProtocolServer({ protocols: [lines] });
});
afterEach(() => server.close());

const send = async (path: string, body: string | Buffer, headers: Record<string, string> = {}) => {
  const answer = await fetch(server.url + path, { method: 'POST', body: body as string, headers });
  return { status: answer.status, retryAfter: answer.headers.get('retry-after'), body: await answer.json() };
};

const time = '2026-11-02T10:00:00Z';
const fine = JSON.stringify({ time, method: 'GET', path: '/orders/7', status: 200, duration_ms: 12.5 });
const clf = '203.0.113.9 - - [02/Nov/2026:10:00:00 +0000] "GET /orders/7 HTTP/1.1" 200 512';

test('JSON lines are taken in, and what is no request is named by its line', async () => {
  const answer = await send('/ingest/ndjson', `${fine}\n\nnonsense\n{"time":"x","path":"/a"}\n${fine}`);
  expect(answer).toMatchObject({
    status: 200,
    body: {
      accepted: 2,
      rejected: 2,
      repeated: false,
      errors: [
        { line: 3, reason: 'is not a JSON object' },
        { line: 4, reason: NO_TIME },
      ],
    },
  });
  const [{ batch }] = server.recorded.submitted as [(typeof server.recorded.submitted)[0]];
  expect(batch).toMatchObject({ decoder: 'lines', params: { format: 'ndjson' }, from: '' });
  const request = { path: '/orders/7', duration_ms: 12.5, source: 'json' };
  expect(server.recorded.records).toMatchObject([request, request]);
});

test.each([
  ['combined', `${clf} "-" "curl/8"`],
  ['common', clf],
  ['nginx', `${clf} "-" "curl/8"`],
  ['auto', `${clf} "-" "curl/8"`],
  ['csv', `time,method,path,status\n${time},GET,/orders/7,200`],
  ['tsv', `time\tmethod\tpath\tstatus\n${time}\tGET\t/orders/7\t200`],
  ['csv', `\ufefftime,method,path,status\r\n${time},GET,"/orders/7",200\r\n`],
])('%s', async (format, body) => {
  expect(await send(`/ingest/${format}`, body)).toMatchObject({ status: 200, body: { accepted: 1, rejected: 0 } });
  expect(server.recorded.records).toMatchObject([{ method: 'GET', path: '/orders/7', status: 200 }]);
});

test('a log_format is given in the address', async () => {
  const format = encodeURIComponent('[$time_local] "$request" $status $request_time');
  const answer = await send(
    `/ingest/nginx?format=${format}`,
    '[02/Nov/2026:10:00:00 +0000] "GET /a HTTP/1.1" 204 0.25\n'
  );
  expect(answer).toMatchObject({ status: 200, body: { accepted: 1 } });
  expect(server.recorded.records).toMatchObject([{ path: '/a', status: 204, duration_ms: 250 }]);
});

test('what the address says holds for lines that do not say it, and stays with the batch', async () => {
  const other = JSON.stringify({ ...JSON.parse(fine), service: 'cart' });
  await send('/ingest/json?service=shop&environment=prod&timeIsEnd=true', `${fine}\n${other}\n`);
  expect(server.recorded.submitted[0]!.batch.params).toEqual({
    format: 'json',
    service: 'shop',
    environment: 'prod',
    timeIsEnd: 'true',
  });
  expect(server.recorded.records).toMatchObject([
    { service: 'shop', environment: 'prod', time: Date.parse(time) * 1000 - 12_500 },
    { service: 'cart' },
  ]);
});

test('the same Idempotency-Key is taken in once', async () => {
  const headers = { 'idempotency-key': 'batch-7' };
  expect((await send('/ingest/json', fine, headers)).body).toMatchObject({ accepted: 1, repeated: false });
  expect((await send('/ingest/json', fine, headers)).body).toMatchObject({ accepted: 1, repeated: true });
  expect(server.recorded.records).toHaveLength(1);
});

test('an Idempotency-Key may be as long as headers may be', async () => {
  const long = (last: string) => ({ 'idempotency-key': 'k'.repeat(4000) + last });
  expect((await send('/ingest/json', fine, long('a'))).body).toMatchObject({ repeated: false });
  expect((await send('/ingest/json', fine, long('a'))).body).toMatchObject({ repeated: true });
  expect((await send('/ingest/json', fine, long('b'))).body).toMatchObject({ repeated: false });
});

test.each([
  ['/ingest/json', 'APITRAIL_BAD_BODY', 'hello\nworld', /Not one of 2 lines .* json.*line 1 is not a JSON object/],
  ['/ingest/auto', 'APITRAIL_BAD_BODY', 'hello', /None of the formats/],
  ['/ingest/yaml', 'APITRAIL_BAD_FORMAT', fine, /Formats of lines are: json, common, combined/],
  ['/ingest/parquet', 'APITRAIL_BAD_FORMAT', fine, /apitrail import/],
  ['/ingest/nginx%3A%24status', 'APITRAIL_BAD_FORMAT', fine, /percent-encoded/],
  ['/ingest/nginx?format=nothing', 'APITRAIL_BAD_FORMAT', fine, /./],
  ['/ingest/json?format=x', 'APITRAIL_BAD_VALUE', fine, /\/ingest\/nginx/],
  ['/ingest/json?servise=x', 'APITRAIL_UNKNOWN_FIELD', fine, /"servise".*service/],
  ['/ingest/json?timeIsEnd=perhaps', 'APITRAIL_BAD_VALUE', fine, /true or false/],
])('%s: %s', async (path, code, body, message) => {
  expect(await send(path, body)).toMatchObject({
    status: 400,
    body: { error: { code, message: expect.stringMatching(message) } },
  });
  expect(server.recorded.submitted).toEqual([]);
});

test('a bad Idempotency-Key is refused, not passed over', async () => {
  const answer = await send('/ingest/json', fine, { 'idempotency-key': 'two words' });
  expect(answer).toMatchObject({ status: 400, body: { error: { where: 'Idempotency-Key' } } });
});

test('an empty body is no batch', async () => {
  expect(await send('/ingest/json', '\n \n')).toMatchObject({ status: 200, body: { accepted: 0, rejected: 0 } });
  expect(server.recorded.submitted).toEqual([]);
});

test('an answer names twenty bad lines at most', async () => {
  const { body } = await send('/ingest/json', `${fine}\n${'x\n'.repeat(50)}`);
  expect(body).toMatchObject({ accepted: 1, rejected: 50 });
  expect((body as { errors: unknown[] }).errors).toHaveLength(20);
});

test('a line that is too long, deep or not UTF-8 is a reject or readable, and the others are taken in', async () => {
  const deep = `{"time":"${time}","path":"/a","x":${'['.repeat(5000)}${']'.repeat(5000)}}`;
  const body = Buffer.concat([
    Buffer.from(`${'x'.repeat(3 * 1024 * 1024)}\n${deep}\n`),
    Buffer.from(`{"time":"${time}","path":"/a","service":"caf`),
    Buffer.from([0xe9]),
    Buffer.from(`"}\n\0\0${fine}\n`),
  ]);
  const { status, body: answer } = await send('/ingest/json', body);
  expect(status).toBe(200);
  expect(answer).toMatchObject({
    errors: [
      { line: 1, reason: 'is longer than 1048576 bytes' },
      { line: 2, reason: 'is nested deeper than 100 levels' },
      { line: 3, reason: 'is not a JSON object' },
    ],
  });
  expect(server.recorded.records).toMatchObject([{ path: '/orders/7' }]);
  expect(server.recorded.submitted[0]!.decoded.rejects[0]!.text).toHaveLength(400);
});

const logs = 'tests/data/access-logs';
const truth = JSON.parse(readFileSync(`${logs}/truth.json`, 'utf8')) as Record<
  string,
  { rows: number; rejected: number }
>;

test.each([
  ['erddap.log.1', 'combined'],
  ['apache-combined.log', 'combined'],
  ['shop-forwarded.log', 'auto'],
  ['nasa.tsv', 'auto'],
])('%s, as it lies there compressed, has the rows an independent reader counted', async (file, format) => {
  const body = readFileSync(`${logs}/${file}.gz`);
  const answer = await send(`/ingest/${format}`, body, { 'content-encoding': 'gzip' });
  const { rows, rejected } = truth[file]!;
  expect(answer).toMatchObject({ status: 200, body: { accepted: rows, rejected } });
});

test('overload is 503 with when to try again, and nothing is taken in', async () => {
  server.recorded.overload = new Overload('APITRAIL_INGEST_BUSY', 'Too much is waiting.', 7);
  expect(await send('/ingest/json', fine)).toEqual({
    status: 503,
    retryAfter: '7',
    body: { error: { code: 'APITRAIL_INGEST_BUSY', message: 'Too much is waiting.' } },
  });
});
