import { join } from 'node:path';
import { request as httpRequest } from 'node:http';
import { unlink } from 'node:fs/promises';

import { ApitrailError, type LiveMessage } from '@apitrail/contract';
import type { FastifyInstance } from 'fastify';
import { pino } from 'pino';

import { openDuckDb, type DuckDb } from '../../engine/duckdb';
import { HotFeed } from '../../lake/hot/hot-feed';
import { writeHotFile, type HotRow } from '../../lake/testing/hot-file';
import { temporaryFolder } from '../../lake/testing/temporary-lake';
import { framesOf, type TestFrame } from '../../queries/testing/dataset';
import { listen } from '../listen';
import { createListener } from '../listener';
import { liveEndpoint } from './live-endpoint';
import { LiveStreams, type LiveStreamsOptions } from './live-streams';

const NOV_1 = Date.UTC(2026, 10, 1);

let engine: DuckDb;
let folder: Awaited<ReturnType<typeof temporaryFolder>>;
let lake: string;
let app: FastifyInstance;
let url: string;
let streams: LiveStreams;
let faults: unknown[];

beforeAll(async () => {
  engine = await openDuckDb({ threads: 2 });
});
afterAll(() => engine.close());
beforeEach(async () => {
  folder = await temporaryFolder();
  lake = join(folder.path, 'lake');
  await start();
});
afterEach(async () => {
  streams.endAll(new ApitrailError('APITRAIL_STOPPING', 'The end.'));
  await app.close();
  await folder.remove();
});

async function start(options: Partial<LiveStreamsOptions> = {}): Promise<void> {
  await app?.close();
  faults = [];
  const onFault = (error: unknown) => void faults.push(error);
  streams = new LiveStreams({ feed: new HotFeed(lake, onFault), most: 3, lingerMs: 100, onFault, ...options });
  app = createListener({
    gate: { scope: 'query', verifier: undefined, allowedHosts: [], allowedOrigins: [] },
    endpoints: [liveEndpoint({ streams, engine, pseudonyms: () => Promise.resolve(() => []) })],
    log: pino({ level: 'silent' }),
    bodyLimit: 1000,
  });
  const { port } = await listen(app, { host: '127.0.0.1', port: 0 }, 'query_listen');
  url = `http://127.0.0.1:${port}/api/live`;
}

const row = (index: number, more: Record<string, unknown> = {}): HotRow => ({
  time: (NOV_1 + index * 1000) * 1000,
  ingested_at: (NOV_1 + index * 1000) * 1000,
  request_id: `r${index}`,
  status: 200,
  ...more,
});
const hot = (from: number, rows: readonly HotRow[], to = from) => writeHotFile(engine, lake, { from, to }, rows);
const address = (query: object) => `${url}?query=${encodeURIComponent(JSON.stringify(query))}`;

/** A client of a stream: its messages one by one, and what ends it. */
async function open(query: object, headers: Record<string, string> = {}) {
  const leave = new AbortController();
  const response = await fetch(address(query), { headers, signal: leave.signal });
  expect(response.status).toBe(200);
  const text = response.body!.pipeThrough(new TextDecoderStream())[Symbol.asyncIterator]();
  let rest = '';
  const line = async (): Promise<string> => {
    while (!rest.includes('\n')) {
      const { value, done } = await text.next();
      if (done) {
        throw new Error(`the stream has ended: ${rest}`);
      }
      rest += value;
    }
    const [first = '', ...more] = rest.split('\n');
    rest = more.join('\n');
    return first;
  };
  const next = async () => JSON.parse(await line()) as LiveMessage;
  const frame = async (): Promise<TestFrame> => {
    for (;;) {
      const message = await next();
      if (message.type === 'frames') {
        return framesOf({ status: 200, frames: message.frames })[0]!;
      }
      expect(message.type).toBe('heartbeat');
    }
  };
  expect(headers.accept === undefined ? await next() : await line()).toBeDefined();
  return { response, line, next, frame, leave: () => leave.abort() };
}

const refusal = async (query: object | string) => {
  const response = await fetch(typeof query === 'string' ? `${url}?${query}` : address(query));
  const { error } = (await response.json()) as { error: { code: string; message: string; where?: string } };
  return { status: response.status, retryAfter: response.headers.get('retry-after'), ...error };
};

