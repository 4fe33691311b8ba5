import { join } from 'node:path';

import { serve, until, type Companion } from './support/apitrail';
import { temporaryFolder } from './support/lake';

jest.setTimeout(120_000);

/** What must be in no line of any log: each has this in it. */
const CANARY = 'canary7f3a';
const PERSON = {
  customer: `${CANARY}-customer@example.com`,
  session: `${CANARY}-session`,
  path: `/users/${CANARY}-path`,
  target: `/users/${CANARY}-path?token=${CANARY}-token`,
  user_agent: `${CANARY}-agent/1.0`,
  message: `${CANARY} message of ${CANARY}@example.com`,
};
const time = new Date().toISOString();
const nanos = `${Date.now()}000000`;
const line = {
  time,
  method: 'GET',
  path: PERSON.target,
  status: 200,
  customer: PERSON.customer,
  session: PERSON.session,
};
const access = `203.0.113.9 - ${CANARY}-user [02/Nov/2026:10:00:00 +0000] "GET ${PERSON.target} HTTP/1.1" 200 5 "https://x/${CANARY}" "${PERSON.user_agent}"`;
const string = (key: string, stringValue: string) => ({ key, value: { stringValue } });
const attributes = [
  string('http.request.method', 'GET'),
  string('url.path', PERSON.path),
  string('url.query', `token=${CANARY}`),
  string('user.id', PERSON.customer),
  string('user_agent.original', PERSON.user_agent),
  { key: 'http.response.status_code', value: { intValue: 500 } },
];
const span = {
  ...{ traceId: 'a'.repeat(32), spanId: 'b'.repeat(16), name: PERSON.path, kind: 2 },
  ...{ startTimeUnixNano: nanos, endTimeUnixNano: nanos, attributes, status: { code: 2, message: PERSON.message } },
};

type Send = [name: string, path: string, type: string, body: string, headers?: Record<string, string>];

/** What senders send, and what of it cannot be read. */
const SENT: Send[] = [
  ['lines', '/ingest/ndjson', 'application/x-ndjson', `${JSON.stringify(line)}\n{"broken": "${CANARY}\n`],
  ['lines of an access log', '/ingest/combined', 'text/plain', `${access}\nnot a line of ${CANARY}\n`],
  [
    'lines, named',
    `/ingest/ndjson?service=shop`,
    'application/x-ndjson',
    `${CANARY}\n`,
    { 'idempotency-key': `${CANARY}-key` },
  ],
  ['an unknown format', `/ingest/${CANARY}`, 'text/plain', CANARY],
  [
    'Elasticsearch',
    `/logs-${CANARY}/_bulk`,
    'application/x-ndjson',
    `{"create":{"_id":"${CANARY}-id"}}\n${JSON.stringify({ '@timestamp': time, http: { request: { method: 'GET' }, response: { status_code: 200 } }, url: { path: PERSON.path }, user: { id: PERSON.customer } })}\n{"create":{}}\n{"${CANARY}":\n`,
  ],
  [
    'Splunk',
    '/services/collector/event',
    'application/json',
    JSON.stringify({ time: Date.now() / 1000, host: CANARY, event: line }) + JSON.stringify({ event: CANARY }),
  ],
  [
    'Splunk, raw',
    `/services/collector/raw?channel=${'0'.repeat(8)}-0000-0000-0000-${'0'.repeat(12)}&host=${CANARY}`,
    'text/plain',
    `${access}\n${CANARY}\n`,
  ],
  [
    'Datadog',
    '/api/v2/logs',
    'application/json',
    JSON.stringify([
      { ddtags: `user:${CANARY}`, hostname: CANARY, message: JSON.stringify(line) },
      { message: PERSON.message },
    ]),
  ],
  [
    'Loki',
    '/loki/api/v1/push',
    'application/json',
    JSON.stringify({
      streams: [
        {
          stream: { user: CANARY },
          values: [
            [nanos, JSON.stringify(line)],
            [nanos, PERSON.message],
          ],
        },
      ],
    }),
  ],
  [
    'OTLP traces',
    '/v1/traces',
    'application/json',
    JSON.stringify({
      resourceSpans: [
        {
          resource: { attributes: [string('service.name', 'shop')] },
          scopeSpans: [{ spans: [span, { ...span, traceId: CANARY }] }],
        },
      ],
    }),
  ],
  [
    'OTLP logs',
    '/v1/logs',
    'application/json',
    JSON.stringify({
      resourceLogs: [
        { scopeLogs: [{ logRecords: [{ timeUnixNano: nanos, body: { stringValue: PERSON.message }, attributes }] }] },
      ],
    }),
  ],
  ['a broken body', '/v1/logs', 'application/json', `{"${CANARY}`],
  ['a body that is no gzip', '/ingest/ndjson', 'application/x-ndjson', CANARY, { 'content-encoding': 'gzip' }],
  [
    'an annotation',
    '/api/annotations',
    'application/json',
    JSON.stringify({ id: `${CANARY}-id`, title: PERSON.message, tags: [CANARY] }),
  ],
  ['a broken annotation', '/api/annotations', 'application/json', JSON.stringify({ [CANARY]: PERSON.message })],
];

