import { join } from 'node:path';

import type { LiveMessage, QueryResponse } from '@apitrail/contract';

import { serve, type Companion } from './support/apitrail';
import { temporaryFolder } from './support/lake';

jest.setTimeout(120_000);

let folder: Awaited<ReturnType<typeof temporaryFolder>>;
let companion: Companion;

const start = () =>
  serve(['--lake', join(folder.path, 'lake'), '--no-auth'], {
    cwd: folder.path,
    env: {},
  });

beforeAll(async () => {
  folder = await temporaryFolder();
  companion = await start();
});
afterAll(async () => {
  await companion.stop();
  await folder.remove();
});

/** Sends requests with these ids; they are acknowledged when it resolves. */
async function send(ids: readonly string[]): Promise<void> {
  const lines = ids.map((id) =>
    JSON.stringify({ time: new Date().toISOString(), service: 'shop', path: '/a', status: 200, request_id: id })
  );
  const response = await fetch(`${companion.ingest}/ingest/json`, {
    method: 'POST',
    headers: { 'content-type': 'application/x-ndjson' },
    body: `${lines.join('\n')}\n`,
  });
  expect(response.status).toBe(200);
}

/** Ids that a query finds, in order. */
async function found(): Promise<string[]> {
  const now = Date.now();
  const query = {
    refId: 'A',
    queryType: 'requests',
    columns: ['request_id'],
    orderBy: [{ key: 'request_id', direction: 'asc' }],
  };
  const response = await fetch(`${companion.query}/api/ds/query`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ from: now - 3_600_000, to: now + 3_600_000, queries: [query] }),
  });
  const { results } = (await response.json()) as QueryResponse;
  expect(results.A!.error).toBeUndefined();
  return results.A!.frames![0]!.data.values[0] as string[];
}

/** Asks until there are as many rows as are waited for. */
async function foundOnce(count: number): Promise<string[]> {
  for (;;) {
    const ids = await found();
    if (ids.length >= count) {
      return ids;
    }
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

/** Opens a live stream of ids and gives what reads the next so many of them. */
async function openLive(): Promise<(count: number) => Promise<string[]>> {
  const query = JSON.stringify({ queryType: 'requests', columns: ['request_id'] });
  const response = await fetch(`${companion.query}/api/live?query=${encodeURIComponent(query)}`);
  const text = response.body!.pipeThrough(new TextDecoderStream()).getReader();
  let rest = '';
  const told: string[] = [];
  const read = async () => {
    const { value, done } = await text.read();
    expect(done).toBe(false);
    const lines = `${rest}${value ?? ''}`.split('\n');
    rest = lines.pop()!;
    for (const message of lines.map((line) => JSON.parse(line) as LiveMessage)) {
      told.push(...(message.type === 'frames' ? (message.frames[0]!.data.values[0] as string[]) : []));
    }
  };
  await read();
  return async (count) => {
    while (told.length < count) {
      await read();
    }
    return told.splice(0);
  };
}

test('what is acknowledged is found by queries and told by live streams, each row once, also after a restart', async () => {
  const told = await openLive();
  await send(['a', 'b']);
  expect(await told(2)).toEqual(['a', 'b']);
  await send(['c']);
  expect(await told(1)).toEqual(['c']);
  expect(await foundOnce(3)).toEqual(['a', 'b', 'c']);

  await send(['d']);
  await companion.stop();
  companion = await start();
  expect(await foundOnce(4)).toEqual(['a', 'b', 'c', 'd']);
  const again = await openLive();
  await send(['e']);
  expect(await again(1)).toEqual(['e']);
  expect(await foundOnce(5)).toEqual(['a', 'b', 'c', 'd', 'e']);
});