describe('requests that come in', () => {
  it('are sent once each, in order, with the columns and filters of the query', async () => {
    await hot(0, [row(0)]);
    const query = {
      queryType: 'requests',
      columns: ['time', 'request_id'],
      filters: [{ key: 'status', operator: '>=', value: '400' }],
    };
    const { frame, leave } = await open(query);
    await hot(1, [row(2, { status: 500 }), row(1, { status: 404 }), row(3)]);
    expect((await frame()).rows).toEqual([
      { time: NOV_1 + 1000, request_id: 'r1' },
      { time: NOV_1 + 2000, request_id: 'r2' },
    ]);
    await hot(2, [row(4)], 3);
    await hot(4, [row(5, { status: 503 })]);
    expect((await frame()).columns['request_id']).toEqual(['r5']);
    leave();
  });

  it('are not sent again when their batches are written into another file', async () => {
    const { frame, leave } = await open({ queryType: 'requests', columns: ['request_id'] });
    await hot(1, [row(1)]);
    expect((await frame()).columns['request_id']).toEqual(['r1']);
    await hot(1, [row(1), row(2)], 2);
    await hot(3, [row(3)]);
    expect((await frame()).columns['request_id']).toEqual(['r3']);
    leave();
  });

  it('are shown up to the limit, and the rest is counted', async () => {
    const { frame, leave } = await open({ queryType: 'requests', columns: ['request_id'], limit: 2 });
    await hot(1, [row(1), row(2), row(3), row(4), row(5)]);
    const { columns, meta } = await frame();
    expect(columns['request_id']).toEqual(['r1', 'r2']);
    expect(meta.notices).toEqual([{ severity: 'info', text: expect.stringContaining('3 more requests came in') }]);
    expect(meta.custom!['apitrail']).toMatchObject({ queryType: 'requests', live: true });
    leave();
  });

  it('are log lines where those are asked for', async () => {
    const { frame, leave } = await open({ queryType: 'requests', format: 'logs' });
    await hot(1, [row(1, { method: 'GET', path: '/a' })]);
    expect((await frame()).rows[0]).toMatchObject({ timestamp: NOV_1 + 1000, body: 'GET /a 200', severity: 'info' });
    leave();
  });

  it('are told of when they could not be read in time', async () => {
    const [gone, there] = [await hot(1, [row(1), row(2)]), await hot(2, [row(3)])];
    await unlink(gone.path);
    const late = new HotFeed(lake);
    late.follow = (tell) => (tell([gone, there]), Promise.resolve(() => undefined));
    await start({ feed: late });
    const { frame, leave } = await open({ queryType: 'requests', columns: ['request_id'] });
    const { columns, meta } = await frame();
    expect(columns['request_id']).toEqual(['r3']);
    expect(meta.notices).toEqual([{ severity: 'warning', text: expect.stringContaining('2 requests came in that') }]);
    leave();
  });
});

describe('traffic that comes in', () => {
  it('is one row per group and window, of whatever time the rows are', async () => {
    const { frame, leave } = await open({
      queryType: 'traffic',
      metrics: ['requests', 'requests_per_second', 'error_rate'],
      groupBy: ['service'],
      interval: '1s',
    });
    await hot(1, [
      row(1, { service: 'shop' }),
      row(9000, { service: 'shop', status: 500 }),
      row(2, { service: 'pay' }),
    ]);
    const first = await frame();
    expect(first.fields.map(({ name }) => name)).toEqual([
      'time',
      'service',
      'requests',
      'requests_per_second',
      'error_rate',
    ]);
    expect(first.rows.map(({ time: _, ...rest }) => rest)).toEqual([
      { service: 'shop', requests: 2, requests_per_second: 2, error_rate: 0.5 },
      { service: 'pay', requests: 1, requests_per_second: 1, error_rate: 0 },
    ]);
    const time = first.rows[0]!['time'] as number;
    expect(time % 1000).toBe(0);
    const second = await frame();
    expect(second.rows).toEqual([
      { time: time + 1000, service: 'shop', requests: 0, requests_per_second: 0, error_rate: null },
      { time: time + 1000, service: 'pay', requests: 0, requests_per_second: 0, error_rate: null },
    ]);
    leave();
  });

  it('is nothing while nothing comes, where it has no groups', async () => {
    const { frame, leave } = await open({ queryType: 'traffic', interval: '1s' });
    expect((await frame()).columns['requests']).toEqual([0]);
    leave();
  });
});

