import type { HeatmapMarker } from '@apitrail/contract';

import { Bench, epoch, type Row, type TestFrame } from '../testing/dataset';
import { shopRows } from '../testing/shop';

let bench: Bench;
beforeAll(async () => {
  bench = await Bench.open();
});
afterAll(() => bench.close());

const range = { from: '2026-11-09T00:00:00Z', to: '2026-11-10T00:00:00Z' };
const before = { from: '2026-11-02T00:00:00Z', to: '2026-11-03T00:00:00Z' };
const WEEK = epoch(range.from) - epoch(before.from);
const shop = [range, before].flatMap(({ from, to }, index) =>
  shopRows({ rows: 300, from: epoch(from), to: epoch(to), seed: index + 21 })
);
const marker = ({ meta }: TestFrame) => meta.custom!['apitrail'] as HeatmapMarker;

/** Cells as a plain question a week earlier has them, by row and column of the asked range. */
async function plainCells(name: string, query: object): Promise<Map<string, unknown>> {
  const data = await bench.dataset(name, shop);
  const [frame] = await bench.answer(data, before, { ...query, limit: 500 } as Record<string, unknown>);
  const moved = (x: unknown) => (marker(frame!).x === 'time' ? (x as number) + WEEK : x);
  return new Map(frame!.rows.map((row) => [JSON.stringify([row['y'], moved(row['x'])]), row['value']]));
}

function previousCells(frame: TestFrame): Map<string, unknown> {
  const there = frame.rows.filter((row) => (row['n_previous'] as number) > 0);
  return new Map(there.map((row) => [JSON.stringify([row['y'], row['x']]), row['previous']]));
}

describe.each([
  ['requests over time', { metric: 'requests', y: ['route'], interval: '3h' }],
  ['percentiles over time', { metric: 'p95', y: ['service', 'method'], interval: '6h' }],
  ['ratios by hour of day', { metric: 'error_rate', x: 'hour_of_day', y: ['route'] }],
  ['rates by hour of day', { metric: 'requests_per_second', x: 'hour_of_day', y: ['route'], timezone: 'Asia/Kolkata' }],
  ['customers by a key', { metric: 'customers', x: 'status_class', y: ['route'] }],
  ['rates by day of week', { metric: 'requests_per_second', x: 'day_of_week', y: ['service'] }],
])('%s', (name, fields) => {
  it('are what the plain question gives a week earlier, in the cells of both', async () => {
    const query = { queryType: 'heatmap', ...fields };
    const data = await bench.dataset(name, shop);
    const [frame] = await bench.answer(data, range, { ...query, limit: 500, timeShift: '1w' });
    expect(frame!.rows.length).toBeGreaterThan(3);
    expect(previousCells(frame!)).toEqual(await plainCells(`${name} plain`, query));
    const [own] = await bench.answer(data, range, { ...query, limit: 500 });
    const cells = ({ rows }: TestFrame) =>
      new Map(rows.map((row) => [JSON.stringify([row['y'], row['x']]), row['value']]));
    expect(new Map([...cells(frame!)].filter(([key]) => cells(own!).has(key)))).toEqual(cells(own!));
  });
});

const at = (day: string, route: string, ms: number, count = 1, status = 200): Row[] =>
  new Array<Row>(count).fill({ time: `${day}T01:00:00Z`, route, duration_ms: ms, status });

