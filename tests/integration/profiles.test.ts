import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { writeFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { createInterface } from 'node:readline';

import { apitrail, serve, until, type Companion } from './support/apitrail';
import { temporaryFolder } from './support/lake';

jest.setTimeout(120_000);

const PAY = '/api/checkout/{id}/payment';
const GREETING = 'Your payment failed because of us.';

let folder: Awaited<ReturnType<typeof temporaryFolder>>;
let companion: Companion | undefined;
let shop: ChildProcess | undefined;
let silent: Server | undefined;

beforeEach(async () => {
  folder = await temporaryFolder();
});
afterEach(async () => {
  if (shop && shop.exitCode === null) {
    shop.kill();
    await once(shop, 'exit');
  }
  silent?.closeAllConnections();
  silent?.close();
  await companion?.stop();
  companion = shop = silent = undefined;
  await folder.remove();
});

const ago = (minutes: number) => new Date(Date.now() - minutes * 60_000).toISOString();
const request = (customer: string, minutes: number, extra: object = {}) => ({
  ...{ time: ago(minutes), service: 'shop', method: 'GET', route: '/', status: 200, duration_ms: 5, customer },
  ...extra,
});
const failedPayment = (customer: string, minutes: number) =>
  request(customer, minutes, { method: 'POST', route: PAY, status: 500 });
const asLines = (rows: object[]) => rows.map((row) => `${JSON.stringify(row)}\n`).join('');

/** A companion with keys over the requests of a happy customer and an unlucky one. */
async function start(config = ''): Promise<Companion> {
  const cwd = folder.path;
  await writeFile(join(cwd, 'apitrail.yaml'), `privacy: { customer: keep }\ningest: { flush_age: 1h }\n${config}`);
  const happy = [90, 89, 1].map((minutes) => request('happy', minutes));
  const rows = [...happy, request('unlucky', 95), failedPayment('unlucky', 94)];
  await writeFile(join(cwd, 'requests.jsonl'), asLines(rows));
  await apitrail(['import', 'requests.jsonl', '--lake', 'lake'], { cwd });
  companion = await serve(['--lake', 'lake'], { cwd });
  return companion;
}

async function keyOf(scope: string): Promise<string> {
  const { stdout } = await apitrail(['keys', 'add', '--scope', scope, '--name', scope, '--lake', 'lake'], {
    cwd: folder.path,
  });
  return (JSON.parse(stdout) as { key: string }).key;
}

const bearer = (key: string) => ({ authorization: `Bearer ${key}` });

async function profileOf(customer: string, key: string): Promise<Record<string, unknown> | undefined> {
  const response = await fetch(`${companion!.query}/api/customers/${customer}/profile`, { headers: bearer(key) });
  return response.ok ? ((await response.json()) as Record<string, unknown>) : undefined;
}

/** Starts the example as its readme does, and gives the text of its page. */
async function openShop(env: Record<string, string>): Promise<(customer: string) => Promise<string>> {
  const server = join(process.cwd(), 'examples', 'express', 'server.mjs');
  shop = spawn(process.execPath, [server], {
    env: { ...process.env, PORT: '0', ...env },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const line = await new Promise<string>((resolve, reject) => {
    createInterface({ input: shop!.stdout! }).once('line', resolve);
    shop!.once('exit', (code) => reject(new Error(`The example ended with ${code}.`)));
  });
  return async (customer) => {
    const response = await fetch(`${new URL(line).origin}/?customer=${customer}`);
    expect(response.status).toBe(200);
    return response.text();
  };
}

describe('a key of the scope profile', () => {
  it('opens profiles and nothing else, and no other key opens them', async () => {
    const { query, ingest } = await start();
    const [profile, reader, sender] = [await keyOf('profile'), await keyOf('query'), await keyOf('ingest')];
    await until(() => profileOf('happy', profile));
    const address = `${query}/api/customers/happy/profile`;
    const status = async (url: string, method: string, key: string | undefined, body?: string) =>
      (
        await fetch(url, {
          method,
          headers: { 'content-type': 'application/json', ...(key === undefined ? {} : bearer(key)) },
          ...(body === undefined ? {} : { body }),
        })
      ).status;
    expect(await status(address, 'GET', profile)).toBe(200);
    expect(await status(address, 'GET', undefined)).toBe(401);
    expect(await status(address, 'GET', reader)).toBe(403);
    expect(await status(address, 'GET', sender)).toBe(403);
    const asked = JSON.stringify({ from: 0, to: Date.now(), queries: [{ refId: 'A', queryType: 'traffic' }] });
    const others: Array<[method: string, url: string, body?: string]> = [
      ['POST', `${query}/api/ds/query`, asked],
      ['POST', `${query}/api/export?format=csv`, asked],
      ['GET', `${query}/api/health`],
      ['GET', `${query}/api/cohorts`],
      ['PUT', `${query}/api/cohorts/mine`, '{}'],
      ['GET', `${query}/api/cohorts/mine/members`],
      ['GET', `${query}/api/resources/keys`],
      ['POST', `${query}/api/resources/values`, '{}'],
      ['GET', `${query}/api/resources/sql-schema`],
      ['GET', `${query}/metrics`],
      ['POST', `${ingest}/ingest/json`, asLines([request('happy', 1)])],
    ];
    for (const [method, url, body] of others) {
      expect([url, await status(url, method, profile, body)]).toEqual([url, 403]);
    }
  });
});

describe('a profile', () => {
  it('has a failure that is not in the lake yet once it was made anew', async () => {
    const { ingest } = await start('profiles: { refresh: 1s }\n');
    const [profile, sender] = [await keyOf('profile'), await keyOf('ingest')];
    const before = await until(() => profileOf('happy', profile));
    expect(before).toMatchObject({ last_failures: [], requests: 3 });
    const sent = await fetch(`${ingest}/ingest/json`, {
      method: 'POST',
      headers: bearer(sender),
      body: asLines([failedPayment('happy', 0)]),
    });
    expect(sent.status).toBe(200);
    const after = await until(async () => {
      const found = await profileOf('happy', profile);
      return found!['requests'] === 4 ? found : undefined;
    });
    expect(after).toMatchObject({
      segments: expect.arrayContaining(['hit_by_errors']),
      last_failures: [{ service: 'shop', method: 'POST', route: PAY, status: 500 }],
    });
  });

  it('tells the saved cohorts that the customer is in', async () => {
    await start(`cohorts:
  saved:
    - name: met-errors
      filters: [{ key: status_class, operator: '=', value: 5xx }]
    - name: dropped-at-payment
      funnel:
        steps:
          - { name: Home, filters: [{ key: route, operator: '=', value: / }] }
          - { name: Pay, filters: [{ key: route, operator: '=', value: '${PAY}' }] }
        step: 2
        outcome: dropped
        reason: failed
    - name: to-talk-to
      filters: [{ key: cohort, operator: '=|', values: [met-errors, dropped-at-payment] }]
    - name: of-services
      unit: service
`);
    const profile = await keyOf('profile');
    const unlucky = await until(() => profileOf('unlucky', profile));
    const cohortsOf = ({ segments }: Record<string, unknown>) =>
      (segments as string[]).filter((segment) => segment.startsWith('cohort:'));
    expect(cohortsOf(unlucky)).toEqual(['cohort:dropped-at-payment', 'cohort:met-errors', 'cohort:to-talk-to']);
    expect(cohortsOf((await profileOf('happy', profile))!)).toEqual([]);
  });
});

describe('the Express example', () => {
  it('adapts its page to whoever could not pay', async () => {
    const { query } = await start();
    const page = await openShop({ APITRAIL_URL: query, APITRAIL_KEY: await keyOf('profile') });
    expect(await until(async () => ((await page('unlucky')).includes(GREETING) ? true : undefined))).toBe(true);
    expect(await page('happy')).toContain('<h1>Welcome. Shall we show you around?</h1>');
    expect(await page('nobody')).toContain('<h1>Welcome.</h1>');
  });

  it('shows the plain page when the key is wrong', async () => {
    const { query } = await start();
    const page = await openShop({ APITRAIL_URL: query, APITRAIL_KEY: await keyOf('query') });
    expect(await page('unlucky')).toContain('<h1>Welcome.</h1>');
  });

  it('shows the plain page when the companion does not answer', async () => {
    silent = createServer(() => undefined).listen(0, '127.0.0.1');
    await once(silent, 'listening');
    const page = await openShop({ APITRAIL_URL: `http://127.0.0.1:${(silent.address() as AddressInfo).port}` });
    expect(await page('unlucky')).toContain('<h1>Welcome.</h1>');
  });

  it('shows the plain page when the companion has stopped', async () => {
    const { query } = await start();
    const page = await openShop({ APITRAIL_URL: query, APITRAIL_KEY: await keyOf('profile') });
    await until(async () => ((await page('unlucky')).includes(GREETING) ? true : undefined));
    await companion!.stop();
    companion = undefined;
    expect(await page('unlucky')).toContain('<h1>Welcome.</h1>');
  });
});

describe('outreach', () => {
  it.each(['csv', 'json', 'parquet'])('is exported as %s', async (format) => {
    const { query } = await start();
    const key = await keyOf('query');
    const response = await fetch(`${query}/api/export?format=${format}`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', ...bearer(key) },
      body: JSON.stringify({
        ...{ from: Date.now() - 86_400_000, to: Date.now() },
        query: { queryType: 'customers', view: 'outreach' },
      }),
    });
    expect(response.status).toBe(200);
    const body = Buffer.from(await response.arrayBuffer());
    if (format === 'parquet') {
      expect(body.subarray(0, 4).toString()).toBe('PAR1');
      expect(body.subarray(-4).toString()).toBe('PAR1');
    } else if (format === 'json') {
      expect(JSON.parse(body.toString())).toEqual([
        expect.objectContaining({ customer: 'unlucky', reason: 'abandoned', route: PAY, status: 500, failures: 1 }),
      ]);
    } else {
      const [head, row] = body.toString().split('\r\n');
      expect(head).toMatch(/^customer,account,reason,detail,/);
      expect(row).toMatch(/^unlucky,,abandoned,POST .*payment answered 500,shop,POST,/);
    }
  });
});
