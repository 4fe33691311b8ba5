import { Bench, type Row } from '../testing/dataset';

let bench: Bench;
beforeAll(async () => {
  bench = await Bench.open();
});
afterAll(() => bench.close());

const range = { from: '2026-11-09T00:00:00Z', to: '2026-11-10T00:00:00Z' };
const at = (day: number, route: string | null, count: number): Row[] =>
  new Array<Row>(count).fill({ time: `2026-11-0${day}T12:00:00Z`, route });
const rows = [
  ...[...at(9, '/a', 3), ...at(9, '/new', 2), ...at(9, null, 1)],
  ...[...at(8, '/a', 6), ...at(8, '/gone', 4), ...at(8, '/left', 1), ...at(8, null, 9)],
];
const query = { queryType: 'values', key: 'route', timeShift: '1d' };

it('values have how many requests they had, and those that are gone come last', async () => {
  const data = await bench.dataset('values', rows);
  const [frame] = await bench.answer(data, range, query);
  expect(frame!.rows).toEqual([
    { value: '/a', requests: 3, requests_previous: 6, requests_change: -0.5 },
    { value: '/new', requests: 2, requests_previous: 0, requests_change: null },
    { value: '/gone', requests: 0, requests_previous: 4, requests_change: -1 },
    { value: '/left', requests: 0, requests_previous: 1, requests_change: -1 },
  ]);
});

it.each([
  [3, ['/a', '/new', '/gone']],
  [2, ['/a', '/new']],
])('a limit of %d holds for both times together', async (limit, expected) => {
  const data = await bench.dataset(`limit-${limit}`, rows);
  const [frame] = await bench.answer(data, range, { ...query, limit });
  expect(frame!.columns['value']).toEqual(expected);
});

it('a search holds for both times', async () => {
  const data = await bench.dataset('search', rows);
  const [frame] = await bench.answer(data, range, { ...query, search: 'E' });
  expect(frame!.columns['value']).toEqual(['/new', '/gone', '/left']);
});
