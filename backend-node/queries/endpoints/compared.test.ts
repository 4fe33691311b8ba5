import type { MetricName } from '@apitrail/contract';

import { Bench, epoch, type Row } from '../testing/dataset';
import { metricOfRows } from '../testing/reference';
import { shopRows } from '../testing/shop';

let bench: Bench;
beforeAll(async () => {
  bench = await Bench.open();
});
afterAll(() => bench.close());

const range = { from: '2026-11-09T00:00:00Z', to: '2026-11-10T00:00:00Z' };
const before = { from: '2026-11-08T00:00:00Z', to: '2026-11-09T00:00:00Z' };
const DAY_SECONDS = 86_400;

const shop = ({ from, to }: typeof range, seed: number, weighted: boolean) =>
  shopRows({ rows: 300, from: epoch(from), to: epoch(to), seed, weighted });

const METRICS: MetricName[] = ['requests', 'requests_per_second', 'error_rate', 'p95', 'avg', 'apdex', 'customers'];

describe.each([
  ['rows', false],
  ['weighted rows', true],
])('%s', (_, weighted) => {
  const own = shop(range, 11, weighted);
  const earlier = shop(before, 12, weighted);
  const query = { queryType: 'endpoints', groupBy: ['route'], metrics: METRICS, timeShift: '1d' };

  it.each([100, 3, 1])('have what each group was, {other} too, of the top %d', async (limit) => {
    const data = await bench.dataset(`values-${weighted}-${limit}`, [...own, ...earlier]);
    const [frame] = await bench.answer(data, range, { ...query, limit });
    const top = frame!.columns['route']!.filter((route) => route !== '{other}');
    for (const row of frame!.rows) {
      const belongs = (one: Row) =>
        row['route'] === '{other}' ? !top.includes(one['route'] ?? null) : one['route'] === row['route'];
      for (const metric of METRICS) {
        const [now, then] = [own, earlier].map((rows) => metricOfRows(metric, rows.filter(belongs), DAY_SECONDS));
        const close = (value: number | null) => (value === null ? null : expect.closeTo(value, 6));
        expect([metric, row[metric], row[`${metric}_previous`], row[`${metric}_change`]]).toEqual([
          metric,
          close(now!),
          close(then!),
          close(now === null || then === null ? null : then === 0 ? (now === 0 ? 0 : null) : (now! - then!) / then!),
        ]);
      }
    }
  });

  it('have the trend of both times, point over point', async () => {
    const data = await bench.dataset(`trend-${weighted}`, [...own, ...earlier]);
    const [frame] = await bench.answer(data, range, { ...query, metrics: ['requests'], limit: 2, interval: '6h' });
    const sum = (points: unknown) => (points as number[]).reduce((total, one) => total + one, 0);
    expect(frame!.columns['trend_previous']!.map(sum)).toEqual(frame!.columns['requests_previous']);
    expect(frame!.columns['trend']!.map(sum)).toEqual(frame!.columns['requests']);
    const plain = await bench.answer(data, before, { ...query, timeShift: 'none', limit: 100, interval: '6h' });
    const [route] = frame!.columns['route']!;
    expect(frame!.columns['trend_previous']![0]).toEqual(
      plain[0]!.rows.find((row) => row['route'] === route)!['trend']
    );
  });
});

describe('groups', () => {
  const at = (day: number, route: string | null, count: number, status = 200): Row[] =>
    new Array<Row>(count).fill({ time: `2026-11-0${day}T12:00:00Z`, route, status, duration_ms: 10 });
  const rows = [
    ...[...at(9, '/new', 2), ...at(9, '/more', 3), ...at(9, null, 1)],
    ...[...at(8, '/more', 2), ...at(8, '/gone', 5, 500), ...at(8, '/left', 1), ...at(8, null, 1)],
  ];
  const query = { queryType: 'endpoints', groupBy: ['route'], metrics: ['requests', 'error_rate'], timeShift: '1d' };
  const counts = ({ rows: found }: { rows: Array<Record<string, unknown>> }) =>
    found.map((row) => [row['route'], row['requests'], row['requests_previous'], row['requests_change']]);

  it('that are new were nothing, and those that are gone come last', async () => {
    const data = await bench.dataset('new-gone', rows);
    const [frame] = await bench.answer(data, range, query);
    expect(counts(frame!)).toEqual([
      ['/more', 3, 2, 0.5],
      ['/new', 2, 0, null],
      [null, 1, 1, 0],
      ['/gone', 0, 5, -1],
      ['/left', 0, 1, -1],
    ]);
    expect(frame!.columns['error_rate_previous']).toEqual([0, null, 0, 1, 0]);
    expect(frame!.columns['error_rate']).toEqual([0, 0, 0, null, null]);
    expect(frame!.columns['share']!.at(-1)).toBe(0);
  });

  it.each([
    [
      4,
      [
        ['/gone', 0, 5, -1],
        ['{other}', 0, 1, -1],
      ],
    ],
    [3, [['{other}', 0, 6, -1]]],
  ])('that are gone are {other} beyond a limit of %d', async (limit, last) => {
    const data = await bench.dataset(`limit-${limit}`, rows);
    const [frame] = await bench.answer(data, range, { ...query, limit });
    expect(counts(frame!).slice(3)).toEqual(last);
  });

  it('are all gone when nothing is there any more', async () => {
    const data = await bench.dataset('all-gone', rows.slice(6));
    const [frame] = await bench.answer(data, range, { ...query, limit: 1 });
    expect(counts(frame!)).toEqual([
      ['/gone', 0, 5, -1],
      ['{other}', 0, 4, -1],
    ]);
  });

  it('are matched by keys of any kind', async () => {
    const data = await bench.dataset('kinds', rows);
    const groupBy = ['status', 'status_class', 'duration_ms', 'attributes.plan'];
    const [frame] = await bench.answer(data, range, { ...query, groupBy });
    expect(
      frame!.rows.map((row) => [row['status'], row['status_class'], row['requests'], row['requests_previous']])
    ).toEqual([
      [200, '2xx', 6, 4],
      [500, '5xx', 0, 5],
    ]);
  });

  it('cost about as much again: one pass over the earlier rows where no group is gone', async () => {
    const data = await bench.dataset('cost', [...at(9, '/a', 3), ...at(8, '/a', 2)]);
    const statements = async (extra: object) => {
      const [frame] = await bench.answer(data, range, { ...query, timeShift: 'none', ...extra });
      return frame!.meta.executedQueryString!.split(';\n\n').length;
    };
    expect(await statements({ timeShift: '1d' })).toBe(2 * (await statements({})));
  });
});
