import {
  type DataFrame,
  type DataFrameJSON,
  type DataQueryRequest,
  type DataQueryResponse,
  dateTime,
  type LiveChannelAddress,
  type LiveChannelEvent,
  LiveChannelEventType,
  LoadingState,
} from '@grafana/data';
import { type GrafanaLiveSrv, setGrafanaLiveSrv } from '@grafana/runtime';
import { writeFrame, type Frame } from '@apitrail/contract';
import { Subject } from 'rxjs';

import { answerWith, type Asked } from '../testing/backend';
import { dataSourceWith } from '../testing/data-source';
import type { ApitrailQuery } from '../types';

const NOW = 1_700_003_600_000;
const MINUTE = 60_000;

let channels: Array<{ address: LiveChannelAddress; events: Subject<LiveChannelEvent<DataFrameJSON>> }>;

beforeEach(() => {
  jest.useFakeTimers({ now: NOW });
  channels = [];
  setGrafanaLiveSrv({
    getStream: (address: LiveChannelAddress) => {
      const events = new Subject<LiveChannelEvent<DataFrameJSON>>();
      channels.push({ address, events });
      return events;
    },
  } as unknown as GrafanaLiveSrv);
});
afterEach(() => jest.useRealTimers());

const send = (frame: Frame, channel = 0) =>
  channels[channel]!.events.next({
    type: LiveChannelEventType.Message,
    message: writeFrame(frame, 'A') as unknown as DataFrameJSON,
  });

/** Asks the data source, answers with frames, and gives the packets and what was asked. */
async function ask(
  queries: object[],
  frames: Frame[] | Error,
  more: Partial<DataQueryRequest<ApitrailQuery>> = {}
): Promise<{ packets: DataQueryResponse[]; asked: Asked[]; stop: () => void }> {
  const asked = answerWith(({ url }) => {
    if (url.endsWith('/resources/live')) {
      return { path: 'live/me/query' };
    }
    const results =
      frames instanceof Error ? frames : { A: { status: 200, frames: frames.map((f) => writeFrame(f, 'A')) } };
    return frames instanceof Error ? frames : { results };
  });
  const packets: DataQueryResponse[] = [];
  const request = {
    targets: queries.map((query) => ({ refId: 'A', ...query })),
    range: { from: dateTime(NOW - 5 * MINUTE), to: dateTime(NOW), raw: { from: 'now-5m', to: 'now' } },
    scopedVars: {},
    timezone: 'utc',
    intervalMs: 1000,
    ...more,
  } as DataQueryRequest<ApitrailQuery>;
  const subscription = dataSourceWith()
    .query(request)
    .subscribe((packet) => packets.push(packet));
  await jest.advanceTimersByTimeAsync(10);
  return { packets, asked, stop: () => subscription.unsubscribe() };
}

const rows = (ids: string[]): Frame => ({
  meta: { type: 'table' },
  fields: [
    { name: 'time', type: 'time', values: ids.map((_, index) => NOW + index) },
    { name: 'request_id', type: 'string', values: ids },
  ],
});
const column = ({ data }: DataQueryResponse, name: string, frame = 0) =>
  (data[frame] as DataFrame).fields.find((field) => field.name === name)?.values;
const series = (labels: Record<string, string>, times: number[], values: number[], interval = 5000): Frame => ({
  name: labels.service ?? 'Requests',
  meta: { type: 'timeseries-multi' },
  fields: [
    { name: 'time', type: 'time', values: times, config: { interval } },
    { name: 'requests', type: 'number', values, labels, config: { displayNameFromDS: labels.service ?? 'Requests' } },
  ],
});
const arrived = (time: number, counts: Record<string, number>): Frame => ({
  meta: { type: 'table' },
  fields: [
    { name: 'time', type: 'time', values: Object.keys(counts).map(() => time) },
    { name: 'service', type: 'string', values: Object.keys(counts) },
    { name: 'requests', type: 'number', values: Object.values(counts) },
  ],
});

describe('requests', () => {
  it('go on with what comes in, newest first, and no more than asked', async () => {
    const { packets } = await ask([{ queryType: 'requests', live: true, limit: 3 }], [rows(['b', 'a'])]);
    expect(packets.map(({ state }) => state)).toEqual([LoadingState.Streaming]);
    send(rows(['c', 'd']));
    expect(column(packets.at(-1)!, 'request_id')).toEqual(['d', 'c', 'b']);
    send(rows(['e']));
    expect(column(packets.at(-1)!, 'request_id')).toEqual(['e', 'd', 'c']);
    expect(new Set(packets.map(({ key }) => key)).size).toBe(1);
  });

  it('come at the end where the oldest are first', async () => {
    const orderBy = [{ key: 'time', direction: 'asc' }];
    const { packets } = await ask([{ queryType: 'requests', live: true, limit: 3, orderBy }], [rows(['a', 'b'])]);
    send(rows(['c', 'd']));
    expect(column(packets.at(-1)!, 'request_id')).toEqual(['b', 'c', 'd']);
  });

  it('as log lines have ids of their own', async () => {
    const line = (id: string): Frame => ({
      meta: { type: 'log-lines' },
      fields: [
        { name: 'timestamp', type: 'time', values: [NOW] },
        { name: 'id', type: 'string', values: [id] },
      ],
    });
    const { packets } = await ask([{ queryType: 'requests', format: 'logs', live: true }], [line('1')]);
    send(line('1'));
    send(line('1'));
    expect(column(packets.at(-1)!, 'id')).toEqual(['1-2', '1-1', '1']);
  });

  it('are asked for on a channel that is for this query, with variables resolved', async () => {
    const { asked } = await ask(
      [{ queryType: 'requests', live: true, limit: 7, timeShift: '1w', hide: false }],
      [rows([])]
    );
    const query = { refId: 'A', queryType: 'requests', limit: 7, timezone: 'UTC' };
    expect(asked.at(-1)).toMatchObject({
      url: expect.stringContaining('/resources/live'),
      method: 'POST',
      data: query,
    });
    expect(channels[0]!.address).toMatchObject({ scope: 'ds', stream: 'apitrail', path: 'live/me/query', data: query });
    expect(channels[0]!.address.data).not.toHaveProperty('timeShift');
  });
});

