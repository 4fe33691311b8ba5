import { DateTime } from 'luxon';

import type { HeatmapMarker } from '@apitrail/contract';

import type { Dataset } from '../../lake/dataset';
import { Bench, epoch, type Row, type TestFrame } from '../testing/dataset';
import { groupRows, metricOfRows, settle, weightOf } from '../testing/reference';
import { shopRows } from '../testing/shop';

jest.setTimeout(120_000);

// Two weeks with the end of summer time in Berlin between.
const range = { from: '2026-10-18T00:00:00Z', to: '2026-11-01T00:00:00Z' };
const [from, to] = [epoch(range.from), epoch(range.to)];
const zone = 'Europe/Berlin';
const rows = shopRows({ rows: 700, from, to, seed: 21 });

let bench: Bench;
let data: Dataset;
let weightedRows: Row[];
let weighted: Dataset;
beforeAll(async () => {
  bench = await Bench.open();
  data = await bench.dataset('heat', rows);
  weightedRows = shopRows({ rows: 700, from, to, seed: 22, weighted: true });
  weighted = await bench.dataset('heat-weighted', weightedRows);
});
afterAll(() => bench.close());

async function ask(more: object, dataset = data): Promise<TestFrame & { marker: HeatmapMarker }> {
  const [frame] = await bench.answer(dataset, range, { queryType: 'heatmap', timezone: zone, ...more });
  return { ...frame!, marker: frame!.meta.custom!['apitrail'] as HeatmapMarker };
}

/** Cells as `[x, y, value]`, in the order of x and y as text. */
const cellsOf = ({ rows: cells }: TestFrame) =>
  cells.map(({ x, y, value }) => [x, y, value]).toSorted((a, b) => `${a[0]}|${a[1]}`.localeCompare(`${b[0]}|${b[1]}`));
const expectedCells = (
  all: readonly Row[],
  x: (row: Row) => unknown,
  y: (row: Row) => unknown,
  value: (own: Row[]) => unknown
) =>
  [...groupRows(all, (row) => JSON.stringify([x(row), y(row)]))]
    .map(([key, own]) => [...(JSON.parse(key) as unknown[]), value(own)])
    .toSorted((a, b) => `${a[0]}|${a[1]}`.localeCompare(`${b[0]}|${b[1]}`));
const route = (row: Row) => row['route'] ?? '';
const local = ({ time }: Row) => DateTime.fromMillis(Number(time), { zone });

describe('the columns of a heatmap', () => {
  it('are buckets of time with both ends, of which absent ones hold nothing', async () => {
    const frame = await ask({ interval: '1d', y: ['route'], limit: 100 });
    const day = (row: Row) => local(row).startOf('day').toMillis();
    expect(cellsOf(frame)).toEqual(expectedCells(rows, day, route, weightOf));
    frame.rows.forEach(({ x, x_max: end }) =>
      expect(DateTime.fromMillis(Number(x), { zone }).plus({ days: 1 }).toMillis()).toBe(end)
    );
    const days = Array.from({ length: 15 }, (_, index) =>
      DateTime.fromISO('2026-10-18', { zone }).plus({ days: index }).toMillis()
    );
    expect(frame.marker).toMatchObject({ x: 'time', columns: days, absent: 0, interval: 86_400_000 });
  });

  it('are hours of the day of the wall clock, on both sides of a change', async () => {
    const frame = await ask({ x: 'hour_of_day', y: ['route'], limit: 100 });
    expect(cellsOf(frame)).toEqual(expectedCells(rows, (row) => local(row).hour, route, weightOf));
    expect(frame.marker.columns).toEqual(Array.from({ length: 24 }, (_, hour) => hour));
  });

  it('are days of the week from Monday', async () => {
    const frame = await ask({ x: 'day_of_week', y: ['route'], limit: 100 });
    expect(cellsOf(frame)).toEqual(expectedCells(rows, (row) => local(row).weekday, route, weightOf));
    expect(frame.marker.columns).toEqual([1, 2, 3, 4, 5, 6, 7]);
  });

  it('give rates by the time each hour of the day has in the range', async () => {
    const frame = await ask({ x: 'hour_of_day', y: ['environment'], metric: 'requests_per_second' });
    // The range is from 02:00 to 01:00 a fortnight later, and 02:00 to 03:00 was there twice on 25 October.
    const hours = (hour: number) => ({ 1: 13, 2: 15 })[hour] ?? 14;
    const expected = expectedCells(
      rows,
      (row) => local(row).hour,
      () => '',
      weightOf
    ).map(([hour, label, n]) => [hour, label, Number(n) / (hours(Number(hour)) * 3600)]);
    const got = cellsOf(frame);
    expect(
      settle(
        got.map(([, , value]) => value),
        expected.map(([, , value]) => value)
      )
    ).toEqual(expected.map(([, , value]) => value));
  });

  it('are values of a key in their natural order, the null one last', async () => {
    const frame = await ask({ x: 'status', y: ['method'] });
    expect(frame.marker.columns).toEqual(['200', '201', '304', '400', '404', '429', '500', '502', '503', '']);
    expect(cellsOf(frame)).toEqual(
      expectedCells(
        rows,
        (row) => String(row['status'] ?? ''),
        (row) => row['method'],
        weightOf
      )
    );
  });

  it('are the hundred most frequent values of a key, the rest is {other}', async () => {
    const many = Array.from({ length: 300 }, (_, index) => ({
      time: from + index,
      path: `/p/${index % 150}`,
      method: index < 250 ? 'GET' : 'PUT',
    }));
    const frame = await ask({ x: 'path', y: ['method'] }, await bench.dataset('many', many));
    expect(frame.marker.columns).toHaveLength(101);
    expect(frame.marker.columns.at(-1)).toBe('{other}');
    expect(frame.rows.filter(({ x }) => x === '{other}').reduce((sum, { value }) => sum + Number(value), 0)).toBe(100);
    expect(frame.rows.reduce((sum, { value }) => sum + Number(value), 0)).toBe(300);
  });
});

