import { METRIC_NAMES, type MetricName } from '@apitrail/contract';

import type { Dataset } from '../../lake/dataset';
import { Bench, epoch, type Row } from '../testing/dataset';
import { groupRows, metricOfRows, settle, weightOf } from '../testing/reference';
import { shopRows } from '../testing/shop';

jest.setTimeout(120_000);

const range = { from: '2026-11-02T10:00:00Z', to: '2026-11-02T14:00:00Z' };
const [from, to] = [epoch(range.from), epoch(range.to)];
const HOUR = 3_600_000;

let bench: Bench;
beforeAll(async () => {
  bench = await Bench.open();
});
afterAll(() => bench.close());

/** The groups in order: most requests first, then by key with null last; the top, and the rest together. */
function topRows(rows: readonly Row[], keys: string[], limit: number): Array<{ name: string; rows: Row[] }> {
  const groups = [...groupRows(rows, (row) => JSON.stringify(keys.map((key) => row[key] ?? null)))].map(
    ([name, own]) => ({ name, rows: own })
  );
  const compare = (a: unknown, b: unknown) =>
    a === b ? 0 : a === null ? 1 : b === null ? -1 : String(a) < String(b) ? -1 : 1;
  groups.sort((a, b) => {
    const [one, two] = [JSON.parse(a.name), JSON.parse(b.name)] as [unknown[], unknown[]];
    return weightOf(b.rows) - weightOf(a.rows) || keys.reduce((order, _, at) => order || compare(one[at], two[at]), 0);
  });
  const rest = groups.slice(limit).flatMap((group) => group.rows);
  return [...groups.slice(0, limit), ...(rest.length > 0 ? [{ name: 'other', rows: rest }] : [])];
}

describe.each([
  ['rows without weights', false],
  ['rows with weights', true],
])('%s', (_, weighted) => {
  const rows = shopRows({ rows: 600, from, to, seed: 11, weighted });
  let data: Dataset;
  beforeAll(async () => {
    data = await bench.dataset(`groups-${weighted}`, rows.slice(0, 250), rows.slice(250));
  });

  it.each([
    ['service', 'method', 'route', 4],
    ['status', 3],
    ['service', 100],
  ])('endpoints by %p, %p …: every metric is that of the group’s own rows', async (...by) => {
    const limit = by.pop() as number;
    const groupBy = by as string[];
    const [frame] = await bench.answer(data, range, { queryType: 'endpoints', groupBy, limit, metrics: METRIC_NAMES });
    const expected = topRows(rows, groupBy, limit);
    expect(frame!.rows).toHaveLength(expected.length);
    for (const metric of METRIC_NAMES) {
      const values = expected.map((group) => metricOfRows(metric, group.rows, (to - from) / 1000));
      expect([metric, settle(frame!.columns[metric]!, values)]).toEqual([metric, values]);
    }
    const shares = expected.map((group) => weightOf(group.rows) / weightOf(rows));
    expect(settle(frame!.columns['share']!, shares)).toEqual(shares);
    const trend = frame!.columns['trend'] as number[][];
    expect(trend.map((counts) => counts.reduce((sum, one) => sum + one, 0))).toEqual(
      expected.map((group) => weightOf(group.rows))
    );
  });

  // One of each way to compute: from sums, from the rows with a top known before, and both at once.
  it.each<[MetricName[]]>([
    [['requests', 'error_rate', 'max', 'request_bytes']],
    [['p95', 'customers', 'p50']],
    [['requests', 'p99', 'apdex']],
  ])('traffic of %p by route: every cell of the top and of {other}', async (metrics) => {
    const query = { queryType: 'traffic', groupBy: ['route'], limit: 3, metrics, interval: '1h' };
    const frames = await bench.answer(data, range, query);
    const groups = topRows(rows, ['route'], 3);
    const expected = metrics.flatMap((metric) =>
      groups.map((group) => ({
        metric,
        route: group.name === 'other' ? '{other}' : ((JSON.parse(group.name) as [string | null])[0] ?? ''),
        values: [0, 1, 2, 3].map((hour) => {
          const own = group.rows.filter(({ time }) => Math.floor((Number(time) - from) / HOUR) === hour);
          return metricOfRows(metric, own, 3600);
        }),
      }))
    );
    expect(
      frames.map(({ fields, columns }, index) => ({
        metric: fields[1]!.name,
        route: fields[1]!.labels!['route'],
        values: settle(columns[fields[1]!.name]!, expected[index]!.values),
      }))
    ).toEqual(expected);
  });

  it('orders by the metric asked for', async () => {
    const query = { queryType: 'endpoints', groupBy: ['route'], metrics: ['p95'], orderBy: 'p95', limit: 3 };
    const [frame] = await bench.answer(data, range, query);
    const all = [...groupRows(rows, (row) => row['route'] ?? null)].map(([route, own]) => ({
      route,
      p95: metricOfRows('p95', own, 1)!,
    }));
    all.sort((a, b) => b.p95 - a.p95);
    expect(frame!.columns['route']!.slice(0, 3)).toEqual(all.slice(0, 3).map(({ route }) => route));
    expect(frame!.columns['route']![3]).toBe('{other}');
  });

  it('says in a notice and in the marker that rows are sampled, when they are', async () => {
    const [frame] = await bench.answer(data, range, { queryType: 'traffic' });
    const sampled = rows.filter(({ weight }) => (weight ?? 1) !== 1).length / rows.length;
    const { apitrail } = frame!.meta.custom as { apitrail: { sampled?: number } };
    expect(apitrail.sampled).toBe(weighted ? sampled : undefined);
    expect((frame!.meta.notices ?? []).some(({ text }) => text.includes('sampled'))).toBe(weighted);
  });
});

it('keeps a null key apart from {other} and from the empty label', async () => {
  const data = await bench.dataset('null-key', [
    ...[1, 2, 3].map((minute) => ({ time: from + minute, status: null })),
    ...[1, 2].map((minute) => ({ time: from + minute, status: 200 })),
    { time: from, status: 404 },
  ]);
  const ask = (more: object) =>
    bench.answer(data, range, { queryType: 'endpoints', groupBy: ['status'], metrics: ['requests'], ...more });
  expect((await ask({}))[0]!.columns).toMatchObject({ status: [null, 200, 404], requests: [3, 2, 1] });
  expect((await ask({ limit: 2 }))[0]!.columns).toMatchObject({
    status: [null, '200', '{other}'],
    requests: [3, 2, 1],
  });
  expect((await ask({ format: 'numeric' }))[0]!.columns).toEqual({ status: ['', '200', '404'], requests: [3, 2, 1] });
});
