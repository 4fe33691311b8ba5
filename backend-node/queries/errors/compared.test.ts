import { Bench, epoch, type Row } from '../testing/dataset';

let bench: Bench;
beforeAll(async () => {
  bench = await Bench.open();
});
afterAll(() => bench.close());

const range = { from: '2026-11-09T00:00:00Z', to: '2026-11-10T00:00:00Z' };
const failed = (day: string, group: string | null, count: number, status = 500): Row[] =>
  Array.from({ length: count }, (_, index) => ({
    time: `${day}T12:00:00Z`,
    status,
    error_group: group,
    method: 'GET',
    route: `/${group ?? 'none'}`,
    service: 'shop',
    customer: `c${index}`,
  }));
const fine = (day: string, count: number): Row[] =>
  new Array<Row>(count).fill({ time: `${day}T12:00:00Z`, status: 200 });

const rows = [
  ...[...failed('2026-11-09', 'still', 4), ...failed('2026-11-09', 'new', 2), ...fine('2026-11-09', 10)],
  ...[...failed('2026-11-02', 'still', 2), ...failed('2026-11-02', 'gone', 3, 503), ...fine('2026-11-02', 20)],
];
const query = { queryType: 'errors', timeShift: '1w' };

it('groups have how many they were; the new were none, the gone come last with what they were', async () => {
  const data = await bench.dataset('groups', rows);
  const [frame] = await bench.answer(data, range, query);
  const columns = ['error_group', 'requests', 'requests_previous', 'requests_change', 'customers_previous', 'title'];
  expect(frame!.rows.map((row) => columns.map((name) => row[name]))).toEqual([
    ['still', 4, 2, 1, 2, '500 GET /still'],
    ['new', 2, 0, null, 0, '500 GET /new'],
    ['gone', 0, 3, -1, 3, '503 GET /gone'],
  ]);
  expect(frame!.rows[2]).toMatchObject({
    status: 503,
    error_owner: 'capacity',
    service: 'shop',
    share: 0,
    first_seen: null,
  });
});

it('errors that nobody grouped are matched by status, method and route', async () => {
  const data = await bench.dataset('ungrouped', [
    ...[...failed('2026-11-09', null, 2), ...failed('2026-11-09', null, 1, 404)],
    ...failed('2026-11-02', null, 1, 404),
  ]);
  const [frame] = await bench.answer(data, range, query);
  expect(frame!.rows.map((row) => [row['status'], row['requests'], row['requests_previous']])).toEqual([
    [500, 2, 0],
    [404, 1, 1],
  ]);
});

it('the marker has requests and errors of both times', async () => {
  const data = await bench.dataset('marker', rows);
  const [frame] = await bench.answer(data, range, query);
  expect(frame!.meta.custom!['apitrail']).toMatchObject({
    ...{ requests: 16, errors: 6 },
    ...{ previousRequests: 25, previousErrors: 5 },
    comparison: { timeShift: '1w', from: epoch('2026-11-02T00:00:00Z') },
  });
});

it('numbers tell an alert rule how much more errors there are of a group', async () => {
  const data = await bench.dataset('numeric', rows);
  const [frame] = await bench.answer(data, range, { ...query, format: 'numeric', groupBy: ['route'] });
  expect(frame!.columns).toEqual({ route: ['/still', '/new', '/gone'], errors_change: [1, null, -1] });
});

it('series of errors come once more', async () => {
  const data = await bench.dataset('series', rows);
  const frames = await bench.answer(data, range, { ...query, format: 'time_series', interval: '1d', limit: 1 });
  expect(frames.map(({ columns }) => columns['errors'])).toEqual([[4], [2], [2], [3]]);
});