describe('a stream', () => {
  it('is Server-Sent Events where those are accepted', async () => {
    const { response, line, leave } = await open({ queryType: 'requests' }, { accept: 'text/event-stream' });
    expect(response.headers.get('content-type')).toContain('text/event-stream');
    await hot(1, [row(1)]);
    let text = await line();
    while (!text.startsWith('event: frames')) {
      text = await line();
    }
    expect(JSON.parse((await line()).replace(/^data: /, ''))).toMatchObject({ type: 'frames' });
    leave();
  });

  it('beats while nothing comes', async () => {
    await start({ heartbeatMs: 20 });
    const { next, leave } = await open({ queryType: 'requests' });
    expect(await next()).toEqual({ type: 'heartbeat', time: expect.any(Number) });
    leave();
  });

  it('begins with a heartbeat, once all that comes in is told of', async () => {
    const slow = new HotFeed(lake);
    const follow = slow.follow.bind(slow);
    let follows = false;
    slow.follow = async (tell, since) => {
      await new Promise((resolve) => setTimeout(resolve, 50));
      const stop = await follow(tell, since);
      follows = true;
      return stop;
    };
    await start({ feed: slow });
    const { leave } = await open({ queryType: 'requests' });
    expect(follows).toBe(true);
    leave();
  });

  it('is forgotten when the client goes away', async () => {
    const { leave } = await open({ queryType: 'requests' });
    expect([streams.count, streams.opened]).toEqual([1, 1]);
    leave();
    while (streams.count > 0) {
      await new Promise((resolve) => setTimeout(resolve, 5));
    }
  });

  it('says why when it is ended', async () => {
    const { next } = await open({ queryType: 'requests' });
    streams.endAll(new ApitrailError('APITRAIL_STOPPING', 'The companion is stopping.'));
    expect(await next()).toEqual({ type: 'end', code: 'APITRAIL_STOPPING', message: 'The companion is stopping.' });
  });

  it('is ended when nobody reads it, before it fills the memory', async () => {
    await start({ patienceMs: 50 });
    const response = await new Promise<import('node:http').IncomingMessage>((resolve) =>
      httpRequest(address({ queryType: 'requests', limit: 10_000 }), resolve).end()
    );
    response.pause();
    for (let batch = 1; streams.count > 0; batch++) {
      await hot(
        batch,
        Array.from({ length: 4_000 }, (_, index) => row(index, { path: `/${'x'.repeat(400)}` }))
      );
    }
    response.destroy();
    expect(faults).toEqual([]);
  });

  it('beyond the limit is refused, with when to come again', async () => {
    const opened = [1, 2, 3].map(() => open({ queryType: 'requests' }));
    const clients = await Promise.all(opened);
    expect(await refusal({ queryType: 'requests' })).toMatchObject({
      status: 503,
      code: 'APITRAIL_BUSY',
      retryAfter: '5',
    });
    clients.forEach(({ leave }) => leave());
  });

  it.each([
    [
      {
        queryType: 'funnel',
        steps: [
          { name: 'a', filters: [] },
          { name: 'b', filters: [] },
        ],
      },
      'APITRAIL_UNKNOWN_QUERY_TYPE',
      'queryType',
    ],
    [{ queryType: 'requests', limt: 3 }, 'APITRAIL_UNKNOWN_FIELD', 'limt'],
    [{ queryType: 'requests', dataset: 'other' }, 'APITRAIL_BAD_VALUE', 'dataset'],
    [{ queryType: 'traffic', timeShift: '1w' }, 'APITRAIL_BAD_VALUE', 'timeShift'],
    [{ queryType: 'traffic', interval: '1h' }, 'APITRAIL_BAD_VALUE', 'interval'],
    [
      { queryType: 'requests', filters: [{ key: 'path', operator: '=~', value: '(' }] },
      'APITRAIL_BAD_REGEX',
      undefined,
    ],
    ['query=%7B', 'APITRAIL_BAD_VALUE', 'query'],
    ['query=[]', 'APITRAIL_BAD_VALUE', 'query'],
    ['limit=3', 'APITRAIL_UNKNOWN_FIELD', 'limit'],
  ])('of %j is refused', async (query, code, where) => {
    expect(await refusal(query)).toMatchObject({ status: 400, code, ...(where ? { where } : {}) });
    expect(streams.count).toBe(0);
  });

  it('is not opened to be looked at', async () => {
    const response = await fetch(address({ queryType: 'requests' }), { method: 'HEAD' });
    expect([response.status, response.headers.get('allow')]).toEqual([405, 'GET']);
  });
});
