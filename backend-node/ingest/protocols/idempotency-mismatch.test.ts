import { PROTOCOLS } from './registry';
import { startProtocolServer, type ProtocolServer } from './testing/protocol-server';

let server: ProtocolServer;
beforeEach(async () => {
  server = await startProtocolServer({ protocols: PROTOCOLS });
});
afterEach(() => server.close());

const json = (path: string): string =>
  JSON.stringify({ time: '2026-11-02T10:00:00Z', method: 'GET', path, status: 200 });
const nanos = '1793613600000000000';
const attribute = (key: string, stringValue: string) => ({ key, value: { stringValue } });

it.each([
  ['lines', '/ingest/json', 422, json],
  ['_bulk', '/a/_bulk', 400, (path: string) => `{"create":{}}\n${json(path)}\n`],
  ['Splunk', '/services/collector', 400, (path: string) => `{"event":${json(path)}}`],
  ['Datadog', '/api/v2/logs', 400, json],
  [
    'Loki',
    '/loki/api/v1/push',
    400,
    (path: string) => JSON.stringify({ streams: [{ stream: { a: 'b' }, values: [[nanos, json(path)]] }] }),
  ],
  [
    'OTLP',
    '/v1/logs',
    400,
    (path: string) => {
      const attributes = [attribute('http.request.method', 'GET'), attribute('url.path', path)];
      const status = { key: 'http.response.status_code', value: { intValue: '200' } };
      const logRecords = [{ timeUnixNano: nanos, attributes: [...attributes, status] }];
      return JSON.stringify({ resourceLogs: [{ scopeLogs: [{ logRecords }] }] });
    },
  ],
])('%s: other content under a known key is refused for good', async (_, address, status, bodyOf) => {
  const send = async (path: string) => {
    const headers = { 'content-type': 'application/json', 'idempotency-key': 'k' };
    const answer = await fetch(server.url + address, { method: 'POST', body: bodyOf(path), headers });
    return { status: answer.status, again: answer.headers.get('retry-after'), text: await answer.text() };
  };
  const first = await send('/one');
  expect([200, 202, 204]).toContain(first.status);
  const other = await send('/two');
  expect(other).toMatchObject({ status, again: null });
  expect(other.text).toContain('Something else was taken in under this key.');
  expect((await send('/one')).status).toBe(first.status);
  expect(server.recorded.submitted).toHaveLength(1);
});