describe('cells', () => {
  const rows = [
    ...[...at('2026-11-09', '/a', 1, 4), ...at('2026-11-09', '/new', 1)],
    ...[...at('2026-11-02', '/a', 1, 2), ...at('2026-11-02', '/gone', 1, 3, 500)],
  ];
  const query = { queryType: 'heatmap', y: ['route'], interval: '1d', timeShift: '1w' };

  it('that only the earlier time has are there too, rows of their own last', async () => {
    const data = await bench.dataset('gone', rows);
    const [frame] = await bench.answer(data, range, query);
    expect(
      frame!.rows.map(({ y, value, n, previous, change, n_previous }) => [y, value, n, previous, change, n_previous])
    ).toEqual([
      ['/a', 4, 4, 2, 1, 2],
      ['/new', 1, 1, 0, null, 0],
      ['/gone', 0, 0, 3, -1, 3],
    ]);
    expect(marker(frame!).rows.map(({ label, total }) => [label, total])).toEqual([
      ['/a', 4],
      ['/new', 1],
      ['/gone', 0],
    ]);
  });

  it('of metrics that say nothing without requests are null where there are none', async () => {
    const data = await bench.dataset('ratio', rows);
    const [frame] = await bench.answer(data, range, { ...query, metric: 'error_rate' });
    expect(frame!.rows.map(({ y, value, previous, change }) => [y, value, previous, change])).toEqual([
      ['/a', 0, 0, 0],
      ['/new', 0, null, null],
      ['/gone', null, 1, null],
    ]);
  });

  it('are shares of their own time', async () => {
    const data = await bench.dataset('shares', rows);
    const [frame] = await bench.answer(data, range, { ...query, normalise: 'total' });
    expect(frame!.rows.map(({ y, value, previous }) => [y, value, previous])).toEqual([
      ['/a', 0.8, 0.4],
      ['/new', 0.2, 0],
      ['/gone', 0, 0.6],
    ]);
  });

  it('with too few requests then have no value of then', async () => {
    const data = await bench.dataset('few', rows);
    const [frame] = await bench.answer(data, range, { ...query, minSamples: 3 });
    expect(frame!.rows.map(({ y, value, previous }) => [y, value, previous])).toEqual([
      ['/a', 4, null],
      ['/new', null, null],
      ['/gone', null, 3],
    ]);
  });

  it('of a key that only the earlier time has make a column', async () => {
    const data = await bench.dataset('columns', rows);
    const [frame] = await bench.answer(data, range, { ...query, x: 'status_class' });
    expect(marker(frame!).columns).toEqual(['2xx', '5xx']);
    expect(frame!.rows.map(({ x, y, value, previous }) => [x, y, value, previous])).toContainEqual([
      '5xx',
      '/gone',
      0,
      3,
    ]);
  });

  it('of the latency have buckets that hold both times', async () => {
    const data = await bench.dataset('latency', [...at('2026-11-09', '/a', 100, 2), ...at('2026-11-02', '/a', 1600)]);
    const [frame] = await bench.answer(data, range, { ...query, y: 'latency', limit: 5 });
    expect(frame!.rows.map(({ y_min, y_max, value, previous }) => [y_min, y_max, value, previous])).toEqual([
      [64, 128, 2, 0],
      [1024, 2048, 0, 1],
    ]);
  });

  it.each(['p50', 'error_rate'])('of the latency hold %s of both times', async (metric) => {
    const data = await bench.dataset(`latency-${metric}`, [
      ...at('2026-11-09', '/a', 100, 2),
      ...at('2026-11-02', '/a', 1600, 1, 500),
    ]);
    const [frame] = await bench.answer(data, range, { ...query, metric, y: 'latency', limit: 5 });
    const [low, high] = metric === 'p50' ? [100, 1600] : [0, 1];
    expect(frame!.rows.map(({ value, previous }) => [value, previous])).toEqual([
      [low, null],
      [null, high],
    ]);
  });
});

it('series of the latency keep their names at both times', async () => {
  const data = await bench.dataset('latency-series', [
    ...at('2026-11-09', '/a', 100, 2),
    ...at('2026-11-02', '/a', 1600),
  ]);
  const query = {
    queryType: 'heatmap',
    y: 'latency',
    format: 'time_series',
    interval: '1d',
    limit: 5,
    timeShift: '1w',
  };
  const frames = await bench.answer(data, range, query);
  expect(frames.map(({ fields, columns }) => [fields[1]!.config!.displayNameFromDS, columns['requests']])).toEqual([
    ['64 ms – 128 ms', [2]],
    ['1.02 s – 2.05 s', [0]],
    ['64 ms – 128 ms (1w earlier)', [0]],
    ['1.02 s – 2.05 s (1w earlier)', [1]],
  ]);
});