describe('the rows of a heatmap', () => {
  it('are the top groups, then {other} from its own rows', async () => {
    const frame = await ask({ x: 'day_of_week', y: ['service', 'route'], metric: 'p95', limit: 2 });
    const groups = [...groupRows(rows, (row) => `${row['service'] ?? ''} ${row['route'] ?? ''}`)].toSorted(
      (a, b) => b[1].length - a[1].length
    );
    expect(frame.marker.rows.map(({ label, total }) => [label, total])).toEqual([
      ...groups.slice(0, 2).map(([label, own]) => [label, own.length]),
      ['{other}', groups.slice(2).reduce((sum, [, own]) => sum + own.length, 0)],
    ]);
    const top = new Set(groups.slice(0, 2).map(([label]) => label));
    const label = (row: Row) => {
      const name = `${row['service'] ?? ''} ${row['route'] ?? ''}`;
      return top.has(name) ? name : '{other}';
    };
    const expected = expectedCells(
      rows,
      (row) => local(row).weekday,
      label,
      (own) => metricOfRows('p95', own, 1)
    ).flat();
    expect(settle(cellsOf(frame).flat(), expected)).toEqual(expected);
    expect(frame.marker.absent).toBeNull();
  });

  it('know which values they stand for, null among them', async () => {
    const { marker } = await ask({ y: ['service'], limit: 2 });
    expect(marker.rows.map(({ keys, other }) => [keys['service'], other ?? false])).toEqual(
      expect.arrayContaining([['{other}', true]])
    );
    const all = await ask({ y: ['service'] });
    expect(all.marker.rows.find(({ label }) => label === '')).toMatchObject({ keys: { service: null } });
  });
});

describe.each([
  ['without weights', false],
  ['with weights', true],
])('rows of latency %s', (_, hasWeights) => {
  const all = () => (hasWeights ? weightedRows : rows).filter((row) => row['duration_ms'] !== null);
  const dataset = () => (hasWeights ? weighted : data);

  it.each(['requests', 'error_rate', 'customers'] as const)(
    'hold the requests between their bounds: %s',
    async (metric) => {
      const frame = await ask({ x: 'day_of_week', y: 'latency', metric, limit: 12 }, dataset());
      const { marker } = frame;
      expect(marker.rows.length).toBeLessThanOrEqual(12);
      expect(marker.rows.length).toBeGreaterThan(4);
      expect(frame.rows.reduce((sum, { n }) => sum + Number(n), 0)).toBe(weightOf(all()));
      for (const { x, y_min: low, y_max: high, value, n } of frame.rows) {
        const own = all().filter(
          (row) =>
            Number(row['duration_ms']) > Number(low) &&
            Number(row['duration_ms']) <= Number(high) &&
            local(row).weekday === x
        );
        const expected = metricOfRows(metric, own, 1);
        expect([n, ...settle([value], [expected])]).toEqual([weightOf(own), expected]);
      }
    }
  );

  it('are in order, next to each other, and total what they hold', async () => {
    const { marker, rows: cells } = await ask({ y: 'latency', interval: '1d', limit: 12 }, dataset());
    const bounds = new Map(cells.map(({ y, y_min: low, y_max: high }) => [y, [Number(low), Number(high)]]));
    const present = marker.rows.filter(({ label }) => bounds.has(label));
    present.slice(1).forEach(({ label }, index) => {
      expect(bounds.get(label)![0]).toBeGreaterThanOrEqual(bounds.get(present[index]!.label)![1]!);
    });
    marker.rows.forEach(({ label, total }) =>
      expect(cells.filter(({ y }) => y === label).reduce((sum, { n }) => sum + Number(n), 0)).toBe(total)
    );
  });
});

