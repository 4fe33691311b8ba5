import { literal, raw, sql } from '../../engine/sql';
import type { Dataset, Snapshot } from '../../lake/dataset';
import { Bench, epoch } from '../testing/dataset';
import { timeSlices } from './slices';

const day = 86_400_000;
const range = { from: 10 * day, to: 20 * day };
const snapshot = (rows: number | null, oldest: number | null, newest: number | null) =>
  ({ rows, oldest, newest, relation: () => ({ rows }) }) as unknown as Snapshot;

it('takes few rows, or nobody knows how many, all at once', () => {
  expect(timeSlices(range, snapshot(1000, 0, 30 * day), 'desc')).toEqual([range]);
  expect(timeSlices(range, snapshot(null, 0, 30 * day), 'desc')).toEqual([range]);
});

it.each(['asc', 'desc'] as const)('covers the range once, in the order wanted: %s', (direction) => {
  const slices = timeSlices(range, snapshot(1e7, 12 * day, 16 * day), direction);
  const forward = direction === 'asc' ? slices : slices.toReversed();
  expect(slices).toHaveLength(2);
  expect(forward[0]!.from).toBe(range.from);
  expect(forward.at(-1)!.to).toBe(range.to);
  forward.slice(1).forEach((slice, index) => expect(slice.from).toBe(forward[index]!.to));
});

it('begins with a stretch that has plenty of rows, when all of them are wanted', () => {
  const slices = timeSlices(range, snapshot(1e6, 12 * day, 16 * day), 'desc', 500);
  expect(slices).toEqual([
    { from: 16 * day - (4 * day) / 100, to: 20 * day },
    { from: 16 * day - (4 * day) / 16, to: 16 * day - (4 * day) / 100 },
    { from: 10 * day, to: 16 * day - (4 * day) / 16 },
  ]);
  expect(timeSlices(range, snapshot(1e6, 12 * day, 16 * day), 'desc', 5000)).toHaveLength(2);
});

it('cuts where data is, not where the range is empty', () => {
  const [newest] = timeSlices(range, snapshot(1e7, 12 * day, 16 * day), 'desc');
  expect(newest).toEqual({ from: 16 * day - (4 * day) / 16, to: 20 * day });
});

describe('requests of a large dataset', () => {
  const from = epoch('2026-11-02T00:00:00Z');
  const rows = 240_000;
  let bench: Bench;
  let data: Dataset;
  beforeAll(async () => {
    bench = await Bench.open();
    const few = await bench.write('few', [{ time: from, route: '/0', status: 200 }]);
    const many = `${bench.directory}/many.parquet`;
    await bench.engine.run(
      sql`COPY (SELECT * REPLACE (make_timestamptz(${raw(String(from * 1000))} + 1000 * i) AS time, '/' || i AS route, CASE WHEN i % 60000 = 7 THEN 500 ELSE 200 END AS status)
        FROM read_parquet(${literal(few)}), range(1, ${raw(String(rows))}) AS numbers(i)) TO ${literal(many)} (FORMAT parquet)`
    );
    data = bench.over('requests', [few, many]);
  });
  afterAll(() => bench.close());

  const ask = async (more: object) => {
    const query = { queryType: 'requests', columns: ['route'], limit: 5, ...more };
    const { results } = await bench.query(data, { from, to: from + rows }, [query]);
    return results['A']!.frames![0]!;
  };
  const routes = async (more: object) => (await ask(more)).data.values[0];

  it.each([
    ['newest first', [{ key: 'time' }], [1, 2, 3, 4, 5].map((back) => `/${rows - back}`)],
    ['oldest first', [{ key: 'time', direction: 'asc' }], [0, 1, 2, 3, 4].map((i) => `/${i}`)],
  ])('%s', async (_, orderBy, expected) => {
    expect(await routes({ orderBy })).toEqual(expected);
  });

  it('are looked for in all of the range when the newest stretch has too few', async () => {
    const filters = [{ key: 'status', operator: '=', value: '500' }];
    expect(await routes({ filters })).toEqual(['/180007', '/120007', '/60007', '/7']);
    expect(await routes({ filters, limit: 3 })).toEqual(['/180007', '/120007', '/60007']);
  });

  it('reads the newest stretch alone when that is enough', async () => {
    const text = (await ask({})).schema.meta!.executedQueryString!;
    expect(text.match(/SELECT/g)).toHaveLength(1);
  });
});
