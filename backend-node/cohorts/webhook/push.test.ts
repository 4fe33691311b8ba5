import { createServer, type IncomingHttpHeaders, type Server } from 'node:http';
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { parseCohort } from '@apitrail/contract';

import type { Dataset } from '../../lake/dataset';
import { Bench } from '../../queries/testing/dataset';
import { cohortsConfigSchema } from '../config';
import { CohortStore } from '../cohort-store';
import type { MembersPage } from './pages';
import { CohortPusher } from './push';
import { pushDirectory } from './push-state';
import { signatureOf } from './signature';

interface Received {
  headers: IncomingHttpHeaders;
  body: string;
  page: MembersPage;
}

const SECRET = 'a secret of the receiver';

let bench: Bench;
let lake: string;
let server: Server;
let received: Received[];
/** Statuses to answer with, in order; 200 when there are none left. */
let answers: Array<number | { status: number; headers?: Record<string, string>; body?: string }>;

beforeAll(async () => {
  bench = await Bench.open();
});
afterAll(() => bench.close());
beforeEach(async () => {
  lake = await mkdtemp(join(tmpdir(), 'apitrail-push-'));
  received = [];
  answers = [];
  server = createServer((request, response) => {
    let body = '';
    request.on('data', (part: Buffer) => (body += part.toString()));
    request.on('end', () => {
      received.push({ headers: request.headers, body, page: JSON.parse(body) as MembersPage });
      const next = answers.shift() ?? 200;
      const { status, headers = {}, body: text = '' } = typeof next === 'number' ? { status: next } : next;
      response.writeHead(status, headers).end(text);
    });
  });
  await new Promise<void>((resolve) => void server.listen(0, '127.0.0.1', resolve));
});
afterEach(async () => {
  await new Promise((resolve) => server.close(resolve));
  await rm(lake, { recursive: true, force: true });
});

const url = () => `http://127.0.0.1:${(server.address() as AddressInfo).port}/hooks`;
const cohort = parseCohort({
  name: 'met-errors',
  title: 'Met errors',
  filters: [{ key: 'status', operator: '=', value: '500' }],
});
let files = 0;
const datasetOf = (customers: string[]): Promise<Dataset> =>
  bench.dataset(
    `requests-${++files}`,
    customers.map((customer) => ({ time: Date.now() - 60_000, customer, status: 500 }))
  );

async function push(customers: string[], more: { url?: string; page?: number; allow_http?: boolean } = {}) {
  const { webhooks } = cohortsConfigSchema.parse({
    webhooks: [{ name: 'crm', url: url(), secret: SECRET, cohorts: ['met-errors'], ...more }],
  });
  const store = new CohortStore(lake, [cohort]);
  const dataset = await datasetOf(customers);
  const pusher = new CohortPusher({
    ...{ lake, webhooks, store, patience: { attempts: 3, pauseMs: 1 } },
    source: {
      engine: bench.engine,
      datasets: new Map([['requests', { ...dataset, snapshot: () => dataset.snapshot() }]]),
      cohorts: store,
      pseudonyms: () => Promise.resolve(() => []),
    },
  });
  return pusher.push('met-errors', undefined);
}

const told = () =>
  received.map(({ page: { action, parameters } }) => [action, parameters.members.map((member) => member.customer)]);

it('tells a receiver all members first, in pages of one session', async () => {
  expect(await push(['c1', 'c2', 'c3'], { page: 2 })).toEqual([
    { webhook: 'crm', cohort: 'met-errors', members: 3, full: true, added: 3, removed: 0, pages: 2 },
  ]);
  const [one, two] = received.map(({ page }) => page.parameters);
  expect(one).toMatchObject({
    ...{ apitrail_cohort_id: 'met-errors', apitrail_cohort_name: 'Met errors' },
    page_info: { total_pages: 2, page_count: 1 },
    members: [
      { apitrail_id: 'c1', customer: 'c1' },
      { apitrail_id: 'c2', customer: 'c2' },
    ],
  });
  expect(two).toMatchObject({ page_info: { total_pages: 2, page_count: 2 } });
  expect(two!.apitrail_session_id).toBe(one!.apitrail_session_id);
});

it('tells it then who came and who went, and nothing when nobody did', async () => {
  await push(['c1', 'c2']);
  await push(['c2', 'c3']);
  expect(await push(['c2', 'c3'])).toMatchObject([{ full: false, pages: 0 }]);
  expect(told()).toEqual([
    ['members', ['c1', 'c2']],
    ['add_members', ['c3']],
    ['remove_members', ['c1']],
  ]);
});

it('says that there is nobody', async () => {
  await push([]);
  expect(told()).toEqual([['members', []]]);
});

it('tells another address all of it', async () => {
  await push(['c1']);
  await push(['c1'], { url: `${url()}/other` });
  expect(told()).toEqual([
    ['members', ['c1']],
    ['members', ['c1']],
  ]);
});