describe('the values of a heatmap', () => {
  it('are shares of the row, the column or all cells', async () => {
    for (const [normalise, part] of [
      ['row', (cell: Record<string, unknown>) => cell['y']],
      ['column', (cell: Record<string, unknown>) => cell['x']],
      ['total', () => 1],
    ] as const) {
      const { rows: cells } = await ask({ x: 'status_class', y: ['route'], limit: 3, normalise });
      const sums = new Map<unknown, number>();
      cells.forEach((cell) => sums.set(part(cell), (sums.get(part(cell)) ?? 0) + Number(cell['n'])));
      for (const cell of cells) {
        expect(cell['value']).toBeCloseTo(Number(cell['n']) / sums.get(part(cell))!, 12);
        expect([cell['numerator'], cell['denominator']]).toEqual([cell['n'], sums.get(part(cell))]);
      }
    }
  });

  it('cannot be shares of what does not sum up', async () => {
    const { results } = await bench.query(data, range, [{ queryType: 'heatmap', metric: 'p95', normalise: 'row' }]);
    expect(results['A']).toMatchObject({ status: 400, error: expect.stringContaining('normalise: p95') });
  });

  it('are null where there are too few requests, which still are counted', async () => {
    const full = await ask({ x: 'status_class', y: ['route'], metric: 'error_rate' });
    const thin = await ask({ x: 'status_class', y: ['route'], metric: 'error_rate', minSamples: 20 });
    expect(thin.columns['n']).toEqual(full.columns['n']);
    expect(thin.columns['value']).toEqual(full.rows.map(({ n, value }) => (Number(n) < 20 ? null : value)));
    expect(new Set(thin.rows.map(({ n }) => Number(n) < 20)).size).toBe(2);
  });

  it('come with numerator and denominator where they are ratios', async () => {
    const { rows: cells } = await ask({ x: 'day_of_week', y: ['method'], metric: 'apdex' });
    cells.forEach(({ value, numerator, denominator }) => expect(value).toBe(Number(numerator) / Number(denominator)));
    expect(cells.length).toBe(14);
  });
});

it('has no series over anything but time', async () => {
  const { results } = await bench.query(data, range, [
    { queryType: 'heatmap', format: 'time_series', x: 'hour_of_day' },
  ]);
  expect(results['A']!.error).toContain('APITRAIL_UNSUPPORTED_FORMAT');
});

it('gives series and numbers per bucket of the latency too', async () => {
  const frames = await bench.answer(data, range, {
    queryType: 'heatmap',
    format: 'time_series',
    y: 'latency',
    interval: '1d',
    limit: 8,
  });
  const counts = frames.map(({ columns }) => (columns['requests'] as number[]).reduce((sum, one) => sum + one, 0));
  expect(counts.reduce((sum, one) => sum + one, 0)).toBe(rows.filter((row) => row['duration_ms'] !== null).length);
  const [numeric] = await bench.answer(data, range, {
    queryType: 'heatmap',
    format: 'numeric',
    y: 'latency',
    limit: 8,
  });
  expect(numeric!.columns['requests']).toEqual(counts);
  expect(numeric!.columns['latency']).toEqual(frames.map(({ fields }) => fields[1]!.labels!['latency']));
});

it.each(['numeric', 'time_series'])('refuses what only cells have in the format %s', async (format) => {
  const query = { queryType: 'heatmap', format, y: ['route'] };
  const { results } = await bench.query(data, range, [
    { ...query, normalise: 'row' },
    { ...query, minSamples: 5 },
  ]);
  expect(results['A']).toMatchObject({ status: 400, error: expect.stringContaining('normalise: the format') });
  expect(results['B']).toMatchObject({ status: 400, error: expect.stringContaining('minSamples: the format') });
});

it.each([2, 3, 5, 12])('has at most %i buckets of the latency, the lowest from 0', async (limit) => {
  const durations = [0, 0.0005, 0.3, 7, 90, 4000, 3_600_000];
  const own = await bench.dataset(
    `wide-${limit}`,
    durations.map((duration) => ({ time: from, duration_ms: duration }))
  );
  const frame = await ask({ y: 'latency', limit, interval: '1d' }, own);
  expect(frame.marker.rows.length).toBeLessThanOrEqual(limit);
  expect(frame.columns['y_min']![0]).toBe(0);
  expect((frame.columns['value'] as number[]).reduce((sum, one) => sum + one, 0)).toBe(durations.length);
});