describe('traffic', () => {
  const live = { queryType: 'traffic', live: true, groupBy: ['service'] };

  it('goes on bucket by bucket, and what was not finished is replaced', async () => {
    const { packets } = await ask([live], [series({ service: 'shop' }, [NOW - 10_000, NOW - 5000], [4, 1])]);
    expect(channels[0]!.address.data).toMatchObject({ interval: '5000ms', format: 'table', groupBy: ['service'] });
    send(arrived(NOW - 5000, { shop: 3 }));
    send(arrived(NOW, { shop: 5 }));
    expect(column(packets.at(-1)!, 'time')).toEqual([NOW - 10_000, NOW - 5000, NOW]);
    expect(column(packets.at(-1)!, 'requests')).toEqual([4, 3, 5]);
  });

  it('has a series for a group that is new', async () => {
    const { packets } = await ask([live], [series({ service: 'shop' }, [NOW], [1])]);
    send(arrived(NOW + 5000, { shop: 2, pay: 9 }));
    const { data } = packets.at(-1)!;
    expect((data as DataFrame[]).map(({ name, fields }) => [name, fields[1]!.labels, fields[1]!.values])).toEqual([
      ['shop', { service: 'shop' }, [1, 2]],
      ['pay', { service: 'pay' }, [9]],
    ]);
  });

  it('goes on with nothing for a group of which nothing came', async () => {
    const before = [series({ service: 'shop' }, [NOW], [1]), series({ service: 'pay' }, [NOW], [2])];
    const { packets } = await ask([live], before);
    send(arrived(NOW + 5000, { shop: 2 }));
    expect(column(packets.at(-1)!, 'requests', 1)).toEqual([2, 0]);
    send(arrived(NOW + 10_000, { shop: 2, '{other}': 4 }));
    expect(column(packets.at(-1)!, 'requests', 1)).toEqual([2, 0]);
  });

  it('lets go of what the range has left behind', async () => {
    const { packets } = await ask([live], [series({ service: 'shop' }, [NOW - 5 * MINUTE, NOW - 5000], [4, 1])]);
    jest.setSystemTime(NOW + 20_000);
    send(arrived(NOW, { shop: 5 }));
    expect(column(packets.at(-1)!, 'requests')).toEqual([1, 5]);
  });

  it('goes on as a table, too', async () => {
    const { packets } = await ask([{ ...live, format: 'table' }], [arrived(NOW - 5000, { shop: 1, pay: 2 })]);
    send(arrived(NOW, { shop: 3 }));
    expect(column(packets.at(-1)!, 'requests')).toEqual([1, 2, 3]);
  });

  it('with buckets that are too wide says so, and is not live', async () => {
    const { packets } = await ask([live], [series({}, [NOW], [1], 5 * MINUTE)]);
    expect(packets.at(-1)!.state).toBe(LoadingState.Done);
    expect((packets.at(-1)!.data[0] as DataFrame).meta?.notices?.[0]?.text).toContain('at most a minute');
    expect(channels).toEqual([]);
  });
});

describe('a query', () => {
  it('is live where Explore is, whatever it says', async () => {
    await ask([{ queryType: 'requests' }], [rows([])], { liveStreaming: true });
    expect(channels).toHaveLength(1);
  });

  it.each([
    ['does not say so', { queryType: 'requests' }, {}],
    ['is of another type', { queryType: 'endpoints', live: true }, {}],
    ['asks for single numbers', { queryType: 'traffic', format: 'numeric', live: true }, {}],
    [
      'is of a range that is over',
      { queryType: 'requests', live: true },
      { rangeRaw: { from: 'now-2d', to: 'now-1d' } },
    ],
    [
      'is of a fixed range',
      { queryType: 'requests', live: true },
      { rangeRaw: { from: dateTime(NOW - MINUTE), to: dateTime(NOW) } },
    ],
  ])('that %s is not', async (_, query, more) => {
    const { packets } = await ask([query], [rows([])], more as Partial<DataQueryRequest<ApitrailQuery>>);
    expect(packets.at(-1)!.state).not.toBe(LoadingState.Streaming);
    expect(channels).toEqual([]);
  });

  it('that fails is not live', async () => {
    const { packets } = await ask([{ queryType: 'requests', live: true }], new Error('no companion'));
    expect(packets.at(-1)!.state).toBe(LoadingState.Error);
    expect(channels).toEqual([]);
  });

  it('says when nothing live comes in, and no more when it does', async () => {
    const { packets } = await ask([{ queryType: 'requests', live: true }], [rows(['a'])]);
    const notices = () => (packets.at(-1)!.data[0] as DataFrame).meta?.notices?.map(({ text }) => text) ?? [];
    send({ fields: [], meta: { notices: [{ severity: 'warning', text: 'The live stream was interrupted' }] } });
    expect(notices()).toEqual(['The live stream was interrupted']);
    expect(column(packets.at(-1)!, 'request_id')).toEqual(['a']);
    send(rows(['b']));
    expect(notices()).toEqual([]);
  });
});