it('signs the body with the time it was sent at', async () => {
  await push(['c1']);
  const [{ headers, body }] = received as [Received];
  const timestamp = Number(headers['x-apitrail-timestamp']);
  expect(Math.abs(Date.now() / 1000 - timestamp)).toBeLessThan(600);
  expect(headers['x-apitrail-signature']).toBe(signatureOf(SECRET, timestamp, body));
  expect(signatureOf('another secret text', timestamp, body)).not.toBe(headers['x-apitrail-signature']);
});

it('sends a page again that the receiver failed at, and no other', async () => {
  answers = [200, 503, { status: 429, headers: { 'retry-after': '0' } }];
  await push(['c1', 'c2'], { page: 1 });
  expect(told().map(([, members]) => members)).toEqual([['c1'], ['c2'], ['c2'], ['c2']]);
});

it('gives up after its attempts, and tells all of it the next time', async () => {
  answers = [500, 502, 503];
  await expect(push(['c1'])).rejects.toMatchObject({
    code: 'APITRAIL_WEBHOOK_FAILED',
    message: expect.stringContaining('answered 503 after 3 attempts') as string,
  });
  await push(['c1']);
  expect(told().at(-1)).toEqual(['members', ['c1']]);
});

it('goes on after the last page that was taken, under the same key, and then tells what changed', async () => {
  answers = [200, 500, 500, 500];
  await expect(push(['c1', 'c2', 'c3'], { page: 1 })).rejects.toThrow('after 3 attempts');
  expect(await push(['c2', 'c3', 'c4'], { page: 1 })).toMatchObject([{ full: true, added: 4, removed: 1, pages: 4 }]);
  expect(told().map(([action, members]) => `${String(action)} ${String(members)}`)).toEqual([
    ...['members c1', 'members c2', 'members c2', 'members c2', 'members c2', 'members c3'],
    ...['add_members c4', 'remove_members c1'],
  ]);
  const keys = received.map(({ headers }) => headers['idempotency-key']);
  expect(new Set(keys.slice(1, 5)).size).toBe(1);
  expect(new Set(keys).size).toBe(5);
  expect(new Set(received.slice(0, 6).map(({ page }) => page.parameters.apitrail_session_id)).size).toBe(1);
  expect(await readdir(pushDirectory(lake))).toEqual(['crm--met-errors.json.gz']);
});

it('begins anew with pages of another size, and after one that was refused', async () => {
  answers = [200, 413];
  await expect(push(['c1', 'c2', 'c3'], { page: 2 })).rejects.toThrow('answered 413');
  answers = [500, 500, 500];
  await expect(push(['c1', 'c2', 'c3'], { page: 2 })).rejects.toThrow('answered 500');
  await push(['c1', 'c2', 'c3'], { page: 3 });
  expect(told().map(([, members]) => members)).toEqual([
    ...[['c1', 'c2'], ['c3'], ['c1', 'c2'], ['c1', 'c2'], ['c1', 'c2']],
    ['c1', 'c2', 'c3'],
  ]);
});

it('tells all of it to who took a part of what was then given up', async () => {
  await push(['c1'], { page: 1 });
  answers = [200, 413];
  await expect(push(['c1', 'c2', 'c3'], { page: 1 })).rejects.toThrow('answered 413');
  await push(['c1', 'c3'], { page: 5 });
  expect(told().at(-1)).toEqual(['members', ['c1', 'c3']]);
});

it('does not repeat what the receiver refuses, and says what it answered', async () => {
  answers = [{ status: 401, body: 'wrong\nsignature' }];
  await expect(push(['c1'])).rejects.toThrow('answered 401: wrong signature.');
  expect(received).toHaveLength(1);
});

it('does not follow where an answer leads', async () => {
  answers = [{ status: 302, headers: { location: url() } }];
  await expect(push(['c1'])).rejects.toThrow('answered 302, which leads elsewhere');
  expect(received).toHaveLength(1);
});

it.each([
  ['http://169.254.169.254/latest', 'is an address that no receiver has'],
  ['https://[fe80::1]/', 'is an address that no receiver has'],
  ['http://[::ffff:169.254.169.254]/', 'is an address that no receiver has'],
  ['http://192.0.2.7/', 'is another machine, and http is for the own one'],
])('sends nothing to %s', async (address, why) => {
  await expect(push(['c1'], { url: address })).rejects.toThrow(why);
});

it('keeps whom the receiver has, and no lock', async () => {
  await push(['c1']);
  expect(await readdir(pushDirectory(lake))).toEqual(['crm--met-errors.json.gz']);
});

it('names the webhooks there are', async () => {
  const { webhooks } = cohortsConfigSchema.parse({
    webhooks: [{ name: 'crm', url: url(), secret: SECRET, cohorts: ['met-errors'] }],
  });
  const store = new CohortStore(lake, [cohort]);
  const source = {
    engine: bench.engine,
    datasets: new Map(),
    cohorts: store,
    pseudonyms: () => Promise.resolve(() => []),
  };
  const pusher = new CohortPusher({ lake, webhooks, store, source });
  await expect(pusher.push('met-errors', 'crn')).rejects.toThrow('There is no webhook "crn". Did you mean crm?');
  await expect(pusher.push('others', undefined)).rejects.toThrow('No webhook has the cohort others.');
});