const range = { from: String(Date.now() - 86_400_000), to: String(Date.now() + 86_400_000) };
const filters = [{ key: 'customer', operator: '=', value: PERSON.customer }];
/** What people ask, and get wrong. */
const ASKED: Array<[name: string, path: string, body: unknown]> = [
  ['requests of a customer', '/api/ds/query', { ...range, queries: [{ refId: 'A', queryType: 'requests', filters }] }],
  ['a search', '/api/ds/query', { ...range, queries: [{ refId: 'A', queryType: 'requests', search: CANARY }] }],
  ['an unknown type', '/api/ds/query', { ...range, queries: [{ refId: 'A', queryType: CANARY }] }],
  ['an unknown field', '/api/ds/query', { ...range, queries: [{ refId: 'A', queryType: 'traffic', [CANARY]: 1 }] }],
  [
    'a bad expression',
    '/api/ds/query',
    {
      ...range,
      queries: [{ refId: 'A', queryType: 'traffic', filters: [{ key: 'path', operator: '=~', value: `(${CANARY}` }] }],
    },
  ],
  [
    'SQL',
    '/api/ds/query',
    {
      ...range,
      queries: [
        { refId: 'A', queryType: 'sql', sql: `SELECT count(*) FROM requests WHERE customer = '${PERSON.customer}'` },
      ],
    },
  ],
  ['values', '/api/resources/values', { ...range, key: 'customer', search: CANARY }],
];

let folder: Awaited<ReturnType<typeof temporaryFolder>>;
let companion: Companion;

beforeAll(async () => {
  folder = await temporaryFolder();
  companion = await serve(['--lake', join(folder.path, 'lake'), '--no-auth'], {
    cwd: folder.path,
    env: {
      APITRAIL_LOG_LEVEL: 'debug',
      APITRAIL_INGEST_FLUSH_AGE: '1s',
      APITRAIL_MAINTENANCE_INTERVAL: '1s',
      APITRAIL_MAINTENANCE_VACUUM_INTERVAL: '1s',
      APITRAIL_PRIVACY_KEY_FILE: join(folder.path, 'pseudonym.key'),
    },
  });
});
afterAll(async () => {
  await companion.stop();
  await folder.remove();
});

const personal = () => companion.output.stderr.split('\n').filter((text) => text.includes(CANARY));
const metrics = async () => (await fetch(`${companion.query}/metrics`)).text();

test.each(SENT)('%s: nothing of it gets into the log', async (_, path, type, body, headers = {}) => {
  const answered = await fetch(`${companion.ingest}${path}`, {
    method: 'POST',
    headers: { 'content-type': type, 'user-agent': PERSON.user_agent, ...headers },
    body,
  });
  await answered.arrayBuffer();
  expect(answered.status).toBeGreaterThanOrEqual(200);
  expect(personal()).toEqual([]);
});

test.each(ASKED)('%s: nothing of it gets into the log', async (_, path, body) => {
  const answered = await fetch(`${companion.query}${path}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', 'user-agent': PERSON.user_agent },
    body: JSON.stringify(body),
  });
  await answered.arrayBuffer();
  expect(personal()).toEqual([]);
});

test('after a flush, maintenance and a kill of the ingest process there is nothing either, nor in the metrics', async () => {
  await until(async () => /apitrail_ingest_flushed_rows_total\{[^}]*\} [1-9]/.test(await metrics()));
  await until(async () => /runs_total\{[^}]*task="vacuum",outcome="success"\} [1-9]/.test(await metrics()));
  expect(await metrics()).toMatch(/apitrail_ingest_rejected_total\{[^}]*\} [1-9]/);
  const ready = () =>
    companion.output.stderr
      .split('\n')
      .filter((text) => text.includes('process is ready') && text.includes('"role":"ingest"'));
  process.kill((JSON.parse(ready()[0]!) as { pid: number }).pid, 'SIGKILL');
  await until(() => ready().length === 2);
  expect(personal()).toEqual([]);
  expect(await metrics()).not.toContain(CANARY);
});
